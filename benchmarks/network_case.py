"""What both sides of `benchmarks/network.py` run: the same images, cells, sizes, steps. Needs NumPy alone."""

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CELLS = 10


@dataclass(frozen=True)
class Case:
    """A network and what is done with it; lengths are pixels."""

    backbone: str
    size: int
    rois: int
    channels: int = 256
    rpn_channels: int = 512
    fc: int = 1024
    width: float = 1.0
    train_bn: bool = False


CASES = {
    "r101-256": Case("resnet101", 256, 200),
    "r101-512": Case("resnet101", 512, 200),
    "r18-fpn64-256": Case("resnet18", 256, 64, 64, 64, 256, train_bn=True),
}


def example(case: Case, seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Return two images (uint8 (S, S, 3)), their masks (bool (S, S, N)) and classes (N,): discs on noise."""
    draw = np.random.default_rng(seed)
    images, masks, classes = [], [], []
    yy, xx = np.mgrid[: case.size, : case.size]
    for _ in range(2):
        image = draw.integers(150, 220, (case.size, case.size, 3)).astype(np.uint8)
        planes = []
        for number in range(CELLS):
            radius = draw.uniform(0.06, 0.11) * case.size
            y, x = draw.uniform(radius, case.size - radius, 2)
            disc = (yy - y) ** 2 + (xx - x) ** 2 < radius**2
            image[disc] = 40 + 60 * np.arange(3) + 10 * number
            planes.append(disc)
        images.append(image)
        masks.append(np.stack(planes, axis=-1))
        classes.append(draw.integers(1, 4, CELLS))
    return images, masks, classes


def measure(action: Callable[[], object], repeats: int) -> dict[str, float]:
    """Return first-call wall seconds, then the medians of wall and CPU seconds of `repeats` calls, and peak GB."""
    start = time.perf_counter()
    action()
    first = time.perf_counter() - start
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        action()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "first": first,
        "wall": float(np.median(walls)),
        "cpu": float(np.median(cpus)),
        "peak_gb": peak,
    }


def command_line(
    step: Callable[[Case, str], Callable[[], object]], infer: Callable[[Case], Callable[[], object]]
) -> None:
    """Measure what the command line names and print it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("work", choices=("step", "infer"))
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    case = CASES[options.case]
    action = step(case, options.precision) if options.work == "step" else infer(case)
    print(json.dumps(measure(action, options.repeats)))
