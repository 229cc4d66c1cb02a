"""From config to images, cells and labels; every mistake named before any work."""

import json

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.source.collect import collect, labels_table, precheck
from blastvote.dataset.source.source import open_source, path_exists
from blastvote.errors import InputError

from ..conftest import CLASSES, disc


def opened(folder, **changes):
    return open_source(folder.config(**changes), CLASSES)


def test_labels_by_vote(three, rule):
    source = opened(three)
    assert list(source.images) == ["a", "b", "c"]
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3"]
    found = collect(source, CLASSES, rule)
    assert (
        len(found.annotations["a"].cells) == 2 and "3 images got their label by the vote" in found.notes[-1]
    )


def test_labels_from_a_table_win_and_patients_come_along(three, rule):
    table = three.table("file name;Class;patient\na.png;L3;p1\nB.PNG;;p2\n")
    labels = labels_table(opened(three, labels=table), CLASSES, rule)
    assert labels["label"].tolist() == ["L3", "L2", "L3"]
    assert labels["patient_id"].tolist() == ["p1", "p2", ""]


def test_label_of_the_image_in_the_annotation_file(three, rule):
    three.entries["a.png"]["file_attributes"] = {"label": "L2"}
    assert labels_table(opened(three), CLASSES, rule)["label"].tolist() == ["L2", "L2", "L3"]
    three.entries["a.png"]["file_attributes"] = {"label": "l2"}
    with pytest.raises(InputError, match=r"a\.png.*'l2'.*Did you mean 'L2'"):
        labels_table(opened(three), CLASSES, rule)


def test_complete_table_saves_reading_annotations(three, rule):
    source = opened(three, labels=three.table("image_id,label\na,L1\nb,L1\nc,L1\n"))
    (three.root / "via.json").write_text("broken")
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1"] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image_id,label\na,l11\n", r"line 2 labels 'a' as 'l11'; expected one of .*Did you mean 'L1'"),
        ("image_id,label\n\n,,\na,l11\n", "line 4 labels 'a' as 'l11'"),
        ("image_id,label\n", "has a header and no line below it"),
        ("image_id,label,label\na,L1,L2\n", "columns 2 and 3 are both called 'label'"),
        ("image_id,label,Label\na,L1,L2\n", "columns 'label' and 'Label' have the same name"),
        ("image_id,L1,L2\na,1,1\n", "line 2 marks L1 and L2; expected one class"),
        ("image_id,label\na,L\0001\n", "line 2 holds a NUL byte"),
        ('image_id,label\na,"L1\n', "line 2: not a well-formed CSV table"),
        ("image_id,label\na,L1\na,L2\n", "line 3 names 'a' again"),
        ("image_id,label\nzzz,L1\n", "none of its 1 lines names one of the 3 images"),
        ("what,else\na,L1\n", "name no image or no label"),
        ("", "the table is empty"),
    ],
)
def test_bad_tables(three, rule, text, message):
    with pytest.raises(InputError, match=rf"labels\.csv.*{message}"):
        labels_table(opened(three, labels=three.table(text)), CLASSES, rule)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (b"image,label\na.png,L1\nb.png,L2,\nc.png,L3,,\n", ""),
        (b'image;label;note\r\na;L1;"x, y"\r\nb;L2;\r\nc;L3\r\n;;\r\n', ""),
        (b"sep=;\r\nimage;label\r\na;L1\r\nb;L2\r\nc;L3\r\n", ""),
        (b"\xef\xbb\xbfimage,label\na,L1\nb,L2\nc,L3\n", "UTF-8 with a byte-order mark"),
        ("image\tlabel\na\tL1\nb\tL2\nc\tL3\n".encode("utf-16"), "UTF-16"),
        ("image\tlabel\na\tL1\nb\tL2\nc\tL3\n".encode("utf-16-le"), "UTF-16 without"),
        ("image,label,arzt\na,L1,M\u00fcller\nb,L2,\nc,L3,\n".encode("latin-1"), "Latin-1"),
        (b"image,label\na,l1\nb, L2 \n\nc,L3\n", "'l1' is read as 'L1'"),
        (b'image,diagnosis\na,1.0\nb,"2,0"\nc,3\n', "'1.0' is read as 'L1'"),
        (b"image,L1,L2,L3\na,1,0,0\nb,0,1.0,\nc,,,x\n", "one for each class"),
    ],
)
def test_tables_as_spreadsheets_write_them(three, rule, text, note):
    path = three.root / "labels.csv"
    path.write_bytes(text)
    source = opened(three, labels=str(path), class_aliases={"1": "L1", "2": "L2", "3": "L3"})
    found = collect(source, CLASSES, rule)
    assert found.labels["label"].tolist() == ["L1", "L2", "L3"]
    assert found.labels["image_id"].tolist() == ["a", "b", "c"]
    notes = [text for text in found.notes if text.startswith(f"{path}: ")]
    assert (not notes and not note) or any(note in text for text in notes)


def test_names_that_became_numbers_in_a_spreadsheet(tmp_path, rule):
    for name in ("001", "002"):
        io.write_image(tmp_path / f"{name}.png", np.zeros((40, 40, 3), np.uint8))
    (tmp_path / "labels.csv").write_text("image;label\n1,0;L1\n2,0;L2\n")
    source = open_source({"images": str(tmp_path), "labels": str(tmp_path / "labels.csv")}, CLASSES)
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2"]


def test_a_workbook_is_no_csv(three, rule):
    (three.root / "labels.csv").write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(InputError, match=r"labels\.csv: is a workbook.*Save the sheet as CSV"):
        labels_table(opened(three, labels=str(three.root / "labels.csv")), CLASSES, rule)


def test_unknown_class_names_file_cell_value_and_cure(three, rule):
    three.entries["b.png"]["regions"].append(disc(50, 30, 5, "l2"))
    with pytest.raises(InputError) as error:
        precheck(opened(three), CLASSES, rule)
    message = str(error.value)
    cure = "dataset.class_aliases: {'l2'"
    for part in ("via.json", "'l2' (1 cells)", "cell 2 of b.png", "Did you mean 'L2'?", cure):
        assert part in message, message


def test_aliases_translate_and_leave_out(three, rule):
    three.entries["b.png"]["regions"] += [disc(50, 30, 5, "L2b"), disc(50, 10, 4, "debris")]
    found = collect(opened(three, class_aliases={"L2b": "L2", "debris": ""}), CLASSES, rule)
    assert [c.class_name for c in found.annotations["b"].cells] == ["L2", "L1", "L2"]
    assert any("1 cells of class 'debris' were left out" in note for note in found.notes)
    with pytest.raises(InputError, match=r"class_aliases' maps 'x' to 'L22'.*Did you mean 'L2'"):
        opened(three, class_aliases={"x": "L22"})


def test_missing_class(three, rule):
    three.entries["a.png"]["regions"].append(disc(50, 30, 5, None))
    with pytest.raises(InputError, match=r"1 cells have no class; the first is cell 2 of a\.png"):
        precheck(opened(three), CLASSES, rule)
    found = collect(opened(three, class_aliases={"": "L2"}), CLASSES, rule)
    assert found.annotations["a"].cells[2].class_name == "L2"


def test_cells_without_any_class_take_the_label_of_their_image(folder, rule):
    folder.add("a.png", [None, None])
    source = opened(folder, labels=folder.table("image_id,label\na,L3\n"))
    assert [c.class_name for c in collect(source, CLASSES, rule).annotations["a"].cells] == ["L3", "L3"]


def test_annotation_of_an_image_that_does_not_exist(three, rule):
    three.entries["aa.png"] = three.entries["a.png"] | {"filename": "aa.png"}
    message = r"via\.json: 1 of 4 annotated images do not exist in .*aa\.png.*Did you mean 'a\.png'"
    with pytest.raises(InputError, match=message):
        precheck(opened(three), CLASSES, rule)
    three.entries["aa.png"] |= {"regions": []}
    precheck(opened(three), CLASSES, rule)  # an entry without cells is only noted


def test_key_name_finds_the_image(three, rule):
    config = three.config()
    document = {"a.png1": three.entries["a.png"] | {"filename": "old name.tif"}}
    document |= {f"{n}1": e for n, e in three.entries.items() if n != "a.png"}
    (three.root / "via.json").write_text(json.dumps(document))
    assert len(collect(open_source(config, CLASSES), CLASSES, rule).annotations["a"].cells) == 2


def test_image_without_cells_and_label(three, rule):
    three.add("d.png", [])
    with pytest.raises(
        InputError, match=r"1 of 4 images have neither annotated cells nor a label \(d\.png\)"
    ):
        precheck(opened(three), CLASSES, rule)
    source = opened(three, labels=three.table("image_id,label\nd,L1\n"))
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3", "L1"]


def test_one_annotation_file_an_image_by_pattern(three, rule):
    square = {"points": [[1, 1], [9, 1], [9, 9], [1, 9]], "shape_type": "polygon"}
    (three.root / "outlines").mkdir()
    for name, label in (("a", "L1"), ("b", "L2"), ("c", "L3")):
        document = {"imagePath": f"{name}.png", "shapes": [square | {"label": label}]}
        (three.root / "outlines" / f"{name}.json").write_text(json.dumps(document))
    (three.root / "outlines" / "readme.txt").touch()
    for entry in ("outlines", "outlines/*.json"):
        source = opened(three, annotations=str(three.root / entry))
        assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3"]
        assert len(source.annotation_inputs) == 3


def test_missing_paths(three):
    with pytest.raises(InputError, match=r"nothing\.json: does not exist"):
        opened(three, annotations="nothing.json")
    with pytest.raises(InputError, match=r"'dataset\.images' is empty"):
        opened(three, images="")
    assert path_exists(three.images / "*.png") and not path_exists(three.images / "*.bmp")


# ------------------------------------------------------------------------------ folders, masks, sheets


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


def test_one_coco_file_names_images_by_folder(three, rule):
    """The usual layout of a COCO data set: train/a.png and val/a.png in one file."""
    for place, (folder, label) in enumerate((("train", "L1"), ("val", "L2"))):
        three.add(f"../{folder}/a.png", [label], seed=place)
    outline = [[1, 1, 9, 1, 9, 9]]
    document = {
        "images": [{"id": n, "file_name": f"{f}/a.png"} for n, f in enumerate(("train", "val"))],
        "categories": [{"id": 0, "name": "L1"}, {"id": 1, "name": "L2"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": n, "segmentation": outline} for n in range(2)
        ],
    }
    (three.root / "coco.json").write_text(json.dumps(document))
    both = {
        "images": [str(three.root / "train"), str(three.root / "val")],
        "annotations": str(three.root / "coco.json"),
    }
    found = collect(open_source(both, CLASSES), CLASSES, rule)
    assert {i: [c.class_name for c in a.cells] for i, a in found.annotations.items()} == {
        "train_a": ["L1"],
        "val_a": ["L2"],
    }
    # A name without its folder is that of both.
    alone = {
        **document,
        "images": [{"id": 0, "file_name": "a.png"}],
        "annotations": document["annotations"][:1],
    }
    (three.root / "alone.json").write_text(json.dumps(alone))
    with pytest.raises(InputError, match=r"'a\.png' may be .*train/a\.png, .*val/a\.png: 2 photographs"):
        collect(open_source(both | {"annotations": str(three.root / "alone.json")}, CLASSES), CLASSES, rule)
    # With one folder alone, the cells of the other's image must not land on this one's.
    with pytest.raises(InputError, match=r"coco\.json: .*'train/a\.png' and 'val/a\.png'.*a\.png"):
        collect(open_source(both | {"images": str(three.root / "train")}, CLASSES), CLASSES, rule)


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
