"""Rings with holes, the way to read a document, and what tests ask of the cells read."""

import json

import numpy as np

from blastvote.annotations import read_annotations

from .samples import HEIGHT, WIDTH

OUTER = [[10, 10], [30, 10], [30, 30], [10, 30]]


HOLE = [[15, 15], [25, 15], [25, 25], [15, 25]]


ISLAND = [[18, 18], [22, 18], [22, 22], [18, 22]]


RING = 400 - 100


def read(tmp_path, document, name="a.json"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_annotations(path)


def areas(found):
    (image,) = found.images.values()
    return [int(cell.mask(HEIGHT, WIDTH).sum()) for cell in image.cells]


def reasons(found):
    return {line.object: line.reason for line in found.lines}


def points(ring):
    return [{"x": x, "y": y} for x, y in ring]


def flat(ring):
    return [value for point in ring for value in point]


def text(ring):
    return ";".join(f"{x},{y}" for x, y in ring)


RIGHTWARDS = np.array([40, 0])


BOX = "it is a box, and boxes are no outlines"


SQUARE = "0.125 0.1 0.5 0.1 0.5 0.5 0.125 0.5"


def cvat(inside, size=f'width="{WIDTH}" height="{HEIGHT}"'):
    return f'<annotations><meta/><image id="0" name="a.png" {size}>{inside}</image></annotations>'
