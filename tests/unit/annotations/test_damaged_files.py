"""Whatever stands in an annotation file, the answer is annotations or one clear error, never a crash."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastvote.annotations import read_annotations
from blastvote.annotations.model import AnnotationSet
from blastvote.errors import InputError

POINTS = [[1, 1], [9, 1], [9, 9], [1, 9]]
REGION = {
    "shape_attributes": {"name": "polygon", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]},
    "region_attributes": {"class": {"L1": True}},
}
CIRCLE = {
    "shape_attributes": {"name": "circle", "cx": 5, "cy": 5, "r": 2},
    "region_attributes": {"class": "L1"},
}
ENTRY = {"filename": "a.png", "size": 1, "regions": [REGION, CIRCLE], "file_attributes": {"label": "L1"}}
DOCUMENTS = {
    "via": {"a.png1": ENTRY, "b.png1": ENTRY | {"filename": "b.png", "regions": {"0": REGION}}},
    "project": {"_via_settings": {}, "_via_img_metadata": {"a.png1": ENTRY}},
    "coco": {
        "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3}],
        "categories": [{"id": 1, "name": "L1"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 3, 1, 3, 3]], "iscrowd": 0},
            {"id": 2, "image_id": 1, "category_id": 1, "segmentation": {"size": [3, 4], "counts": [5, 7]}},
            {"id": 3, "image_id": 1, "category_id": 1, "segmentation": {"size": [3, 4], "counts": "57"}},
        ],
    },
    "labelme": {
        "imagePath": "a.png",
        "imageWidth": 20,
        "imageHeight": 20,
        "flags": {"L1": True},
        "shapes": [
            {"label": "L1", "points": POINTS, "shape_type": "polygon", "group_id": 1},
            {"label": "L1", "points": POINTS[:2], "shape_type": "circle"},
            {"label": "L1", "points": POINTS[:2], "shape_type": "mask", "mask": "aGVsbG8="},
        ],
    },
    "geojson": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [POINTS]},
                "properties": {"classification": {"name": "L1"}},
            }
        ],
    },
}
VALUES = [None, True, -1, 0, 1.5, 1e308, "", "x", "\u00e9", [], {}, [1], [[1, 2]], {"a": 1}, [None], "NaN"]


def places(node, path=()):
    """Return the path of every value inside a JSON document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []
    return [p for key, child in items for p in [(*path, key), *places(child, (*path, key))]]


@pytest.mark.parametrize("kind", DOCUMENTS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_damage_is_survived_or_explained(tmp_path_factory, kind, data):
    document = copy.deepcopy(DOCUMENTS[kind])
    for _ in range(data.draw(st.integers(1, 2))):
        *parents, last = data.draw(st.sampled_from(places(document) or [()])) or [None]
        node = document
        for key in parents:
            node = node[key]
        if last is None:
            continue
        if data.draw(st.booleans()):
            node[last] = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
        else:
            del node[last]
    path = tmp_path_factory.mktemp("damaged") / "x.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        found = read_annotations(path)
    except InputError as error:
        assert str(path) in str(error)
        return
    assert isinstance(found, AnnotationSet)
    for image in found.images.values():
        for cell in image.cells:
            try:
                mask = cell.mask(20, 20)
            except InputError:
                continue
            assert mask.shape == (20, 20) and mask.dtype == bool


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3", "null", '"x"', "[[[[", "\x00\x01", "{}" * 2])
def test_files_that_are_no_annotations(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(InputError, match=r"x\.json"):
        read_annotations(tmp_path / "x.json")
