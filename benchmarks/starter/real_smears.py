"""Measure the starter on real smears that nothing was trained on: blasts, subtypes, other cells taken for blasts.

Needs the photographs in ``../shared/data`` (``peybey_all``, ``zxaoyou_wbc``, ``bccd``). The score from which a cell
counts and everything else comes from the weight file, where it was fixed on simulated images.

Usage: ``python benchmarks/starter/real_smears.py [--model starter FILE ... smears] [--data ../shared/data]``
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import yaml

from blastvote.annotations import read_annotations
from blastvote.io import read_image
from blastvote.prediction.predictor import Prediction, Predictor
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.segmentation.objects import Cell
from blastvote.segmentation.settings import SHIPPED, network_config
from blastvote.segmentation.weights.describe import description_for_run
from blastvote.segmentation.weights.model_file import DETECTIONS_A_TILE, TrainedModel, read_model
from blastvote.vote import make_rule

LEAST = 0.05
NEUTROPHIL_UM = 13.0
WHITE = {1: "neutrophils", 2: "lymphocytes", 3: "monocytes", 4: "eosinophils"}


def read_any(name: str) -> TrainedModel:
    """Read a model; ``smears`` are the demo's weights, heads included, with Matterport's score from 0.7 on."""
    if name != "smears":
        counts = read_model(name)
        return replace(read_model(name, min_score=LEAST), min_score=counts.min_score)
    root = Path(__file__).resolve().parents[2]
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    classes = tuple(config["classes"])
    settings = network_config(config["model"], config["training"], classes)
    changed = {"detection_max_instances": DETECTIONS_A_TILE, "detection_min_confidence": LEAST}
    network = network_config(config["model"], config["training"], classes, **changed)
    about = description_for_run(config, config["variants"]["none"], settings)
    return TrainedModel(
        name,
        SHIPPED[name],
        network,
        classes,
        about["contrast"],
        about["pixel_size_um"],
        about["min_score"],
        make_rule("pathologist", classes),
        description=about,
    )


def overlap(cell: Cell, truth: np.ndarray) -> float:
    """Return the IoU of a cell with a true mask ``bool (H, W)``."""
    y1, x1, y2, x2 = cell.box
    shared = float((truth[y1:y2, x1:x2] & cell.mask).sum())
    return shared / (float(cell.mask.sum()) + float(truth.sum()) - shared)


def matched(cells: Sequence[Cell], masks: Sequence[np.ndarray]) -> list[int | None]:
    """Return for each cell, by falling score, the place of the true mask that it overlaps by IoU 0.5; each once."""
    free = set(range(len(masks)))
    places: list[int | None] = []
    for cell in cells:
        ious = {k: overlap(cell, masks[k]) for k in free}
        best = max(ious, key=lambda k: ious[k], default=None)
        if best is not None and ious[best] < 0.5:
            best = None
        free -= {best}
        places.append(best)
    return places


def blasts(predictor: Predictor, folder: Path) -> None:
    """Print AP50, F1 and the subtypes on the photographs of `peybey_all`."""
    paths = sorted(folder.glob("*.jpg"))
    images = read_annotations(folder / "annotations_via.json").images.values()
    truth = {Path(image.file_name).stem: image for image in images}
    sizes = PixelSizes("auto", paths)
    scores, right, total, typed, votes, seconds = [], [], 0, [], [], []
    for path in paths:
        image = read_image(path)
        size = sizes.of(path, image)
        start = time.perf_counter()
        found = predictor(image, size.um)
        seconds.append(time.perf_counter() - start)
        true = [(cell.mask(*image.shape[:2]), cell.class_name) for cell in truth[path.stem].cells]
        total += len(true)
        places = matched(found.cells, [mask for mask, _ in true])
        for cell, name, place in zip(found.cells, found.classes, places, strict=True):
            scores.append(cell.score)
            right.append(place is not None)
            if place is not None and cell.score >= predictor.model.min_score:
                typed.append((name == "L3") == (true[place][1] == "L3"))
        counted = [k for k, cell in enumerate(found.cells) if cell.score >= predictor.model.min_score]
        is_l3 = any(found.classes[k] == "L3" for k in counted)
        votes.append(is_l3 == any(name == "L3" for _, name in true))
        print(f"  {path.name}: {size.um:.4f} um a pixel (+- {size.uncertainty:.0%}), {len(counted)} cells, "
              f"{len(true)} true, L3: {is_l3}")  # fmt: skip
    score, hits = np.array(scores), np.array(right, bool)
    counts = score >= predictor.model.min_score
    f1 = 2 * (hits & counts).sum() / (counts.sum() + total)
    ap50 = average_precision(score, hits, total)
    print(f"  blasts: AP50 {ap50:.3f}, F1 {f1:.3f} ({(hits & counts).sum()} of {total} found, "
          f"{(~hits & counts).sum()} false), L3 or not: {sum(typed)} of {len(typed)} cells, {sum(votes)} of "
          f"{len(votes)} photographs; {np.median(seconds):.1f} s a photograph")  # fmt: skip


def average_precision(scores: np.ndarray, hits: np.ndarray, total: int) -> float:
    """Return COCO's average precision (101 recalls) of detections at one threshold of IoU."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    precision = np.maximum.accumulate((found / np.arange(1, len(order) + 1))[::-1])[::-1]
    place = np.searchsorted(found / total, np.linspace(0, 1, 101) - 1e-12)
    return float(np.mean([precision[k] if k < len(precision) else 0 for k in place]))


def white_cells(predictor: Predictor, folder: Path) -> None:
    """Print which share of each kind of white cell of `zxaoyou_wbc` is called a blast."""
    for part in (1, 2):
        with (folder / f"Class Labels of Dataset {part}.csv").open() as file:
            kinds = {int(row[0]): int(row[1]) for row in list(csv.reader(file))[1:] if len(row) > 1}
        items = []
        for path in sorted((folder / f"Dataset {part}").glob("*.bmp")):
            items.append(
                (kinds[int(path.stem)], read_image(path), cv2.imread(str(path.with_suffix(".png")), 0) > 0)
            )
        across = [2 * np.sqrt(mask.sum() / np.pi) for kind, _, mask in items if kind == 1]
        size = NEUTROPHIL_UM / float(np.median(across))
        line = []
        for kind, name in WHITE.items():
            own = [(image, mask) for k, image, mask in items if k == kind]
            called = sum(
                any(overlap(cell, mask) >= 0.3 for cell in _counted(predictor, predictor(image, size)))
                for image, mask in own
            )
            if own:
                line.append(f"{called} of {len(own)} {name}")
        print(f"  zxaoyou_wbc {part} ({size:.3f} um a pixel) called blasts: {', '.join(line)}")


def _counted(predictor: Predictor, found: Prediction) -> Iterator[Cell]:
    return (cell for cell in found.cells if cell.score >= predictor.model.min_score)


def fields(predictor: Predictor, folder: Path) -> None:
    """Print which share of the white cells of `bccd` is called a blast, and what else is."""
    paths = sorted((folder / "JPEGImages").glob("*.jpg"))
    sizes = PixelSizes("auto", paths)
    white = called = elsewhere = 0
    box = re.compile(
        r"<name>WBC</name>.*?<xmin>(\d+)</xmin>\s*<ymin>(\d+)</ymin>\s*<xmax>(\d+)</xmax>\s*<ymax>(\d+)", re.S
    )
    for path in paths:
        image = read_image(path)
        notes = (folder / "Annotations" / f"{path.stem}.xml").read_text()
        boxes = [tuple(int(v) for v in found) for found in box.findall(notes)]
        hit = set()
        for cell in _counted(predictor, predictor(image, sizes.of(path, image).um)):
            y, x = (cell.box[0] + cell.box[2]) / 2, (cell.box[1] + cell.box[3]) / 2
            inside = [k for k, (x1, y1, x2, y2) in enumerate(boxes) if x1 <= x <= x2 and y1 <= y <= y2]
            hit.update(inside)
            elsewhere += not inside
        white, called = white + len(boxes), called + len(hit)
    print(
        f"  bccd: {called} of {white} white cells called blasts, and {elsewhere} other places, in {len(paths)} fields"
    )


def main() -> None:
    """Print the table of each model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", nargs="+", default=["smears", "starter"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args()
    for name in args.model:
        predictor = Predictor(read_any(name))
        print(f"{name}: cells count from a score of {predictor.model.min_score}")
        blasts(predictor, args.data / "peybey_all")
        white_cells(predictor, args.data / "zxaoyou_wbc")
        fields(predictor, args.data / "bccd")


if __name__ == "__main__":
    main()
