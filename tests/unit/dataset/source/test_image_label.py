"""One name for all cells, and labels of the images: the alias ``image_label``."""

import json

import pytest

from blastvote.dataset.source.classes import translate
from blastvote.errors import InputError

from .layout_files import SQUARE, photograph, read


def blasts(tmp_path, names=("a.png", "b.png")):
    document = {
        "images": [{"id": n, "file_name": name, "width": 64, "height": 48} for n, name in enumerate(names)],
        "categories": [{"id": 1, "name": "blast"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "segmentation": [SQUARE]} for n in range(len(names))
        ],
    }
    for name in names:
        photograph(tmp_path / "img" / name)
    (tmp_path / "c.json").write_text(json.dumps(document))
    return tmp_path / "img", tmp_path / "c.json"


def test_cells_of_one_name_are_of_the_class_of_their_image(tmp_path, rule):
    images, path = blasts(tmp_path)
    table = tmp_path / "labels.csv"
    table.write_text("image,label\na,L1\nb,L3\n")
    more = {"labels": str(table), "class_aliases": {"blast": "image_label"}}
    collection, report, _ = read(rule, images, path, **more)
    assert {i: image.cells[0].class_name for i, image in collection.annotations.items()} == {
        "a": "L1",
        "b": "L3",
    }
    assert "Cells of class 'blast' are of the class of their image, as configured." in report.notes
    table.write_text("image,label\na,L1\n")
    with pytest.raises(
        InputError, match=r"but 1 images have no label; the first is b\.png\. Give their labels"
    ):
        read(rule, images, path, **more)


def test_the_message_on_unknown_classes_names_the_way(tmp_path, rule):
    with pytest.raises(InputError, match=r"'image_label' takes the class of their image"):
        read(rule, *blasts(tmp_path))


def test_a_class_of_that_name_is_a_class():
    assert translate("blast", {"blast": "image_label"}, ["image_label"]) == "image_label"
    assert translate("blast", {"blast": "image_label"}, ["L1"]) is None


def test_no_label_of_an_image_is_image_label(tmp_path, rule):
    images, path = blasts(tmp_path)
    (tmp_path / "labels.csv").write_text("image,label\na,x\nb,x\n")
    more = {"labels": str(tmp_path / "labels.csv"), "class_aliases": {"x": "image_label"}}
    with pytest.raises(InputError, match=r"line 2 labels 'a' as 'x'; expected one of"):
        read(rule, images, path, **more)
