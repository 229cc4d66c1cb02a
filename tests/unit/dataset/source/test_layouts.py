"""Names and folders as tools write them: read where they can mean one thing only, else refused with the cause."""

import pytest

from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES
from .layout_files import ONE_CLASS, mask, photograph, read

# ------------------------------------------------------------------------------------ one mask a cell


@pytest.mark.parametrize(
    "form",
    ["masks/{}_{}.png", "masks/{}-{}.png", "masks/{}_cell{}.png", "masks/{0}/{1}.png", "masks/{1}-{0}.png"],
)
def test_one_mask_a_cell(tmp_path, rule, form):
    for name in ("a", "a_1", "b"):
        photograph(tmp_path / f"img/{name}.png")
        for number in range(3):
            mask(tmp_path / form.format(name, f"x{number}"))
    collection, report, table = read(rule, tmp_path / "img", tmp_path / "masks", **ONE_CLASS)
    assert report.counts["cells"] == 9
    assert {i: len(image.cells) for i, image in collection.annotations.items()} == {"a": 3, "a_1": 3, "b": 3}
    assert list(table["object"]) == ["mask"] * 9 and table["file"].is_unique
    assert any("9 mask images show one cell each" in note for note in collection.notes)


def test_the_layout_of_the_data_science_bowl(tmp_path, rule):
    for name in ("a", "b"):
        photograph(tmp_path / f"train/{name}/images/{name}.png")
        for number in range(2):
            mask(tmp_path / f"train/{name}/masks/{number}f{name}.png")
    train = tmp_path / "train"
    for images, masks in ((train, train), (train / "*/images/*.png", train / "*/masks/*.png")):
        collection, report, _ = read(rule, images, masks, **ONE_CLASS)
        assert list(collection.images) == ["a", "b"] and report.counts["cells"] == 4
    source = open_source({"images": str(train), "annotations": str(train)}, CLASSES)
    assert len(source.annotation_inputs) == 4


def test_masks_of_cells_have_one_size(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    mask(tmp_path / "masks/a_0.png")
    mask(tmp_path / "masks/a_1.png", size=(32, 48))
    with pytest.raises(InputError, match=r"a_1\.png: the mask is 32x48 pixels, but a_0\.png .* is 64x48"):
        read(rule, tmp_path / "img", tmp_path / "masks", **ONE_CLASS)


def test_an_empty_mask_of_a_cell_has_its_line(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    for number, values in enumerate([(255,), (255,), ()]):
        mask(tmp_path / f"masks/a_{number}.png", values)
    _, report, table = read(rule, tmp_path / "img", tmp_path / "masks", **ONE_CLASS)
    assert report.counts["cells"] == 2 and len(table) == 3
    assert list(table["reason"])[-1] == "the mask is empty"


def test_one_mask_with_an_unknown_ending_is_a_label_map(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    mask(tmp_path / "masks/a_final.png", values=(1, 2, 3))
    assert read(rule, tmp_path / "img", tmp_path / "masks", **ONE_CLASS)[1].counts["cells"] == 3


# ------------------------------------------------------------------------------ photographs and masks


def test_masks_beside_photographs_are_no_photographs(tmp_path, rule):
    for name in ("a", "b"):
        photograph(tmp_path / f"{name}.png")
        mask(tmp_path / f"{name}_cp_masks.png", values=(1, 2))
        photograph(tmp_path / f"{name}_cp_outlines.png")
        (tmp_path / f"{name}_seg.npy").write_bytes(b"\x93NUMPY")
    collection, report, _ = read(rule, tmp_path, tmp_path, **ONE_CLASS)
    assert list(collection.images) == ["a", "b"] and report.counts["cells"] == 4
    assert any("4 files are masks by their names" in note for note in collection.notes)
    with pytest.raises(InputError, match=r"no annotations are named, but 4 mask images lie beside"):
        read(rule, tmp_path)


def test_only_pickles_beside_photographs(tmp_path, rule):
    photograph(tmp_path / "a.png")
    (tmp_path / "a_seg.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(InputError, match=r"a_seg\.npy, which are pickles and never opened.*PNG/TIF"):
        read(rule, tmp_path, tmp_path)


def test_names_of_nnu_net(tmp_path, rule):
    photograph(tmp_path / "imagesTr/smear_001_0000.png")
    mask(tmp_path / "labelsTr/smear_001.png", values=(1, 2, 3))
    for images in (tmp_path / "imagesTr", tmp_path):
        collection, report, _ = read(rule, images, tmp_path / "labelsTr", **ONE_CLASS)
        assert list(collection.images) == ["smear_001_0000"] and report.counts["cells"] == 3


def test_folders_that_are_classes_give_labels(tmp_path, rule):
    for label in ("L1", "L2", "L3"):
        photograph(tmp_path / f"smears/{label}/im1.png")
        mask(tmp_path / f"masks/{label}/im1.png", values=(1, 2))
    collection, report, _ = read(rule, tmp_path / "smears", tmp_path / "masks")
    assert dict(collection.labels[["image_id", "label"]].itertuples(index=False)) == {
        "L1_im1": "L1",
        "L2_im1": "L2",
        "L3_im1": "L3",
    }
    assert {report.counts[f"cells {name}"] for name in CLASSES} == {2}
    table = tmp_path / "labels.csv"
    table.write_text("image,label\nL1/im1.png,L2\n")
    collection, _, _ = read(rule, tmp_path / "smears", tmp_path / "masks", labels=str(table))
    assert list(collection.labels["label"]) == ["L2", "L2", "L3"]
    photograph(tmp_path / "smears/other/im1.png")
    mask(tmp_path / "masks/other/im1.png")
    collection, _, _ = read(rule, tmp_path / "smears", tmp_path / "masks", **ONE_CLASS)
    assert set(collection.labels["label"]) == {"L1"}


def test_photographs_without_annotations_in_class_folders(tmp_path, rule):
    for label in CLASSES:
        photograph(tmp_path / f"smears/{label}/im1.png")
    with pytest.raises(InputError, match=r"no annotated cell for any of the 3 images"):
        read(rule, tmp_path / "smears")
