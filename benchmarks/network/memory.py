"""Peak memory of a training on large photographs: preparing them and a few steps, and how it grows with their number.

    python benchmarks/network/memory.py [--images 12 48] [--size 256] [--form crops]

Each number of images runs in a process of its own with the demo's network. The images are one PNG of 2592x1944 pixels,
read anew for each sample; ten cells of 250 pixels lie in each. ``--form crops`` gives masks as `MaskCrop`s from a
generator, ``--form whole`` gives arrays that the caller holds, as blastvote did until it read them one by one.
The last line adds to the peak of the largest number what 301 images would take more, by the growth while preparing
from the smallest to the largest number.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEIGHT, WIDTH, CELLS, RADIUS = 1944, 2592, 10, 125
WANTED = 301


def photograph(path: Path) -> None:
    """Write a photograph of noise with dark discs."""
    from PIL import Image

    rng = np.random.default_rng(0)
    image = rng.integers(180, 255, (HEIGHT, WIDTH, 3), np.uint8)
    for y, x in centres(0):
        image[y - RADIUS : y + RADIUS, x - RADIUS : x + RADIUS][disc()] = (120, 60, 140)
    Image.fromarray(image).save(path, compress_level=1)


def centres(number: int) -> np.ndarray:
    """Return the centres (CELLS, 2) of the cells of an image."""
    rng = np.random.default_rng(number)
    limits = (HEIGHT - RADIUS, WIDTH - RADIUS)
    return np.stack([rng.integers(RADIUS, limit, CELLS) for limit in limits], axis=1)


def disc() -> np.ndarray:
    """Return the mask of a cell."""
    y, x = np.ogrid[-RADIUS:RADIUS, -RADIUS:RADIUS]
    return y**2 + x**2 < RADIUS**2


def sample(path: Path, number: int, form: str) -> object:
    """Return one sample in the form asked for."""
    from mrcnn import Sample

    class_ids = np.arange(CELLS) % 3 + 1
    if form == "whole":
        from PIL import Image

        masks = np.zeros((HEIGHT, WIDTH, CELLS), bool)
        for k, (y, x) in enumerate(centres(number)):
            masks[y - RADIUS : y + RADIUS, x - RADIUS : x + RADIUS, k] = disc()
        return Sample(str(number), np.asarray(Image.open(path)), masks, class_ids)
    from mrcnn import MaskCrop

    return Sample(
        str(number),
        path,
        lambda: (MaskCrop(y - RADIUS, x - RADIUS, disc()) for y, x in centres(number)),
        class_ids,
    )


def work(path: Path, count: int, size: int, form: str, steps: int) -> dict[str, float]:
    """Prepare `count` images and take steps; return MiB and seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import yaml

    from mrcnn import MaskRCNN, MaskRCNNConfig, TrainingConfig, configure_runtime
    from mrcnn.data.batches import Batches
    from mrcnn.training.step import TrainStep

    configure_runtime(threads=2)
    text = (Path(__file__).resolve().parents[2] / "config/config.yaml").read_text(encoding="utf-8")
    model = MaskRCNN(
        MaskRCNNConfig(
            num_classes=4, image_size=size, backbone="resnet18", **yaml.safe_load(text)["model"]["options"]
        )
    )
    result = {"start": peak()}
    started = time.perf_counter()
    batches = Batches([sample(path, k, form) for k in range(count)], model.config, 2)
    result |= {"prepared": peak(), "seconds_per_image": (time.perf_counter() - started) / count}
    step, times, cpu = TrainStep(model, TrainingConfig()), [], []
    before = time.perf_counter(), time.process_time()
    for batch in batches.training(0, steps):
        step.run(batch, tf.constant(0.001)).numpy()
        now = time.perf_counter(), time.process_time()
        times.append(now[0] - before[0])
        cpu.append(now[1] - before[1])
        before = now
    later = slice(steps // 4, None)  # the first ones trace the graph
    medians = {"step": float(np.median(times[later])), "step_cpu": float(np.median(cpu[later]))}
    return result | {"trained": peak(), **medians}


def peak() -> float:
    """Return the peak of the resident memory of this process, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run each number of images in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, nargs="+", default=[12, 48])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--form", choices=["crops", "whole"], default="crops")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        result = work(Path(options.child), options.images[0], options.size, options.form, options.steps)
        sys.stdout.write(json.dumps(result))
        return
    sys.stdout.write(
        "images | start MiB | prepared MiB | trained MiB | s per image | s per step | CPU s per step\n"
    )
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.png")
        photograph(path)
        for count in options.images:
            same = ["--size", options.size, "--form", options.form, "--steps", options.steps, "--child", path]
            command = [sys.executable, __file__, "--images", count, *same]
            output = subprocess.run(
                [str(part) for part in command], check=True, capture_output=True, text=True
            ).stdout
            r = json.loads(output.splitlines()[-1])
            peaks.append((r["prepared"], r["trained"]))
            sys.stdout.write(
                f"{count:6} | {r['start']:9.0f} | {r['prepared']:12.0f} | {r['trained']:11.0f} | "
                f"{r['seconds_per_image']:11.3f} | {r['step']:10.3f} | {r['step_cpu']:14.3f}\n"
            )
            sys.stdout.flush()
    if len(peaks) > 1:
        growth = (peaks[-1][0] - peaks[0][0]) / (options.images[-1] - options.images[0])
        at_301 = peaks[-1][1] + growth * (WANTED - options.images[-1])
        sys.stdout.write(f"growth {growth:.2f} MiB per image; {WANTED} images: about {at_301:.0f} MiB\n")


if __name__ == "__main__":
    main()
