"""Label Studio's results and annotators, YOLO's labels and class names."""

import json

import numpy as np
import pytest

from blastvote.annotations import read_annotations
from blastvote.annotations.shapes.brush import brush_mask
from blastvote.errors import InputError

from .documents import (
    BOX,
    OUTER,
    SQUARE,
    areas,
    read,
    reasons,
)
from .samples import HEIGHT, SAMPLES, WIDTH, brush, task


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
    ]
    found = read(tmp_path, [base])
    (image,) = found.images.values()
    assert [cell.class_name for cell in image.cells] == ["L1", "L2", "L3"] and image.label == "L2"
    assert areas(found)[:2] == [400, 400] and areas(found)[2] == pytest.approx(np.pi * 60, rel=0.05)
    assert reasons(found)["task 1, result 4"] == BOX
    assert "'keypointlabels' has no area" in reasons(found)["task 1, result 5"]
    assert "was turned in Label Studio" in reasons(found)["task 1, result 6"]


def test_label_studio_annotators(tmp_path):
    """Of several annotations of one image one counts, and the objects of the others are accounted for."""
    document = json.loads(json.dumps(SAMPLES["label studio"].content))
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
    document = json.loads(json.dumps(SAMPLES["label studio"].content))
    results = document[0]["annotations"][0]["result"]
    (first,) = results
    points = first["value"]["points"]
    choice = {"value": {"points": points, "choices": ["sure"]}, "type": "choices"}
    moved = {"value": first["value"] | {"points": [[x + 20, y] for x, y in points]}}
    results += [first | choice, first | moved]
    found = read(tmp_path, document)
    assert found.n_cells == 2 and found.class_names == ["L1"]


def test_label_studio_without_sizes_is_relative(tmp_path):
    document = json.loads(json.dumps(SAMPLES["label studio"].content))
    (result,) = document[0]["annotations"][0]["result"]
    with_size = areas(read(tmp_path, document))
    del result["original_width"], result["original_height"]
    assert areas(read(tmp_path, document)) == with_size


def test_brush_masks_are_read_or_refused():
    mask = np.random.default_rng(3).random((7, 9)) > 0.5
    data = brush(mask)
    assert np.array_equal(brush_mask(data, 7, 9), mask)
    with pytest.raises(ValueError, match="is not that of 8x9 pixels"):
        brush_mask(data, 9, 8)
    with pytest.raises(ValueError, match="cut off"):
        brush_mask(data[:-3], 7, 9)


def yolo(tmp_path, lines, names=None):
    (tmp_path / "labels").mkdir(exist_ok=True)
    if names is not None:
        (tmp_path / "data.yaml").write_text(names)
    (tmp_path / "labels/a.txt").write_text(lines)
    return read_annotations(tmp_path / "labels/a.txt")


def test_yolo_boxes_scores_and_empty_files(tmp_path):
    found = yolo(tmp_path, f"0 {SQUARE}\n1 {SQUARE} 0.9\n0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1 0.8\n")
    assert areas(found) == [30 * 24] * 2
    assert [cell.class_name for cell in found.images["a"].cells] == ["0", "1"]
    assert reasons(found) == {"line 3": BOX, "line 4": BOX}
    assert any("numbers are taken for names" in note for note in found.notes)
    assert yolo(tmp_path, "\n").images["a"].cells == ()


@pytest.mark.parametrize(
    "names", ["names: [L1, L2]", "names:\n  0: L1\n  1: L2\n", "names: {'0': L1, '1': L2}"]
)
def test_yolo_class_names(tmp_path, names):
    assert yolo(tmp_path, f"1 {SQUARE}", names).class_names == ["L2"]
    with pytest.raises(
        InputError, match=r"line 2 has class number 7, but .*data\.yaml names 2 classes \(0: L1"
    ):
        yolo(tmp_path, f"1 {SQUARE}\n7 {SQUARE}", names)


def test_yolo_in_pixels_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"line 1 has the coordinate 300; YOLO's are parts"):
        yolo(tmp_path, "0 10 10 300 10 300 200")


def test_a_folder_of_yolo_labels(tmp_path):
    for part in ("train", "val"):
        (tmp_path / "labels" / part).mkdir(parents=True)
        (tmp_path / "labels" / part / "a.txt").write_text(f"0 {SQUARE}")
    (tmp_path / "labels/train/empty.txt").write_text("")
    (tmp_path / "labels/train/classes.txt").write_text("L1\n")
    (tmp_path / "labels/train/README.txt").write_text("who drew what, and when")
    found = read_annotations(tmp_path / "labels")
    assert {name: len(image.cells) for name, image in found.images.items()} == {
        "train/a": 1,
        "train/empty": 0,
        "val/a": 1,
    }


def test_yolo_names_in_yaml_that_cannot_be_read_are_said(tmp_path):
    """A YAML file may be an alias bomb, or anything else; that it names no class is not kept silent."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{c}: &{c} [{', '.join([f'*{b}'] * 10)}]\n" for b, c in zip("abcdefg", "bcdefgh", strict=True)
    )
    (tmp_path / "data.yaml").write_text(bomb + "names: [*h]\n")
    (tmp_path / "a.txt").write_text("0 0.1 0.1 0.9 0.1 0.9 0.9\n")
    found = read_annotations(tmp_path / "a.txt")
    assert found.class_names == ["0"]
    assert any("its aliases stand for more than 100,000 values" in note for note in found.notes)
