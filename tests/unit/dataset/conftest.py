"""A small data set on disk, with two cells an image."""

import json
from pathlib import Path

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.source.photo_sets import Source
from blastvote.dataset.source.source import open_source
from blastvote.dataset.split.splits import make_splits as splits_of
from blastvote.vote import vote

CLASSES = ["L1", "L2", "L3"]
PROTOCOL = {
    "name": "holdout",
    "seed": 0,
    "test_fraction": 0.5,
    "val_fraction": 0.1,
    "folds": 5,
    "images_per_class": 20,
    "train_fraction": 0.75,
    "flips": ["horizontal", "vertical"],
}


def make_splits(labels, changes, class_names=None):
    """Split with PROTOCOL but for `changes`."""
    return splits_of(labels, PROTOCOL | changes, class_names)


def disc(cx, cy, r, name, attribute="class"):
    return {
        "shape_attributes": {"name": "circle", "cx": cx, "cy": cy, "r": r},
        "region_attributes": {} if name is None else {attribute: name},
    }


class Folder:
    """Photographs, a VIA file and a table, written and re-written by tests."""

    def __init__(self, root: Path):
        self.root = root
        self.images = root / "photos"
        self.entries: dict[str, dict] = {}

    def add(self, name: str, classes=("L1", "L1"), size=(64, 48), seed=None) -> Path:
        rng = np.random.default_rng(len(self.entries) if seed is None else seed)
        coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        image = np.kron(coarse, np.ones((size[1] // 6, size[0] // 8, 1), np.uint8)).astype(np.uint8)
        y, x = np.mgrid[: size[1], : size[0]] + 0.5
        for n in range(len(classes)):  # the cells that the regions outline
            image[(x - 14 - 20 * n) ** 2 + (y - 20) ** 2 < 64] = 0
        io.write_image(self.images / name, image)
        regions = [disc(14 + 20 * n, 20, 8, c) for n, c in enumerate(classes)]
        self.entries[name] = {"filename": name, "size": 1, "regions": regions, "file_attributes": {}}
        return self.images / name

    def config(self, **changes) -> dict:
        path = self.root / "via.json"
        path.write_text(json.dumps({f"{n}1": e for n, e in self.entries.items()}), encoding="utf-8")
        return {"images": str(self.images), "annotations": str(path)} | changes

    def source(self, **changes) -> Source:
        return open_source(self.config(**changes), CLASSES)

    def table(self, text: str, name="labels.csv") -> str:
        (self.root / name).write_text(text, encoding="utf-8")
        return str(self.root / name)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def three(folder):
    for name, own in (("a.png", ["L1", "L1"]), ("b.png", ["L2", "L1"]), ("c.png", ["L3", "L1"])):
        folder.add(name, own)
    return folder


@pytest.fixture
def rule():
    return vote
