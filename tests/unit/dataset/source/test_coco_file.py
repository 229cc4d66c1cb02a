"""Our COCO file: exact masks, own ids, stable bytes."""

import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from blastvote.annotations import read_annotations
from blastvote.dataset.augment import flip_masks
from blastvote.dataset.coco import read_coco, write_coco
from blastvote.dataset.truth import TrueCell, TrueImage
from blastvote.errors import InputError
from blastvote.rle import encode

CLASSES = ["L3", "L1"]


@pytest.fixture
def masks():
    rng = np.random.default_rng(1)
    found = np.zeros((20, 30, 3), bool)
    for n in range(3):
        y, x = rng.integers(0, 10, 2)
        found[y : y + 8, x : x + 9, n] = rng.random((8, 9)) > 0.3
    return found


@pytest.fixture
def file(tmp_path, masks):
    one = TrueImage.from_masks("b", "b.jpg", masks, ["L1", "L3", "L1"], label="L3")
    crowd = TrueCell("L1", encode(masks[..., 0]), crowd=True)
    none = TrueImage("a", "a.jpg", 7, 5, (), "L1")
    group = TrueImage("c", "c.jpg", 30, 20, (crowd,))
    write_coco(tmp_path / "x.json", [one, none, group], CLASSES)
    write_coco(tmp_path / "y.json", [group, one, none], CLASSES)
    assert (tmp_path / "x.json").read_bytes() == (tmp_path / "y.json").read_bytes()
    return tmp_path / "x.json"


def test_round_trip(file, masks):
    truth = read_coco(file)
    assert truth.class_names == CLASSES and list(truth) == ["a", "b", "c"] and len(truth) == 3
    none, image = truth["a"], truth["b"]
    assert none.size == (5, 7) and none.masks().shape == (5, 7, 0) and none.boxes.shape == (0, 4)
    assert np.array_equal(image.masks(), masks) and image.masks().dtype == bool
    assert image.class_ids(CLASSES).tolist() == [2, 1, 2] and image.class_ids(CLASSES).dtype == np.int32
    assert image.class_names == ["L1", "L3", "L1"] and image.label == "L3" and truth["c"].label is None
    rows, columns = np.nonzero(masks[..., 1])
    box = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
    assert image.boxes[1].tolist() == box and image.boxes.dtype == np.float32
    assert np.array_equal(image.cells[1].crop(), masks[box[0] : box[2], box[1] : box[3], 1])


def test_crowds_are_kept_apart(file, masks):
    image = read_coco(file)["c"]
    assert image.counted().masks().shape[2] == 0 and len(image.counted().class_ids(CLASSES)) == 0
    assert np.array_equal(image.crowds().masks()[..., 0], masks[..., 0])


def test_an_image_with_a_class_but_no_cell_was_not_annotated(file):
    truth = read_coco(file)
    assert truth.find("a") is None and truth.find("b") is truth["b"] and truth.find("nope") is None
    assert truth.find("b__vertical").image_id == "b__vertical"


def test_of_an_image_in_two_files_the_first_counts(file, tmp_path, masks):
    write_coco(tmp_path / "z.json", [TrueImage.from_masks("b", "other.jpg", masks, ["L1"] * 3)], CLASSES)
    assert read_coco(file, tmp_path / "z.json")["b"].file_name == "b.jpg"
    write_coco(tmp_path / "z.json", [], ["L1"])
    with pytest.raises(InputError, match=r"z\.json: has the classes \['L1'\]"):
        read_coco(file, tmp_path / "z.json")


def test_pycocotools_and_our_importer_read_it(file, masks):
    coco = COCO(str(file))
    assert [a["area"] for a in coco.loadAnns([1, 2, 3])] == masks.sum((0, 1)).tolist()
    found = read_annotations(file)
    assert np.array_equal(found.images["b.jpg"].cells[2].mask(20, 30), masks[..., 2])
    assert found.images["b.jpg"].label == "L3" and found.images["b.jpg"].aliases == ("b",)


@pytest.mark.parametrize("flip", ["none", "horizontal", "vertical", "both"])
def test_flipped_images(file, masks, flip, tmp_path):
    image = read_coco(file)["b"].flipped(flip)
    assert image.image_id == ("b" if flip == "none" else f"b__{flip}")
    write_coco(tmp_path / "f.json", [image], CLASSES)
    again = read_coco(tmp_path / "f.json")[image.image_id]
    assert np.array_equal(again.masks(), flip_masks(masks, flip))
    assert again.rles == [encode(flip_masks(masks[..., n], flip)) for n in range(3)]
    assert again.class_ids(CLASSES).tolist() == [2, 1, 2]
    assert read_coco(file)["c"].flipped(flip).cells[0].crowd


def test_errors(tmp_path, file, masks):
    with pytest.raises(InputError, match=r"b\.jpg: a cell has the class 'L1'"):
        write_coco(tmp_path / "z.json", [TrueImage.from_masks("b", "b.jpg", masks, ["L1"] * 3)], ["L2"])
    with pytest.raises(InputError, match="'a' occurs twice"):
        write_coco(tmp_path / "z.json", [TrueImage("a", "a", 1, 1)] * 2, CLASSES)
    assert not (tmp_path / "z.json").exists()
    with pytest.raises(InputError, match=r"x\.json: holds no image 'nope'"):
        read_coco(file)["nope"]
    (tmp_path / "z.json").write_text(json.dumps({"images": []}))
    with pytest.raises(InputError, match="not a COCO file of blastvote"):
        read_coco(tmp_path / "z.json")
