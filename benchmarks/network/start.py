"""CPU seconds that a process pays before it trains or detects with the demo's network, one thread.

    python benchmarks/network/start.py

Prints each stage once, in the order in which a training meets them, and the tracing of a detection with TensorFlow's
AutoGraph as well, which `mrcnn` leaves off.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CONFIG = Path(__file__).resolve().parents[2] / "config/config.yaml"


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Return what `work` returns; print its CPU seconds."""
    start = time.process_time()
    result = work()
    print(f"{what:32} {time.process_time() - start:6.2f}", flush=True)
    return result


def load() -> None:
    """Import what a training imports."""
    from blastvote.segmentation.training import train  # noqa: F401


def main() -> None:
    """Go through the stages."""
    timed("imports", load)
    import tensorflow as tf

    from blastvote.segmentation.settings import SHIPPED, network_config
    from mrcnn import HEADS, MaskCrop, MaskRCNN, Sample, TrainingConfig, configure_runtime
    from mrcnn.data.batches import Batches
    from mrcnn.training.step import TrainStep

    configure_runtime(threads=1, seed=1)
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    network = network_config(config["model"], config["training"], config["classes"])
    model = timed("network", lambda: MaskRCNN(network, seed=1))
    timed("weights", lambda: model.load_weights(SHIPPED["smears"], exclude=HEADS))
    image = np.random.default_rng(0).integers(0, 255, network.image_shape, dtype=np.uint8)
    cells = [MaskCrop(40 + 90 * k, 40, np.ones((70, 70), bool)) for k in range(2)]
    samples = [Sample(str(k), image, cells, np.array([1, 2])) for k in range(8)]
    batches = timed("one sample of 256x256", lambda: Batches(samples, network, 2))
    stream = timed("seven more", lambda: iter(batches.training(0, 4)))
    step, batch, rate = TrainStep(model, TrainingConfig()), next(stream), tf.constant(0.001)
    timed("tracing a step", lambda: step.differentiate.get_concrete_function(batch))
    timed("the first step", lambda: step.run(batch, rate))
    timed("a step", lambda: step.run(batch, rate))
    timed("tracing the validation losses", lambda: step.validate.get_concrete_function(batch))
    timed("the first of them", lambda: step.validate(batch))
    detect = tf.function(model.predict, input_signature=model._predict_one.input_signature)
    timed("tracing a detection (AutoGraph)", detect.get_concrete_function)
    timed("tracing a detection", model._predict_one.get_concrete_function)
    timed("the first detection", lambda: model.detect([image]))
    timed("a detection", lambda: model.detect([image]))


if __name__ == "__main__":
    main()
