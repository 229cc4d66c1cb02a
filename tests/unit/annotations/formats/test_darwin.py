"""Darwin (V7), versions 1 and 2: paths with holes, ellipses, mask layers."""

import copy

import numpy as np
import pytest

from blastvote.errors import InputError

from ..documents import BOX, HOLE, ISLAND, OUTER, RING_AREA, areas, read, reasons, xy
from ..samples import SAMPLES
from ..samples.cell import HEIGHT, WIDTH


def darwin(*annotations):
    item = {
        "name": "a.png",
        "slots": [{"width": WIDTH, "height": HEIGHT, "source_files": [{"file_name": "b.png"}]}],
    }
    return {"version": "2.0", "item": item, "annotations": list(annotations)}


def test_darwin_paths_are_rings_by_the_even_odd_rule(tmp_path):
    paths = {"paths": [xy(ISLAND), xy(OUTER), xy(HOLE)]}
    ellipse = {"center": {"x": 60, "y": 40}, "radius": {"x": 10, "y": 5}, "angle": np.pi / 2}
    found = read(
        tmp_path,
        darwin(
            {"name": "L1", "polygon": paths},
            {"name": "L1", "polygon": {"paths": [xy(OUTER), xy(HOLE)]}},
            {"name": "L2", "ellipse": ellipse},
            {"name": "L2", "bounding_box": {"x": 1, "y": 1, "w": 5, "h": 5}},
            {"name": "L2", "tag": {}},
            {"name": "L2", "line": {"path": xy(OUTER)}},
            {"id": "m", "name": "L2", "mask": {}},
            {"name": "L2", "frames": {}},
        ),
    )
    assert areas(found)[:2] == [RING_AREA + 16, RING_AREA] and areas(found)[2] == pytest.approx(
        np.pi * 50, rel=0.05
    )
    assert found.images["a.png"].label == "L2" and found.images["a.png"].aliases == ("b.png",)
    assert reasons(found) == {
        "annotation 3": BOX,
        "annotation 5": "a shape of type 'line' has no area",
        "annotation 6": "no mask layer of the file holds its pixels",
        "annotation 7": "an annotation of a video",
    }


def test_darwin_1_has_additional_paths(tmp_path):
    polygon = {"path": xy(OUTER), "additional_paths": [xy(HOLE)]}
    old = {"image": {"filename": "a.png"}, "annotations": [{"name": "L1", "polygon": polygon}]}
    assert areas(read(tmp_path, old)) == [RING_AREA]
    old["annotations"] = [{"name": "L1", "complex_polygon": {"path": [xy(OUTER), xy(HOLE)]}}]
    assert areas(read(tmp_path, old)) == [RING_AREA]


def test_a_mask_layer_of_another_size_is_damage(tmp_path):
    document = copy.deepcopy(SAMPLES["darwin mask"].content)
    document["annotations"][1]["raster_layer"]["dense_rle"][1] += 1
    with pytest.raises(InputError, match=r"damaged \(ValueError: a mask layer does not fill 80x60 pixels"):
        read(tmp_path, document)
