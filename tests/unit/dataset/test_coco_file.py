"""Our COCO file: exact masks, own ids, stable bytes."""

import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from blastvote.annotations import read_annotations
from blastvote.annotations.masks import encode
from blastvote.dataset.augment import flip_masks
from blastvote.dataset.coco import CellRecord, ImageRecord, flip_record, read_coco, write_coco
from blastvote.errors import InputError

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
    one = ImageRecord.from_masks("b", "b.jpg", masks, ["L1", "L3", "L1"], label="L3")
    crowd = CellRecord("L1", encode(masks[..., 0]), crowd=True)
    none = ImageRecord("a", "a.jpg", 7, 5, (), "L1")
    group = ImageRecord("c", "c.jpg", 30, 20, (crowd,))
    write_coco(tmp_path / "x.json", [one, none, group], CLASSES)
    write_coco(tmp_path / "y.json", [group, one, none], CLASSES)
    assert (tmp_path / "x.json").read_bytes() == (tmp_path / "y.json").read_bytes()
    return tmp_path / "x.json"


def test_round_trip(file, masks):
    data = read_coco(file)
    assert data.class_names == CLASSES and data.image_ids == ["a", "b", "c"]
    assert data.size("a") == (5, 7) and data.masks("a").shape == (5, 7, 0) and data.boxes("a").shape == (0, 4)
    assert np.array_equal(data.masks("b"), masks) and data.masks("b").dtype == bool
    assert data.class_ids("b").tolist() == [2, 1, 2] and data.class_ids("b").dtype == np.int32
    assert (
        data.cell_classes("b") == ["L1", "L3", "L1"] and data.label("b") == "L3" and data.label("c") is None
    )
    rows, columns = np.nonzero(masks[..., 1])
    assert data.boxes("b")[1].tolist() == [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
    assert data.boxes("b").dtype == np.float32 and data.file_name("b") == "b.jpg"


def test_crowds_are_kept_apart(file, masks):
    data = read_coco(file)
    assert data.masks("c").shape[2] == 0 and len(data.class_ids("c")) == 0
    assert np.array_equal(data.masks("c", crowd=True)[..., 0], masks[..., 0])


def test_pycocotools_and_our_importer_read_it(file, masks):
    coco = COCO(str(file))
    assert [a["area"] for a in coco.loadAnns([1, 2, 3])] == masks.sum((0, 1)).tolist()
    found = read_annotations(file)
    assert np.array_equal(found.images["b.jpg"].cells[2].mask(20, 30), masks[..., 2])
    assert found.images["b.jpg"].label == "L3" and found.images["b.jpg"].aliases == ("b",)


@pytest.mark.parametrize("flip", ["none", "horizontal", "vertical", "both"])
def test_flipped_records(file, masks, flip, tmp_path):
    record = flip_record(read_coco(file), "b", flip)
    assert record.image_id == ("b" if flip == "none" else f"b__{flip}")
    write_coco(tmp_path / "f.json", [record], CLASSES)
    data = read_coco(tmp_path / "f.json")
    assert np.array_equal(data.masks(record.image_id), flip_masks(masks, flip))
    assert data.class_ids(record.image_id).tolist() == [2, 1, 2]
    assert flip_record(read_coco(file), "c", flip).cells[0].crowd


def test_errors(tmp_path, file, masks):
    with pytest.raises(InputError, match=r"b\.jpg: a cell has the class 'L1'"):
        write_coco(tmp_path / "z.json", [ImageRecord.from_masks("b", "b.jpg", masks, ["L1"] * 3)], ["L2"])
    with pytest.raises(InputError, match="'a' occurs twice"):
        write_coco(tmp_path / "z.json", [ImageRecord("a", "a", 1, 1)] * 2, CLASSES)
    assert not (tmp_path / "z.json").exists()
    with pytest.raises(InputError, match=r"x\.json: holds no image 'nope'"):
        read_coco(file).masks("nope")
    (tmp_path / "z.json").write_text(json.dumps({"images": []}))
    with pytest.raises(InputError, match="not a COCO file of blastvote"):
        read_coco(tmp_path / "z.json")
