"""Photographs and masks that tests lay out in folders, and the way to read them."""

import numpy as np

from blastvote import io
from blastvote.dataset.check.checks import check_dataset
from blastvote.dataset.check.ledger import ledger_table
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source

from ..conftest import CLASSES

ONE_CLASS = {"class_aliases": {"": "L1"}}
SQUARE = [2, 2, 20, 2, 20, 20, 2, 20]


def photograph(path, seed=0):
    rng = np.random.default_rng([seed, *path.stem.encode()])
    image = np.kron(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
    io.write_image(path, image.astype(np.uint8))
    return path


def mask(path, values=(255,), size=(64, 48)):
    labels = np.zeros(size[::-1], np.uint8)
    for place, value in enumerate(values):
        labels[8:24, 4 + 18 * place : 18 + 18 * place] = value
    io.write_image(path, labels)


def read(rule, images, annotations="", classes=CLASSES, **more):
    config = {"images": str(images), "annotations": str(annotations) if annotations else "", **more}
    collection = collect(open_source(config, classes), classes, rule)
    report, facts = check_dataset(collection, classes, rule)
    return collection, report, ledger_table(collection, facts)
