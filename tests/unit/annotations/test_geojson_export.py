"""Cells as QuPath GeoJSON: written, read by our own reader, the same pixels."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from blastvote.annotations import read_annotations
from blastvote.annotations.geojson_export import ExportedCell, write_geojson
from blastvote.rle import encode


@settings(max_examples=100, deadline=None)
@given(hnp.arrays(bool, (8, 11), elements=st.booleans()))
def test_any_mask_comes_back_from_a_file(tmp_path_factory, mask):
    path = tmp_path_factory.mktemp("geojson") / "image one.geojson"
    write_geojson(path, [ExportedCell("L2", encode(mask), 0.5)])
    image = read_annotations(path).images.get("image one") if mask.any() else None
    if image is None:
        assert json.loads(path.read_text())["features"] == []
        return
    assert np.array_equal(image.cells[0].mask(*mask.shape), mask)


def test_the_file_is_what_qupath_reads(tmp_path):
    yy, xx = np.mgrid[:60, :80]
    disc = (xx - 30) ** 2 + (yy - 20) ** 2 < 15**2
    path = tmp_path / "a.geojson"
    cells = [ExportedCell('L"1" <b>', encode(disc), 0.987654321), ExportedCell("L2", encode(disc))]
    write_geojson(path, cells, {"L2": (1, 2, 3)})
    first, second = json.loads(path.read_text())["features"]
    assert first["type"] == "Feature" and first["geometry"]["type"] == "Polygon"
    ring = first["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert first["properties"]["objectType"] == "annotation"
    assert first["properties"]["measurements"] == {"score": 0.987654}
    assert second["properties"]["classification"] == {"name": "L2", "color": [1, 2, 3]}
    assert "measurements" not in second["properties"]
    assert first["id"] != second["id"]
    before = path.read_bytes()
    write_geojson(path, cells, {"L2": (1, 2, 3)})
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [True, False])
def test_intersection_over_union_of_what_comes_back_is_one(tmp_path, text):
    rng = np.random.default_rng(3)
    yy, xx = np.mgrid[:480, :640]
    masks = [
        ((xx - x) / a) ** 2 + ((yy - y) / b) ** 2 < 1
        for x, y, a, b in rng.uniform([0, 0, 15, 15], [640, 480, 60, 50], size=(20, 4))
    ]
    rles = [encode(mask) for mask in masks]
    given_rles = rles if text else [rle | {"counts": rle["counts"].encode()} for rle in rles]
    write_geojson(tmp_path / "x.geojson", [ExportedCell("L1", rle, 0.9) for rle in given_rles])
    cells = read_annotations(tmp_path / "x.geojson").images["x"].cells
    again = [encode(cell.mask(480, 640)) for cell in cells]
    assert np.diag(coco_mask.iou(again, rles, [0] * len(rles))).min() == 1.0
    assert cells[0].attributes["measurements"] == {"score": 0.9}
