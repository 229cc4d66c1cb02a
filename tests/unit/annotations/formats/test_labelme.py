"""LabelMe's JSON: shapes of all types, groups."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from blastvote.annotations import read_annotations

from ..documents import write


def labelme(*shapes, **changes):
    return {
        "version": "5.5",
        "imagePath": "..\\photos\\a.png",
        "imageWidth": 30,
        "imageHeight": 20,
        "shapes": list(shapes),
    } | changes


def test_labelme_shapes(tmp_path):
    png = io.BytesIO()
    Image.fromarray(np.ones((3, 4), bool)).save(png, "PNG")
    shapes = [
        {"label": "L1", "points": [[1, 1], [5, 1], [5, 4], [1, 4]], "shape_type": "polygon"},
        {"label": "L2", "points": [[5, 4], [1, 1]], "shape_type": "rectangle"},
        {"label": "L3", "points": [[10, 10], [10, 15]], "shape_type": "circle"},
        {
            "label": "L1",
            "points": [[28, 5], [31, 7]],
            "shape_type": "mask",
            "mask": base64.b64encode(png.getvalue()).decode(),
        },
        {"label": "L1", "points": [[1, 1]], "shape_type": "point"},
        {"label": "L1", "points": [[9, 9], [12, 9], [9, 11]], "shape_type": "ellipse"},
        {"label": "", "points": [[1, 1], [2, 2]], "shape_type": "polygon"},
    ]
    path = write(tmp_path / "a.json", labelme(*shapes, flags={"L1": True, "blurred": False}))
    found = read_annotations(path)
    image = found.images["a.png"]
    assert found.format == "labelme" and image.label == "L1" and (image.width, image.height) == (30, 20)
    assert [cell.class_name for cell in image.cells] == ["L1", "L2", "L3", "L1"]
    areas = [cell.mask(20, 30).sum() for cell in image.cells]
    assert areas[:2] == [12, 12] and areas[2] == pytest.approx(25 * np.pi, rel=0.05) and areas[3] == 6
    assert len(found.notes) == 3
    for why in (
        "a shape of type 'point' has no area",
        "shapes of type 'ellipse' are not read; draw the cell as",
    ):
        assert any(why in note for note in found.notes)


def test_labelme_groups_are_one_cell(tmp_path):
    part = {"label": "L1", "shape_type": "polygon", "group_id": 1}
    shapes = [
        part | {"points": [[0, 0], [2, 0], [2, 2], [0, 2]]},
        part | {"points": [[5, 0], [7, 0], [7, 2], [5, 2]]},
        part | {"points": [[9, 0], [11, 0], [11, 2], [9, 2]], "group_id": None},
    ]
    cells = read_annotations(write(tmp_path / "a.json", labelme(*shapes))).images["a.png"].cells
    assert [cell.mask(20, 30).sum() for cell in cells] == [8, 4]
