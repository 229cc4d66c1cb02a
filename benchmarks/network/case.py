"""What both sides of `benchmarks/network/speed.py` run: the same images, cells, sizes, steps. Needs NumPy alone."""

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CELLS = 10
TRAINING_PROPOSALS, INFERENCE_PROPOSALS = 2000, 1000

Work = tuple[Callable[[], object], Callable[[], list[int]]]
"""What is timed, and a count of the ROIs in it, taken afterwards: both sides must have done the same."""


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


def boxes_of(masks: np.ndarray) -> np.ndarray:
    """Return the boxes (N, 4) float32 pixels (y1, x1, y2, x2) of masks (S, S, N)."""
    boxes = []
    for mask in masks.transpose(2, 0, 1):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        boxes.append([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1])
    return np.array(boxes, np.float32)


def training_proposals(case: Case, masks: list[np.ndarray]) -> np.ndarray:
    """Return what both sides take for the RPN's proposals, (2, 2000, 4) float32 pixels (y1, x1, y2, x2).

    Half of them lie on cells (IoU above 0.5), half away from them, so that both sides train their heads on as many
    positive and negative ROIs as the settings allow, whatever an untrained RPN proposes.
    """
    draw = np.random.default_rng(1)
    both = []
    for planes in masks:
        boxes = boxes_of(planes)
        size = boxes[:, 2:] - boxes[:, :2]
        pick = draw.integers(0, len(boxes), TRAINING_PROPOSALS // 2)
        shift = draw.uniform(-0.08, 0.08, (len(pick), 4)).astype(np.float32)
        on = boxes[pick] + shift * np.tile(size[pick], 2)
        corner = draw.uniform(0, case.size * 0.97, (TRAINING_PROPOSALS // 2, 2)).astype(np.float32)
        off = np.concatenate([corner, corner + 0.03 * case.size], axis=1)
        both.append(np.concatenate([on, off]).clip(0, case.size))
    return np.stack(both).astype(np.float32)


def inference_proposals(case: Case) -> np.ndarray:
    """Return the same for inference, (1, 1000, 4): ten boxes on each square of a 10 x 10 grid, of which 1 remains."""
    draw = np.random.default_rng(2)
    step = case.size / 10
    corner = (
        np.stack(np.meshgrid(np.arange(10), np.arange(10), indexing="ij"), axis=-1).reshape(-1, 1, 2) * step
    )
    corner = corner + draw.uniform(0.05, 0.15, (100, INFERENCE_PROPOSALS // 100, 2)) * step
    boxes = np.concatenate([corner, corner + 0.8 * step], axis=-1)
    return boxes.reshape(1, -1, 4).astype(np.float32)


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


def command_line(step: Callable[[Case, str], Work], infer: Callable[[Case, str], Work]) -> None:
    """Measure what the command line names and print it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("work", choices=("step", "infer"))
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    case = CASES[options.case]
    action, count = (step if options.work == "step" else infer)(case, options.precision)
    print(json.dumps({**measure(action, options.repeats), "rois": count()}))
