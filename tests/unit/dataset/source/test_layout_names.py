"""Names and contents as tools change them: read where they can mean one image or class, else refused with the cause."""

import json

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.source.collect import precheck
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES
from .layout_files import ONE_CLASS, SQUARE, mask, photograph, read

# ------------------------------------------------------------------------------------------- names


def coco(path, *names):
    document = {
        "images": [{"id": n, "file_name": name, "width": 64, "height": 48} for n, name in enumerate(names)],
        "categories": [{"id": 1, "name": "L1"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "segmentation": [SQUARE]} for n in range(len(names))
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


CHANGED = {
    "..\\..\\label-studio\\media\\upload\\4\\cb0618f6-a.png": "a.png",
    "/data/upload/1/ab12cd34-my_smear.png": "my smear.png",
    "/data/local-files/?d=set/my%20smear.png": "my smear.png",
    "https://host.example/bucket/a.png?X-Sig=abc": "a.png",
    "s3://bucket/%C3%BC.png": "ü.png",
    "u\u0308.png": "ü.png",
    "a_png.rf.0123456789abcdef0123456789abcdef.jpg": "a.png",
    "smear-7_jpg.rf.AbCdEf0123456789.jpg": "smear.7.jpg",
    "C:\\Users\\x\\a.png": "a.png",
}


@pytest.mark.parametrize("name", CHANGED)
def test_names_as_tools_change_them(tmp_path, rule, name):
    photograph(tmp_path / "img" / CHANGED[name])
    collection, report, table = read(rule, tmp_path / "img", coco(tmp_path / "c.json", name))
    assert report.counts["cells"] == 1 and list(table["image"]) == list(collection.images)


def test_two_uploads_of_one_name_are_refused(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    path = coco(tmp_path / "c.json", "upload/ab12cd34-a.png", "upload/ffff0000-a.png")
    with pytest.raises(
        InputError, match=r"'upload/ab12cd34-a\.png' and .* are two images, but both would be"
    ):
        read(rule, tmp_path / "img", path)


def test_cells_of_another_file_with_the_same_stem_are_refused(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    with pytest.raises(InputError, match=r"'a\.jpg' and 'a\.png' are two images, but both would be .*a\.png"):
        read(rule, tmp_path / "img", coco(tmp_path / "c.json", "a.jpg", "a.png"))


def test_a_name_that_several_photographs_could_be_is_not_guessed():
    index = NameIndex({"a": "a b.png", "b": "a_b.png", "c": "x_0000.png", "d": "x_0001.png"})
    assert index.guess("a-b.png") is None and index.guess("x") == "c"
    assert NameIndex({"a": "s_0001.png"}).guess("s") is None


def test_the_alias_in_the_message_is_the_likely_class(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    path = coco(tmp_path / "c.json", "a.png")
    path.write_text(path.read_text().replace('"L1"', '"l-2"'))
    with pytest.raises(InputError, match=r"dataset\.class_aliases: \{'l-2': 'L2'\}"):
        read(rule, tmp_path / "img", path)


# ------------------------------------------------------------------------------------ images without cells


def test_an_image_that_is_named_without_cells_is_told_from_one_that_is_not_named(tmp_path, rule):
    for name in ("a", "normal", "later"):
        photograph(tmp_path / f"img/{name}.png")
    path = coco(tmp_path / "c.json", "a.png")
    document = json.loads(path.read_text())
    document["images"].append({"id": 9, "file_name": "normal.png", "width": 64, "height": 48})
    path.write_text(json.dumps(document))
    with pytest.raises(
        InputError, match=r"the annotations name 1 of them without a cell, and the others not at all"
    ):
        read(rule, tmp_path / "img", path)
    (tmp_path / "img/later.png").unlink()
    with pytest.raises(
        InputError, match=r"normal\.png\); the annotations name them without a cell.*unlabelled: leave_out"
    ):
        read(rule, tmp_path / "img", path)
    collection, report, _ = read(rule, tmp_path / "img", path, unlabelled="leave_out")
    assert list(collection.images) == ["a"] and report.counts["cells"] == 1
    assert any(
        "1 images without cells and label (normal.png) were left out" in w for w in collection.warnings
    )
    labels = tmp_path / "labels.csv"
    labels.write_text("image,label\nnormal.png,negative\na.png,L1\n")
    collection, _, _ = read(rule, tmp_path / "img", path, labels=str(labels), class_aliases={"negative": ""})
    assert list(collection.images) == ["a"]
    labels.write_text("image,label\nnormal.png,L1\n")
    collection, report, _ = read(rule, tmp_path / "img", path, labels=str(labels))
    assert report.counts["images without cells"] == 1


def test_images_without_masks_can_be_left_out(tmp_path, rule):
    for name in ("a", "b"):
        photograph(tmp_path / f"img/{name}.png")
    mask(tmp_path / "masks/a.png", values=(1, 2))
    images, masks = tmp_path / "img", tmp_path / "masks"
    with pytest.raises(InputError, match=r"no mask image \(b\.png\).*unlabelled: leave_out"):
        read(rule, images, masks, **ONE_CLASS)
    assert list(read(rule, images, masks, unlabelled="leave_out", **ONE_CLASS)[0].images) == ["a"]
    with pytest.raises(InputError, match=r"none of the 1 images has an annotated cell or a label"):
        read(rule, images / "b*.png", coco(tmp_path / "c.json"), unlabelled="leave_out")


def test_the_precheck_finds_the_same_layouts(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    photograph(tmp_path / "img/b.png")
    mask(tmp_path / "masks/a_0.png")
    mask(tmp_path / "masks/a_1.png")
    config = {"images": str(tmp_path / "img"), "annotations": str(tmp_path / "masks")}
    with pytest.raises(InputError, match=r"1 of 2 images have no mask image \(b\.png\).*one for each cell"):
        precheck(open_source(config, CLASSES), CLASSES, rule)


# --------------------------------------------------------------------- formats that do not name their image

YOLO = "0 0.125 0.1 0.5 0.1 0.5 0.5 0.125 0.5\n"


def test_a_file_that_names_no_image_is_that_of_the_only_photograph(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    (tmp_path / "labels.txt").write_text(YOLO)
    collection, report, _ = read(rule, tmp_path / "img", tmp_path / "labels.txt", class_aliases={"0": "L1"})
    assert report.counts["cells"] == 1
    assert any("taken for that of the only photograph, a.png" in warning for warning in collection.warnings)
    photograph(tmp_path / "img/b.png")
    with pytest.raises(
        InputError, match=r"\(yolo\) do not name their image, so each must be called as it, such as a"
    ):
        read(rule, tmp_path / "img", tmp_path / "labels.txt", class_aliases={"0": "L1"})


@pytest.mark.parametrize(
    ("images", "labels"),
    [("images/{}/a.png", "labels/{}/a.txt"), ("{}/images/a.png", "{}/labels/a.txt")],
)
def test_the_folders_of_yolo(tmp_path, rule, images, labels):
    """Images of one name in two folders keep their own cells."""
    for part, cells in (("train", 2), ("val", 1)):
        photograph(tmp_path / images.format(part), seed=cells)
        target = tmp_path / labels.format(part)
        target.parent.mkdir(parents=True)
        target.write_text("".join(YOLO.replace("0.5", f"0.{5 + n}") for n in range(cells)))
    (tmp_path / "data.yaml").write_text("names: [L1]\n")
    collection, report, table = read(rule, tmp_path, tmp_path)
    assert {i: len(image.cells) for i, image in collection.annotations.items()} == {"train_a": 2, "val_a": 1}
    assert report.counts["cells L1"] == 3 and set(table["outcome"]) == {"cell"}


def test_the_photograph_may_stand_in_the_middle_of_a_mask_s_name(tmp_path, rule):
    photograph(tmp_path / "images/a.png")
    for number in range(2):
        values = np.zeros((48, 64), np.uint8)
        values[10 : 20 + number, 10 + 20 * number : 25 + 20 * number] = 255
        io.write_image(tmp_path / f"masks/mask_a_{number}.png", values)
    collection, *_ = read(rule, tmp_path / "images", tmp_path / "masks", **ONE_CLASS)
    assert len(collection.annotations["a"].cells) == 2


def test_masks_in_a_folder_for_each_class(tmp_path, rule):
    photograph(tmp_path / "images/a.png")
    photograph(tmp_path / "images/b.png")
    mask(tmp_path / "masks/L1/a.png", (1, 2))
    mask(tmp_path / "masks/L2/a.png", (0, 0, 3))
    mask(tmp_path / "masks/L1/b.png", ())
    mask(tmp_path / "masks/L2/b.png")
    collection, _, ledger = read(rule, tmp_path / "images", tmp_path / "masks")
    classes = {i: [c.class_name for c in image.cells] for i, image in collection.annotations.items()}
    assert classes == {"a": ["L1", "L1", "L2"], "b": ["L2"]} and len(ledger) == 4
    assert any("the class of each mask is its folder" in note for note in collection.notes)


def test_further_channels_of_nnu_net_are_named(tmp_path, rule):
    for channel in range(3):
        photograph(tmp_path / f"imagesTr/a_000{channel}.png")
    mask(tmp_path / "labelsTr/a.png")
    with pytest.raises(InputError, match=r"2 files are further channels of photographs .*Merge"):
        read(rule, tmp_path / "imagesTr", tmp_path / "labelsTr")


def test_settings_of_a_tool_beside_masks_do_not_hide_them(tmp_path, rule):
    photograph(tmp_path / "images/a.png")
    mask(tmp_path / "masks/a.png")
    (tmp_path / "masks/dataset.json").write_text('{"labels": {"cell": 1}}')
    collection, *_ = read(rule, tmp_path / "images", tmp_path / "masks", **ONE_CLASS)
    assert len(collection.annotations["a"].cells) == 1


def test_texts_of_no_known_format_are_named(tmp_path, rule):
    photograph(tmp_path / "images/a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0 0,1 0,1 0,5 0,1 0,5 0,5\n")
    with pytest.raises(InputError, match=r"1 such as a\.txt of no known format\. YOLO's have"):
        read(rule, tmp_path / "images", tmp_path / "labels")


def test_an_attribute_that_holds_the_classes_is_named(tmp_path, rule):
    photograph(tmp_path / "images/a.png")
    polygon = '<polygon label="cell" points="1,1;20,1;20,20"><attribute name="fab">L2</attribute></polygon>'
    (tmp_path / "a.xml").write_text(f'<annotations><image name="a.png">{polygon}</image></annotations>')
    with pytest.raises(InputError, match=r"attribute 'fab' holds L2: dataset\.class_attribute: fab"):
        read(rule, tmp_path / "images", tmp_path / "a.xml")


def test_a_folder_with_an_archive_only(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    (tmp_path / "export").mkdir()
    (tmp_path / "export/RoiSet.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=r"1 such as RoiSet\.zip\. Unpack"):
        read(rule, tmp_path / "img", tmp_path / "export")


def test_files_that_name_classes_are_inputs(tmp_path):
    """Else a corrected list of classes would not be read again."""
    photograph(tmp_path / "images/a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text(YOLO)
    config = {"images": str(tmp_path / "images"), "annotations": str(tmp_path / "labels")}
    before = open_source(config, CLASSES).annotation_inputs
    (tmp_path / "data.yaml").write_text("names: [L1]\n")
    assert open_source(config, CLASSES).annotation_inputs == [*before, str(tmp_path / "data.yaml")]
    mask(tmp_path / "masks/a.png")
    (tmp_path / "labelmap.txt").write_text("L1:255,0,0::\n")
    config["annotations"] = str(tmp_path / "masks/*.png")
    assert open_source(config, CLASSES).annotation_inputs[-1] == str(tmp_path / "labelmap.txt")
