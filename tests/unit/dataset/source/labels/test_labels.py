"""Labels of images: from the vote of their cells, a table, the annotation file."""

import pytest

from blastvote.dataset.source.collect import collect, labels_table, precheck
from blastvote.errors import InputError

from ...conftest import CLASSES


def test_labels_by_vote(three, rule):
    source = three.source()
    assert list(source.images) == ["a", "b", "c"]
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3"]
    found = collect(source, CLASSES, rule)
    assert (
        len(found.annotations["a"].cells) == 2 and "3 images got their label by the vote" in found.notes[-1]
    )


def test_labels_from_a_table_win_and_patients_come_along(three, rule):
    table = three.table("file name;Class;patient\na.png;L3;p1\nB.PNG;;p2\n")
    labels = labels_table(three.source(labels=table), CLASSES, rule)
    assert labels["label"].tolist() == ["L3", "L2", "L3"]
    assert labels["patient_id"].tolist() == ["p1", "p2", ""]


def test_label_of_the_image_in_the_annotation_file(three, rule):
    three.entries["a.png"]["file_attributes"] = {"label": "L2"}
    assert labels_table(three.source(), CLASSES, rule)["label"].tolist() == ["L2", "L2", "L3"]
    three.entries["a.png"]["file_attributes"] = {"label": "l2"}
    with pytest.raises(InputError, match=r"a\.png.*'l2'.*Did you mean 'L2'"):
        labels_table(three.source(), CLASSES, rule)


def test_complete_table_saves_reading_annotations(three, rule):
    source = three.source(labels=three.table("image_id,label\na,L1\nb,L1\nc,L1\n"))
    (three.root / "via.json").write_text("broken")
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1"] * 3


def test_image_without_cells_and_label(three, rule):
    three.add("d.png", [])
    with pytest.raises(
        InputError, match=r"1 of 4 images have neither annotated cells nor a label \(d\.png\)"
    ):
        precheck(three.source(), CLASSES, rule)
    source = three.source(labels=three.table("image_id,label\nd,L1\n"))
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2", "L3", "L1"]


def test_cells_without_any_class_take_the_label_of_their_image(folder, rule):
    folder.add("a.png", [None, None])
    source = folder.source(labels=folder.table("image_id,label\na,L3\n"))
    assert [c.class_name for c in collect(source, CLASSES, rule).annotations["a"].cells] == ["L3", "L3"]
