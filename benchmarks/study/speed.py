"""Time and memory of the whole evaluation: score every run, then make every table with intervals.

    .venv/bin/python benchmarks/study/speed.py --out benchmarks/results/evaluate.json

makes 5 methods x 5 seeds x 301 images of 640x480 with 10 cells each (made-up outlines; making them is not
timed), scores the 25 runs one after the other and makes all tables with 2,000 bootstrap draws, on one core.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pycocotools import mask as coco_mask

from blastvote.contrast.measures import MEASURES
from blastvote.evaluate.scoring.cells import cells_table, votes_table
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import load_study
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.io import write_csv

NAMES = ["L1", "L2", "L3"]
HEIGHT, WIDTH = 480, 640
ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)


class Clock:
    """Sum of wall and processor time spent in its `with` blocks (on a busy machine they differ)."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._start[0]
        self.cpu += time.process_time() - self._start[1]

    def report(self) -> dict[str, float]:
        """Return both in seconds."""
        return {"wall_seconds": round(self.wall, 2), "cpu_seconds": round(self.cpu, 2)}


def blobs(centres: np.ndarray, radii: np.ndarray, rng: np.random.Generator) -> list[dict]:
    """Return RLE masks of wavy discs."""
    waves = radii[:, None] * (1 + 0.08 * rng.standard_normal((len(radii), len(ANGLES))))
    x = np.clip(centres[:, :1] + waves * np.cos(ANGLES), 0, WIDTH)
    y = np.clip(centres[:, 1:] + waves * np.sin(ANGLES), 0, HEIGHT)
    outlines = np.stack([x, y], axis=2).reshape(len(radii), -1).tolist()
    return coco_mask.frPyObjects(outlines, HEIGHT, WIDTH)


def entry(rle: dict, **keys: object) -> dict:
    """Return a JSON-ready annotation."""
    box = [float(side) for side in coco_mask.toBbox(rle)]
    text = {"size": [HEIGHT, WIDTH], "counts": rle["counts"].decode("ascii")}
    return {"segmentation": text, "bbox": box, **keys}


def make_truth(n_images: int, n_cells: int) -> tuple[dict, list[tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """Return a COCO dictionary and (centres, radii, classes) of each image."""
    rng = np.random.default_rng(0)
    images, annotations, shapes = [], [], []
    for number in range(n_images):
        centres = rng.uniform([30, 30], [WIDTH - 30, HEIGHT - 30], (n_cells, 2))
        radii = rng.uniform(18, 32, n_cells)
        main = number % 3
        classes = np.where(rng.random(n_cells) < 0.85, main, 0 if main == 2 else rng.integers(0, 2, n_cells))
        shapes.append((centres, radii, classes))
        images.append({"id": number + 1, "image_id": f"i{number:03d}", "height": HEIGHT, "width": WIDTH})
        for rle, kind in zip(blobs(centres, radii, rng), classes, strict=True):
            keys = {"id": len(annotations) + 1, "image_id": number + 1, "category_id": int(kind) + 1}
            annotations.append(entry(rle, **keys, iscrowd=0))
    categories = [{"id": number + 1, "name": name} for number, name in enumerate(NAMES)]
    return {"images": images, "annotations": annotations, "categories": categories}, shapes


def make_detections(shapes: list, seed: int, quality: float) -> list[dict]:
    """Return detections: nine in ten cells, shifted, some of a wrong class, and three false ones an image."""
    rng = np.random.default_rng(seed)
    found = []
    for number, (centres, radii, classes) in enumerate(shapes):
        kept = rng.random(len(radii)) < 0.9
        false = rng.uniform([30, 30], [WIDTH - 30, HEIGHT - 30], (3, 2))
        moved = np.concatenate([centres[kept] + rng.normal(0, 3, (kept.sum(), 2)), false])
        sizes = np.concatenate([radii[kept] * rng.uniform(0.9, 1.1, kept.sum()), rng.uniform(18, 32, 3)])
        kinds = np.concatenate([classes[kept], rng.integers(0, 3, 3)])
        kinds = np.where(rng.random(len(kinds)) < quality, kinds, rng.integers(0, 3, len(kinds)))
        scores = np.concatenate([rng.beta(8, 1, kept.sum()), rng.beta(1, 3, 3)]).clip(0.05, 1).round(6)
        for rle, kind, score in zip(blobs(moved, sizes, rng), kinds, scores, strict=True):
            keys = {"image_id": f"i{number:03d}", "category_id": int(kind) + 1}
            found.append(entry(rle, **keys, score=float(score)))
    return found


def main() -> None:
    """Make the data, time both steps, print and store the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--images", type=int, default=301)
    parser.add_argument("--cells", type=int, default=10)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--interval", default="percentile", choices=["percentile", "bca"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        result = measure(options, Path(name))
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n")


def measure(options: argparse.Namespace, folder: Path) -> dict:
    """Return seconds and peak memory."""
    truth, shapes = make_truth(options.images, options.cells)
    (folder / "truth.json").write_text(json.dumps(truth))
    names = [image["image_id"] for image in truth["images"]]
    labels = {name: NAMES[number % 3] for number, name in enumerate(names)}
    splits = pd.DataFrame({"image_id": names, "fold": 0, "role": "test", "flip": "none"})
    runs, scoring, tables_of_cells = [], Clock(), Clock()
    for number in range(options.methods):
        for seed in range(options.seeds):
            stem = folder / f"m{number}s{seed}"
            found = make_detections(shapes, 1000 * number + seed, 0.7 + 0.05 * number)
            stem.with_suffix(".json").write_text(json.dumps(found))
            with scoring:  # as workflow/scripts/networks/score.py does it
                detections = read_detections(stem.with_suffix(".json"))
                scores = score_run(detections, folder / "truth.json", splits, 0, NAMES, 0.7)
                scores.save(stem.with_suffix(".npz"))
            with tables_of_cells:
                cells = cells_table(detections, names, NAMES, 0.7)
                write_csv(stem.with_suffix(".csv"), votes_table(cells, names, labels, NAMES))
            runs.append((f"m{number}", seed, 0, stem.with_suffix(".npz"), stem.with_suffix(".csv")))
    rng = np.random.default_rng(7)
    rows = [(name, f"m{number}") for number in range(options.methods) for name in names]
    contrast = pd.DataFrame(rows, columns=["image_id", "method"])
    contrast[list(MEASURES)] = rng.random((len(rows), len(MEASURES)))
    tables = Clock()
    with tables:
        bootstrap = BootstrapSettings(options.draws, options.interval, 0.95, 0)
        metrics = ("accuracy", "sensitivity", "ap50_matterport", "ap50", "ap")
        settings = EvaluationSettings(bootstrap, "m0", "all", dict.fromkeys(metrics, 0.02), "m1")
        written = all_tables(load_study(runs, NAMES), settings, contrast=contrast)
    return {
        "setting": {name: value for name, value in vars(options).items() if name != "out"},
        "score_all_runs": scoring.report(),
        "cells_and_votes_of_all_runs": tables_of_cells.report(),
        "all_tables": tables.report(),
        "cpu_seconds_total": round(scoring.cpu + tables_of_cells.cpu + tables.cpu, 2),
        "wall_seconds_total": round(scoring.wall + tables_of_cells.wall + tables.wall, 2),
        "load_average_at_the_end": os.getloadavg()[0],
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "tables": len(written),
        "first_row": written["table1_map"].iloc[0].to_dict(),
    }


if __name__ == "__main__":
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    if not threads.items() <= os.environ.items():
        # The libraries read these when they are loaded, which was above: start again with them set.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | threads)
    main()
