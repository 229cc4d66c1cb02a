"""Make the starter weights: a network that finds lymphoblasts on photographs, from simulation alone.

    python pretraining/starter.py --seed 1 --steps 3000 --minutes 8      (again and again until it says "finished")
    python pretraining/starter.py --seed 1 --steps 3000 --out src/blastvote/weights/FILE

It goes on from the demo's small weights, heads included, which come from the simulator too: no real pixel is ever seen.
The smears are of the range ``wide`` at many magnifications, one in five without a blast. The learning rate is constant
and the weights are averaged, so that the training may be stopped, gone on with, or made longer at any step.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import yaml

from blastvote.segmentation.settings import SHIPPED, network_config
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_healthy, simulate_image
from mrcnn import MaskRCNN, Progress, Sample, TrainingConfig, configure_runtime, train

LOGGER = logging.getLogger("starter")
PIXEL_SIZES_UM = (0.13, 0.25)
SEEDS = 4100
"""Simulated smears of these seeds belong to the starter; no study uses them."""
HEALTHY_EVERY = 5
EPOCH = 50
N_VALIDATION = 24


class PauseError(Exception):
    """The time of this piece is over."""


def starter_smears(seed: int, count: int, side: int, realism: str, first: int = 0) -> list[Sample]:
    """Simulate smears of many magnifications, each of a patient of its own."""
    smears = []
    for k in range(first, first + count):
        rng = np.random.default_rng([SEEDS, seed, k])
        settings = SimulationSettings(
            width=side,
            height=side,
            pixel_size_um=float(np.exp(rng.uniform(*np.log(PIXEL_SIZES_UM)))),
            cells=(1, 7),
            odd_share=0.3,
            lighting_severity=0.2,
            realism=realism,
        )
        if k % HEALTHY_EVERY == 0:
            picture = simulate_healthy(rng, settings)
        else:
            picture = simulate_image(rng, CLASS_NAMES[k % len(CLASS_NAMES)], settings)
        ids = np.array([1 + CLASS_NAMES.index(name) for name in picture.class_names], np.int32)
        smears.append(Sample(f"{seed}-{k}", picture.image, picture.masks, ids))
    return smears


def starter_config(**changes: object) -> object:
    """Return the network's configuration: that of the demo."""
    root = Path(__file__).resolve().parent.parent
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    return network_config(config["model"], config["training"], CLASS_NAMES, **changes)


def pause_after(minutes: float):
    """Return a callback that stops the training at the first step of an epoch after so many minutes."""
    end = time.monotonic() + 60 * minutes

    def callback(progress: Progress) -> None:
        if progress.step == progress.steps_per_epoch:
            LOGGER.info("step %d, loss %.3f", progress.epoch * EPOCH, progress.losses["loss"])
        if progress.step == 1 and time.monotonic() > end:
            raise PauseError

    return callback


def main() -> None:
    """Simulate, go on training for some minutes, write the averaged weights when the steps are done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=1e6, help="pause after so many minutes")
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--realism", default="wide")
    parser.add_argument("--state", type=Path, default=Path("results/starter"), help="checkpoints, to resume")
    parser.add_argument("--start", type=Path, default=SHIPPED["smears"], help="weights to begin with")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pause = pause_after(options.minutes)
    configure_runtime(options.threads, options.seed)
    network = MaskRCNN(starter_config(), seed=options.seed)
    network.load_weights(options.start)
    training = TrainingConfig(
        epochs=options.steps // EPOCH,
        steps_per_epoch=EPOCH,
        batch_size=2,
        learning_rate=0.01,
        warmup_steps=50,
        ema_decay=0.998,
        seed=options.seed,
        threads=options.threads,
        augment={"flips": True, "rotations": True},
        validate_every=10,
        checkpoint_every=1,
    )
    side = network.config.image_shape[0]
    smears = starter_smears(options.seed, options.images, side, options.realism)
    LOGGER.info("%d smears", len(smears))
    folder = options.state / f"seed{options.seed}"
    try:
        train(network, smears[N_VALIDATION:], smears[:N_VALIDATION], training, folder, progress=pause)
    except PauseError:
        LOGGER.info("paused")
        return
    LOGGER.info("finished: %s", folder / "last.weights.h5")


if __name__ == "__main__":
    main()
