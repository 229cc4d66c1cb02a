"""Photographs in several folders, masks beside them, and sheets that name both."""

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.source.collect import collect, labels_table, precheck
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES


def masks_beside_photographs(root, name, count):
    for n in range(1, count + 1):
        photo = np.full((40, 40, 3), 10 * n, np.uint8)
        mask = np.zeros((40, 40), np.uint8)
        mask[5:20, 5:20], mask[8:12, 8:12] = 128, 255
        io.write_image(root / name / f"{n:03d}.jpg", photo)
        io.write_image(root / name / f"{n:03d}.png", mask)


def test_two_folders_with_equal_names_masks_and_label_codes(tmp_path, rule):
    """The shape of a real public data set: 001.bmp beside 001.png in two folders, classes by code."""
    for name in ("Set 1", "Set 2"):
        masks_beside_photographs(tmp_path, name, 3)
        (tmp_path / f"{name}.csv").write_text("image ID,class label\r\n1,2\r\n2,1\r\n3,9\r\n")
    config = {
        "images": [str(tmp_path / "Set 1" / "*.jpg"), str(tmp_path / "Set 2" / "*.jpg")],
        "annotations": [str(tmp_path / "Set 1" / "*.png"), str(tmp_path / "Set 2" / "*.png")],
        "labels": [str(tmp_path / "Set 1.csv"), str(tmp_path / "Set 2.csv")],
        "masks": "binary",
        "class_aliases": {"1": "L1", "2": "L2", "9": ""},
    }
    source = open_source(config, CLASSES)
    assert list(source.images) == ["Set_1_001", "Set_1_002", "Set_2_001", "Set_2_002"]  # code 9 is left out
    precheck(source, CLASSES, rule)
    found = collect(source, CLASSES, rule)
    assert found.labels["label"].tolist() == ["L2", "L1", "L2", "L1"]
    (cell,) = found.annotations["Set_2_001"].cells
    assert cell.class_name == "L2" and cell.mask(40, 40).sum() == 225
    assert found.sources["Set_2_001"] == "Set_2" and len(source.annotation_inputs) == 6
    as_map = collect(open_source(config | {"masks": "label_map"}, CLASSES), CLASSES, rule)
    assert len(as_map.annotations["Set_1_001"].cells) == 2
    (tmp_path / "Set 1" / "002.png").unlink()
    with pytest.raises(InputError, match=r"1 of 2 images have no mask image \(002\.jpg\)"):
        precheck(open_source(config, CLASSES), CLASSES, rule)


def test_folders_that_share_one_annotation_file(three, rule):
    (three.root / "more").mkdir()
    (three.images / "c.png").rename(three.root / "more" / "c.png")
    source = open_source(three.config(images=[str(three.images), str(three.root / "more")]), CLASSES)
    assert list(source.images) == ["more_c", "photos_a", "photos_b"]
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L3", "L1", "L2"]


def test_masks_without_a_photograph_are_noted(tmp_path, rule):
    masks_beside_photographs(tmp_path, "x", 2)
    (tmp_path / "x" / "002.jpg").unlink()
    (tmp_path / "labels.csv").write_text("image_id,label\n001,L1\n")
    config = {
        "images": str(tmp_path / "x" / "*.jpg"),
        "annotations": str(tmp_path / "x" / "*.png"),
        "labels": str(tmp_path / "labels.csv"),
        "masks": "binary",
    }
    notes = collect(open_source(config, CLASSES), CLASSES, rule).notes
    assert any("1 mask images belong to no photograph" in note and "002.png" in note for note in notes)


def test_a_label_map_in_a_jpeg_file_stops_before_any_work(tmp_path, rule):
    masks_beside_photographs(tmp_path, "x", 1)
    (tmp_path / "masks").mkdir()
    (tmp_path / "x" / "001.png").unlink()
    io.write_image(tmp_path / "masks" / "001.jpg", np.zeros((40, 40), np.uint8))
    config = {"images": str(tmp_path / "x"), "annotations": str(tmp_path / "masks")}
    with pytest.raises(InputError, match=r"001\.jpg: .*JPEG"):
        precheck(open_source(config, CLASSES), CLASSES, rule)


def test_sheet(tmp_path, rule):
    masks_beside_photographs(tmp_path, "x", 2)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("path,mask,label,patient_id\nx/001.jpg,x/001.png,L1,p1\nx/002.jpg,x/002.png,L2,p1\n")
    source = open_source({"images": str(sheet), "masks": "binary"}, CLASSES)
    found = collect(source, CLASSES, rule)
    assert found.labels.to_numpy().tolist() == [["img_001", "L1", "p1"], ["img_002", "L2", "p1"]]
    assert found.annotations["img_002"].cells[0].class_name == "L2"
    sheet.write_text(
        "Path;MASK;Label;Patient ID\r\nx\\001.jpg;x\\001.png;L1;p1\r\nx/002.jpg;x/002.png;L2;p1;;\r\n"
    )
    found = collect(open_source({"images": str(sheet), "masks": "binary"}, CLASSES), CLASSES, rule)
    assert found.labels.to_numpy().tolist() == [["img_001", "L1", "p1"], ["img_002", "L2", "p1"]]
    sheet.write_text("path,label\n")
    with pytest.raises(InputError, match=r"sheet\.csv: has a header and no line below it"):
        open_source({"images": str(sheet)}, CLASSES)
    sheet.write_text("path,image_id\nx/001.jpg,one\nx/009.jpg,two\n")
    with pytest.raises(InputError, match=r"1 of 2 images do not exist: .*009\.jpg"):
        open_source({"images": str(sheet)}, CLASSES)
    for other in ("x/001.jpg", "x/../x/001.jpg"):
        sheet.write_text(f"path,image_id,label\nx/001.jpg,one,L1\n{other},two,L2\n")
        with pytest.raises(InputError, match=r"sheet\.csv: line 3 names .*001\.jpg. again"):
            open_source({"images": str(sheet)}, CLASSES)
    sheet.write_text("path,image_id\nx/001.jpg,one\nx/002.jpg,ONE\n")
    with pytest.raises(InputError, match=r"image_id 'ONE' occurs twice"):
        open_source({"images": str(sheet)}, CLASSES)
    sheet.write_text("path,image_id\nx/001.jpg,a/b\n")
    with pytest.raises(InputError, match=r"'a/b' is not safe.*'a_b' would be"):
        open_source({"images": str(sheet)}, CLASSES)


def test_real_single_cells(shared_dir, rule):
    root = shared_dir / "data" / "zxaoyou_wbc"
    config = {
        "images": [str(root / f"Dataset {n}" / "*.bmp") for n in (1, 2)],
        "annotations": [str(root / f"Dataset {n}" / "*.png") for n in (1, 2)],
        "labels": [str(root / f"Class Labels of Dataset {n}.csv") for n in (1, 2)],
        "masks": "binary",
        "class_aliases": {"1": "neutrophil", "2": "lymphocyte", "3": "monocyte", "4": "", "5": ""},
    }
    classes = ["neutrophil", "lymphocyte", "monocyte"]
    labels = labels_table(open_source(config, classes), classes, rule)
    assert labels["label"].value_counts().to_dict() == {"neutrophil": 62, "lymphocyte": 60, "monocyte": 35}
