"""Which annotations belong to which photographs; every mistake named before any work."""

import json

import pytest

from blastvote.dataset.source.collect import collect, labels_table, precheck
from blastvote.dataset.source.source import open_source, path_exists
from blastvote.errors import InputError

from ..conftest import CLASSES


def test_annotation_of_an_image_that_does_not_exist(three, rule):
    three.entries["aa.png"] = three.entries["a.png"] | {"filename": "aa.png"}
    message = r"via\.json: 1 of 4 annotated images do not exist in .*aa\.png.*Did you mean 'a\.png'"
    with pytest.raises(InputError, match=message):
        precheck(three.source(), CLASSES, rule)
    three.entries["aa.png"] |= {"regions": []}
    precheck(three.source(), CLASSES, rule)  # an entry without cells is only noted


def test_key_name_finds_the_image(three, rule):
    config = three.config()
    document = {"a.png1": three.entries["a.png"] | {"filename": "old name.tif"}}
    document |= {f"{n}1": e for n, e in three.entries.items() if n != "a.png"}
    (three.root / "via.json").write_text(json.dumps(document))
    assert len(collect(open_source(config, CLASSES), CLASSES, rule).annotations["a"].cells) == 2


def test_one_annotation_file_an_image_by_pattern(three, rule):
    square = {"points": [[1, 1], [9, 1], [9, 9], [1, 9]], "shape_type": "polygon"}
    (three.root / "outlines").mkdir()
    for name, label in (("a", "L1"), ("b", "L2"), ("c", "L3")):
        document = {"imagePath": f"{name}.png", "shapes": [square | {"label": label}]}
        (three.root / "outlines" / f"{name}.json").write_text(json.dumps(document))
    (three.root / "outlines" / "readme.txt").touch()
    for entry in ("outlines", "outlines/*.json"):
        source = three.source(annotations=str(three.root / entry))
        assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3"]
        assert len(source.annotation_inputs) == 3


def test_missing_paths(three):
    with pytest.raises(InputError, match=r"nothing\.json: does not exist"):
        three.source(annotations="nothing.json")
    with pytest.raises(InputError, match=r"'dataset\.images' is empty"):
        three.source(images="")
    assert path_exists(three.images / "*.png") and not path_exists(three.images / "*.bmp")


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
