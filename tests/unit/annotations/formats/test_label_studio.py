"""Label Studio: results of all types, annotators, predictions."""

import copy

import numpy as np
import pytest

from ..documents import BOX, OUTER, areas, read, reasons
from ..samples import SAMPLES
from ..samples.cell import HEIGHT, WIDTH
from ..samples.parts import task


def test_label_studio_results(tmp_path):
    percent = [[x * 100 / WIDTH, y * 100 / HEIGHT] for x, y in OUTER]
    base = task({"type": "polygonlabels", "value": {"points": percent, "polygonlabels": ["L1"]}})
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    results = base["annotations"][0]["result"]
    results += [
        {"id": "s", "type": "polygon", "value": {"points": percent, "closed": True}, **size},
        {"id": "s", "type": "labels", "value": {"points": percent, "labels": ["L2"]}, **size},
        {"id": "e", "type": "ellipselabels", **size}
        | {
            "value": {
                "x": 75,
                "y": 50,
                "radiusX": 12.5,
                "radiusY": 10,
                "rotation": 0,
                "ellipselabels": ["L3"],
            }
        },
        {"id": "b", "type": "rectanglelabels", **size}
        | {"value": {"x": 1, "y": 1, "width": 5, "height": 5, "rectanglelabels": ["L1"]}},
        {"id": "k", "type": "keypointlabels", "value": {"x": 1, "y": 1, "keypointlabels": ["L1"]}, **size},
        {"id": "t", "type": "polygonlabels", **size, "image_rotation": 90}
        | {"value": {"points": percent, "polygonlabels": ["L1"]}},
        {"id": "c", "type": "choices", "value": {"choices": ["L2"]}},
        {"type": "relation", "from_id": "s", "to_id": "e", "direction": "right"},
    ]
    found = read(tmp_path, [base])
    (image,) = found.images.values()
    assert [cell.class_name for cell in image.cells] == ["L1", "L2", "L3"] and image.label == "L2"
    assert areas(found)[:2] == [400, 400] and areas(found)[2] == pytest.approx(np.pi * 60, rel=0.05)
    assert reasons(found)["task 1, result 4"] == BOX
    assert "'keypointlabels' has no area" in reasons(found)["task 1, result 5"]
    assert "was turned in Label Studio" in reasons(found)["task 1, result 6"]
    assert reasons(found)["task 1, result 8"] == "a relation of two regions, no object"


def test_label_studio_annotators(tmp_path):
    """Of several annotations of one image one counts, and the objects of the others are accounted for."""
    document = copy.deepcopy(SAMPLES["label studio"].content)
    (first,) = document[0]["annotations"]
    document[0]["annotations"] = [first, first | {"id": 8, "ground_truth": True}, first | {"id": 9}]
    document[0]["annotations"].append(first | {"id": 10, "was_cancelled": True})
    found = read(tmp_path, document)
    assert found.n_cells == 1 and "annotation 8 counts" in found.warnings[0]
    assert sorted(reasons(found)) == [f"task 1, annotation {n}, result 0" for n in (10, 7, 9)]
    assert "was cancelled" in reasons(found)["task 1, annotation 10, result 0"]
    document[0]["annotations"] = []
    assert read(tmp_path, document).n_cells == 0


def test_shapes_with_one_id_are_one_region_only_where_they_are_equal(tmp_path):
    """Label Studio repeats a region's shape with each thing said of it; a script may give one id to all shapes."""
    document = copy.deepcopy(SAMPLES["label studio"].content)
    results = document[0]["annotations"][0]["result"]
    (first,) = results
    points = first["value"]["points"]
    choice = {"value": {"points": points, "choices": ["sure"]}, "type": "choices"}
    moved = {"value": first["value"] | {"points": [[x + 20, y] for x, y in points]}}
    results += [first | choice, first | moved]
    found = read(tmp_path, document)
    assert found.n_cells == 2 and found.class_names == ["L1"]


def test_label_studio_without_sizes_is_relative(tmp_path):
    document = copy.deepcopy(SAMPLES["label studio"].content)
    (result,) = document[0]["annotations"][0]["result"]
    with_size = areas(read(tmp_path, document))
    del result["original_width"], result["original_height"]
    assert areas(read(tmp_path, document)) == with_size


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("predictions", "a prediction that nobody has made an annotation"),
        ("drafts", "a draft that nobody has submitted; submit it in Label Studio, and export again"),
    ],
)
def test_predictions_and_drafts_of_label_studio_have_their_lines(tmp_path, kind, reason):
    value = {"points": OUTER, "polygonlabels": ["L1"]}
    result = {"type": "polygonlabels", "original_width": 100, "original_height": 100, "value": value}
    unreviewed = {
        "id": 1,
        "data": {"image": "/data/a.png"},
        "annotations": [],
        kind: [{"result": [result]}],
    }
    found = read(tmp_path, [unreviewed])
    assert [line.reason for line in found.lines] == [reason]
