"""Measure how well the agreement score of the check tells right annotations from wrong ones.

The right outlines of each photograph are scored beside wrong ones: those of another photograph of the set, mirrored,
turned, drawn on the photograph before it was turned, and shifted by parts of a cell's or the photograph's width.
A wrong copy counts where it moves the cells (IoU with the right ones below 0.7): the round cell in the middle of a
picture lies right when mirrored.

Needs ``../shared/data`` (``peybey_all``: 5 smears, 30 blasts; ``zxaoyou_wbc``: 157 pictures of one cell each);
the third set are smears of our simulator.

Usage: ``python benchmarks/dataset/agreement.py [--data ../shared/data] [--light 1.0] [--simulated 40]``
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import yaml
from scipy.stats import rankdata

from blastvote import rle
from blastvote.dataset.check.pixels.agreement import POOR, Agreement, agreement
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.dataset.truth import TrueCell
from blastvote.io import read_image
from blastvote.simulate import SimulationSettings, write_dataset
from blastvote.vote import make_rule, vote

ROOT = Path(__file__).resolve().parents[2]
MOST_PIXELS = 1_300_000
MOVED = 0.7
Example = tuple[np.ndarray, list[np.ndarray]]
"""A photograph, RGB ``uint8 (H, W, 3)``, and the masks of its cells, ``bool (H, W)``."""


def examples(dataset: dict, classes: list[str]) -> list[Example]:
    """Read a data set, reduced to at most `MOST_PIXELS`: the score looks at cells 48 pixels wide anyway."""
    found = collect(
        open_source(dataset, classes), classes, partial(vote, rule=make_rule("plurality", classes))
    )
    result = []
    for image_id, annotation in found.annotations.items():
        image = read_image(found.images[image_id])
        masks = [cell.mask(*image.shape[:2]) for cell in annotation.cells]
        scale = min(1.0, (MOST_PIXELS / image[..., 0].size) ** 0.5)
        size = round(image.shape[0] * scale), round(image.shape[1] * scale)
        small = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA) if scale < 1 else image
        result.append((small, [fitted(mask, size) for mask in masks]))
    return result


def fitted(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a mask stretched to a size (H, W)."""
    return cv2.resize(mask.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0


def shifted(masks: list[np.ndarray], distance: float, angle: float) -> list[np.ndarray]:
    """Return masks moved by so many pixels; what leaves the photograph is cut off."""
    move = np.array([[1, 0, distance * np.cos(angle)], [0, 1, distance * np.sin(angle)]], np.float32)
    return [cv2.warpAffine(mask.astype(np.uint8), move, mask.shape[::-1]) > 0 for mask in masks]


def untouched(masks: list[np.ndarray], size: tuple[int, int]) -> list[np.ndarray]:
    """Return masks at their own coordinates in a photograph of another size (H, W)."""
    result = [np.zeros(size, dtype=bool) for _ in masks]
    for target, mask in zip(result, masks, strict=True):
        height, width = np.minimum(size, mask.shape)
        target[:height, :width] = mask[:height, :width]
    return result


def cases(
    number: int, data: list[Example], rng: np.random.Generator
) -> Iterator[tuple[str, np.ndarray, list, list]]:
    """Yield name, photograph, outlines and the right outlines."""
    image, masks = data[number]
    size = masks[0].shape
    yield "right", image, masks, masks
    for step in range(1, min(len(data), 4)):
        others = data[(number + step) % len(data)][1]
        yield "of another photograph", image, [fitted(mask, size) for mask in others], masks
    yield "mirrored", image, [mask[:, ::-1] for mask in masks], masks
    yield "mirrored", image, [mask[::-1] for mask in masks], masks
    yield "turned by 180 degrees", image, [mask[::-1, ::-1] for mask in masks], masks
    turned = np.ascontiguousarray(np.rot90(image))
    right = [np.rot90(mask) for mask in masks]
    yield "before a quarter turn", turned, untouched(masks, turned.shape[:2]), right
    cell = float(np.sqrt(np.median([mask.sum() for mask in masks])))
    for share in (0.1, 0.2, 0.3, 0.5):
        for _ in range(2):
            yield (
                f"shifted, {share:.0%} of a cell",
                image,
                shifted(masks, share * cell, rng.uniform(0, 6.3)),
                masks,
            )
    for share in (0.1, 0.3, 0.5):
        for _ in range(2):
            far = shifted(masks, share * max(size), rng.uniform(0, 6.3))
            yield f"shifted, {share:.0%} of the width", image, far, masks


def overlap(masks: list[np.ndarray], others: list[np.ndarray]) -> float:
    """Return the IoU of all cells together."""
    one, other = np.any(masks, axis=0), np.any(others, axis=0)
    return float((one & other).sum() / max((one | other).sum(), 1))


def auc(right: list[float], wrong: list[float]) -> float:
    """Return the chance that a right annotation scores above a wrong one."""
    ranks = rankdata(right + wrong)[: len(right)]
    return float((ranks.sum() - len(right) * (len(right) + 1) / 2) / (len(right) * len(wrong)))


def report(name: str, data: list[Example], light: float) -> None:
    """Print the separation on one set."""
    rng = np.random.default_rng(0)
    results: dict[str, list[Agreement]] = defaultdict(list)
    start = time.process_time()
    for number in range(len(data)):
        for kind, image, masks, right in cases(number, data, rng):
            masks = [mask for mask in masks if mask.any()]
            if kind == "right" or not masks or overlap(masks, right) < MOVED or "10% of a cell" in kind:
                cells = [TrueCell("cell", rle.encode(mask)) for mask in masks]
                results[kind].append(agreement((image * light).astype(np.uint8), cells))
    seconds = (time.process_time() - start) / sum(map(len, results.values()))
    right_scores = [found.score for found in results["right"] if found.score is not None]
    print(
        f"\n### {name}: {len(right_scores)} photographs, light {light}, {seconds * 1000:.0f} ms of CPU each\n"
    )
    print(
        "| outlines | n | AUC | median score | warned of | another position named |\n|---|---|---|---|---|---|"
    )
    for kind, found in results.items():
        scores = [one.score for one in found if one.score is not None]
        poor = sum(score < POOR for score in scores) + sum(
            one.position != "none" and (one.score or 0) >= POOR for one in found
        )
        positions = Counter(one.position for one in found if one.position != "none")
        told = ", ".join(f"{count} {position}" for position, count in positions.most_common(2))
        value = "" if kind == "right" else f"{auc(right_scores, scores):.3f}"
        print(
            f"| {kind} | {len(scores)} | {value} | {np.median(scores):.2f} | {poor / len(found):.0%} | {told} |"
        )


def main() -> None:
    """Run all sets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--light", type=float, default=1.0, help="factor on all pixel values")
    parser.add_argument("--simulated", type=int, default=40, help="smears of the simulator, per class")
    options = parser.parse_args()
    for name in ("peybey", "wbc"):
        text = (ROOT / f"config/examples/{name}.yaml").read_text(encoding="utf-8")
        config = yaml.safe_load(text.replace("../shared/data", str(options.data)))
        report(name, examples(config["dataset"], config["classes"]), options.light)
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(
            Path(folder), SimulationSettings(width=320, height=240, images_per_class=options.simulated)
        )
        config = {"images": f"{folder}/images", "annotations": f"{folder}/annotations_via.json"}
        report("simulated", examples(config, ["L1", "L2", "L3"]), options.light)


if __name__ == "__main__":
    main()
