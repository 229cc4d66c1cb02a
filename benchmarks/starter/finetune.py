"""Fine-tune from the starter, and train from nothing, on 10, 20 and 40 real images with equal steps; three seeds each.

The images are the single white cells of ``../shared/data/zxaoyou_wbc`` (config/examples/wbc.yaml; three classes, not
leukaemia). All trainings are tested on the same 57 images. Each result is a line of the table; lines that are there are
not made again, so the command may be stopped and repeated.

Usage: ``python benchmarks/starter/finetune.py [--images 40] [--minutes 5] [--out results/finetune.csv]``
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.dataset.truth import TrueCell, TrueImage, Truth
from blastvote.evaluate.scoring.coco import average_precisions, rank
from blastvote.evaluate.scoring.run import score_run
from blastvote.io import read_image, write_csv
from blastvote.rle import encode
from blastvote.segmentation.detect import CellFinder
from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings
from blastvote.segmentation.training.samples import mask_crops
from blastvote.study.configuration.load import load_config
from blastvote.vote import make_rule, vote
from mrcnn import MaskRCNN, Sample, TrainingConfig, train

CONFIG = Path(__file__).resolve().parents[2] / "config/examples/wbc.yaml"
COUNTS, SEEDS, STARTS = (10, 20, 40), (1, 2, 3), ("none", "starter")
STEPS, EPOCH, TEST = 200, 50, 57
SIDE = 128
CELL = ["cell"]


class Cells:
    """The photographs and true cells of the data set, in memory: they are small."""

    def __init__(self) -> None:
        self.config = load_config(CONFIG)
        self.classes = self.config["classes"]
        rule = partial(vote, rule=make_rule(self.config["vote"]["rule"], self.classes))
        collection = collect(open_source(self.config["dataset"], self.classes), self.classes, rule)
        self.labels = dict(zip(collection.labels["image_id"], collection.labels["label"], strict=True))
        self.photographs = {name: read_image(path) for name, path in collection.images.items()}
        self.truth = {}
        for name, photograph in self.photographs.items():
            height, width = photograph.shape[:2]
            cells = tuple(
                TrueCell(str(cell.class_name), encode(cell.mask(height, width)))
                for cell in collection.annotations[name].cells
            )
            self.truth[name] = TrueImage(name, name, width, height, cells, self.labels[name])

    def drawn(self, names: list[str], count: int, seed: int) -> list[str]:
        """Return images of which each class has about its share."""
        rng = np.random.default_rng([seed, count])
        shuffled = [names[k] for k in rng.permutation(len(names))]
        of_class = {c: [n for n in shuffled if self.labels[n] == c] for c in self.classes}
        ranked = sorted((k / len(own), c, name) for c, own in of_class.items() for k, name in enumerate(own))
        return sorted(name for _, _, name in ranked[:count])


def trained(cells: Cells, start: str, names: list[str], seed: int) -> MaskRCNN:
    """Train on some images for 200 steps; from nothing, batch normalisation learns too."""
    model = {**cells.config["model"], "weights": start, "image_size": SIDE}
    anchors = {"rpn_anchor_scales": [24, 48, 72, 96, 128], "train_bn": start == "none"}
    model["options"] = {**model["options"], **anchors}
    settings = NetworkSettings(cells.classes, model, cells.config["training"], threads=2, seed=seed)
    network = untrained_network(settings, first_weights(settings))
    samples = [
        Sample(
            n,
            cells.photographs[n],
            partial(mask_crops, cells.truth[n]),
            cells.truth[n].class_ids(cells.classes),
        )
        for n in names
    ]
    loop = TrainingConfig(
        epochs=STEPS // EPOCH, steps_per_epoch=EPOCH, batch_size=2, learning_rate=0.01, schedule="cosine",
        warmup_steps=20, seed=seed, threads=2, augment={"flips": True, "rotations": True}, validate_every=STEPS,
        monitor="loss", checkpoint_every=STEPS,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        train(network, samples, samples[:2], loop, Path(folder))
    return network


def measured(cells: Cells, network: MaskRCNN, names: list[str]) -> dict[str, float]:
    """Return COCO's AP50 on masks: mean over the classes, and whatever the class."""
    finder = CellFinder(network)
    results: list[dict[str, Any]] = []
    for name in names:
        results += finder.find([(name, cells.photographs[name])])
    blind = [{**result, "category_id": 1} for result in results]
    images = [cells.truth[name] for name in names]
    plain = [
        TrueImage(
            i.image_id,
            i.file_name,
            i.width,
            i.height,
            tuple(TrueCell("cell", c.mask) for c in i.cells),
            "cell",
        )
        for i in images
    ]
    return {
        "ap50": _ap50(results, Truth(images, cells.classes), cells.classes),
        "ap50_any_class": _ap50(blind, Truth(plain, CELL), CELL),
    }


def _ap50(results: list[dict[str, Any]], truth: Truth, classes: list[str]) -> float:
    splits = pd.DataFrame({"image_id": list(truth), "fold": 0, "role": "test", "flip": "none"})
    scores = score_run(results, truth, splits, 0, classes, 0.7)
    found = scores.detections
    ranked = rank(
        found["image"].to_numpy(),
        found["class_index"].to_numpy(),
        found["score"].to_numpy(),
        scores.mask_flags,
        scores.true_counts,
    )
    return float(np.nanmean(average_precisions(ranked)[0, 0]))


def summary(table: pd.DataFrame) -> str:
    """Return mean and range over seeds, as lines."""
    lines = []
    for (start, count), own in table.groupby(["start", "images"]):
        told = ", ".join(
            f"{name} {own[name].mean():.2f} ({own[name].min():.2f}-{own[name].max():.2f})"
            for name in ("ap50", "ap50_any_class")
        )
        lines.append(f"{start:8} {count:3} images, {len(own)} seeds: {told}")
    return "\n".join(lines)


def main() -> None:
    """Make the lines that are missing, for some minutes; print what there is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, nargs="+", default=COUNTS, help="how many to train on")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after so many minutes")
    parser.add_argument("--out", type=Path, default=Path("results/finetune.csv"))
    options = parser.parse_args()
    cells = Cells()
    test = cells.drawn(sorted(cells.truth), TEST, 0)
    others = sorted(set(cells.truth) - set(test))
    rows = pd.read_csv(options.out).to_dict("records") if options.out.is_file() else []
    end = time.monotonic() + 60 * options.minutes
    for count, seed, start in itertools.product(options.images, SEEDS, STARTS):
        if any((r["seed"], r["images"], r["start"]) == (seed, count, start) for r in rows):
            continue
        if time.monotonic() > end:
            break
        network = trained(cells, start, cells.drawn(others, count, seed), seed)
        rows.append({"start": start, "images": count, "seed": seed, **measured(cells, network, test)})
        write_csv(options.out, pd.DataFrame(rows))
        print(rows[-1], flush=True)
    print(summary(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
