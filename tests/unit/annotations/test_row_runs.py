"""COCO's run-length masks whose runs go along rows."""

import numpy as np
import pytest

from blastvote import rle
from blastvote.annotations import read_annotations

from .documents import write

MASK = np.zeros((60, 90), bool)
MASK[10:20, 30:70] = True
BOX = [30, 10, 40, 10]


def runs(mask, order):
    """Return the run-length mask of a mask, its runs along columns ("F") or rows ("C")."""
    flat = mask.ravel(order=order)
    edges = np.flatnonzero(np.diff(flat, prepend=False)).tolist()
    counts = np.diff([0, *edges, flat.size]).tolist()
    return {"size": list(mask.shape), "counts": counts}


def coco(tmp_path, *annotations):
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 90, "height": 60}],
        "categories": [{"id": 1, "name": "L1"}],
        "annotations": [
            {"id": 5, "image_id": 1, "category_id": 1, "segmentation": segmentation, "bbox": box}
            for segmentation, box in annotations
        ],
    }
    found = read_annotations(write(tmp_path / "x.json", document))
    return found, found.images["a.png"].cells


def compressed(mask, order):
    return rle.normalise("mask", runs(mask, order))


@pytest.mark.parametrize("form", [runs, compressed])
def test_boxes_tell_runs_along_rows(tmp_path, form):
    found, cells = coco(tmp_path, (form(MASK, "C"), BOX), (form(MASK[::-1], "C"), [0, 0, 0, 0]))
    assert np.array_equal(cells[0].mask(60, 90), MASK)
    assert np.array_equal(cells[1].mask(60, 90), MASK[::-1])
    assert len(found.warnings) == 1
    assert "the runs of 2 masks go along rows (first: annotation 5)" in found.warnings[0]
    assert "(1 by their boxes or pieces, 1 as the others of the file)" in found.warnings[0]


def test_each_mask_is_read_by_its_own_box_where_they_differ(tmp_path):
    found, cells = coco(tmp_path, (runs(MASK, "C"), BOX), (runs(MASK, "F"), BOX), (runs(MASK, "F"), None))
    assert all(np.array_equal(cell.mask(60, 90), MASK) for cell in cells)
    assert "the runs of 1 masks" in found.warnings[0]


@pytest.mark.parametrize(
    "box", [BOX, None, [], "box", [0, 0, 5, 5], [30, 10, 70, 20], ["inf"] * 4, ["nan"] * 4]
)
def test_runs_along_columns_stay(tmp_path, box):
    found, cells = coco(tmp_path, (runs(MASK, "F"), box))
    assert np.array_equal(cells[0].mask(60, 90), MASK) and not found.warnings


def test_without_boxes_pieces_tell_runs_along_rows(tmp_path):
    y, x = np.mgrid[:60, :90]
    disc = (x - 40) ** 2 + (y - 30) ** 2 < 100
    found, (cell,) = coco(tmp_path, (runs(disc, "C"), None))
    assert np.array_equal(cell.mask(60, 90), disc)
    assert "1 by their boxes or pieces" in found.warnings[0]
