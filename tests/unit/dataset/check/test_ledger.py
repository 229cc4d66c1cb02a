"""Every object of every annotation file ends in exactly one line; a data set without a usable cell is refused."""

import json

import numpy as np
import pytest

from blastvote import io
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.label_maps import cells_of_label_map, encode_values, values_of
from blastvote.dataset.check.checks import check_dataset
from blastvote.dataset.check.ledger import COLUMNS, ledger_table
from blastvote.dataset.source.collect import collect, precheck
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError
from blastvote.rle import encode

from ..conftest import CLASSES, disc

SQUARE = [[2, 2, 20, 2, 20, 20, 2, 20]]


def coco_file(folder, annotations, name="coco.json", categories=({"id": 1, "name": "L1"},)):
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": list(categories),
        "annotations": [{"id": n, "image_id": 1, "category_id": 1} | a for n, a in enumerate(annotations)],
    }
    path = folder.root / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return {"images": str(folder.images), "annotations": str(path)}


def checked(config, rule):
    collection = collect(open_source(config, CLASSES), CLASSES, rule)
    report, facts = check_dataset(collection, CLASSES, rule)
    return report, ledger_table(collection, facts)


def test_every_object_has_one_line(folder, rule):
    folder.add("a.png")
    crowd = np.zeros((48, 64), bool)
    crowd[30:40, 30:50] = True
    config = coco_file(
        folder,
        [
            {"segmentation": SQUARE},
            {"segmentation": [[1, 1, 2, 2]]},
            {"segmentation": [], "bbox": [1, 1, 5, 5]},
            {"segmentation": encode(crowd), "iscrowd": 1},
            {"segmentation": [[200, 200, 220, 200, 220, 220]]},
        ],
    )
    report, table = checked(config, rule)
    assert list(table.columns) == COLUMNS and set(table["image"]) == {"a"}
    assert dict(zip(table["object"], table["outcome"], strict=True)) == {
        "annotation 0": "cell",
        "annotation 1": "left out",
        "annotation 2": "left out",
        "annotation 3": "crowd",
        "annotation 4": "left out",
    }
    reasons = dict(zip(table["object"], table["reason"], strict=True))
    assert reasons["annotation 2"] == "it is a box, and boxes are no outlines"
    assert reasons["annotation 4"] == "no pixel inside the image"
    counts = report.counts
    assert counts["objects in annotation files"] == 5
    assert (counts["objects: cell"], counts["objects: crowd"], counts["objects: left out"]) == (1, 1, 3)
    assert any("1 of 3 objects are crowds" in warning and "CVAT" in warning for warning in report.warnings)


def test_crowds_are_kept_apart_counted_or_refused(folder, rule):
    folder.add("a.png")
    config = coco_file(
        folder, [{"segmentation": SQUARE, "iscrowd": 1}, {"segmentation": SQUARE, "iscrowd": "0"}]
    )
    assert checked(config, rule)[0].counts["cells"] == 1
    assert checked(config | {"crowds": "cells"}, rule)[0].counts["cells"] == 2
    with pytest.raises(InputError, match=r"1 of 2 objects are crowds.*dataset\.crowds"):
        checked(config | {"crowds": "stop"}, rule)


@pytest.mark.parametrize(
    ("annotation", "cause"),
    [
        ({"segmentation": SQUARE, "iscrowd": 1}, r"1 are crowds .*CVAT.*dataset\.crowds to cells"),
        ({"segmentation": [], "bbox": [1, 1, 9, 9]}, r"1 left out: it is a box, and boxes are no outlines"),
        ({"segmentation": [[1, 1, 2, 2]]}, r"it has 2 distinct points"),
    ],
)
def test_no_usable_cell_is_an_error_with_its_cause(folder, rule, annotation, cause):
    folder.add("a.png")
    config = coco_file(folder, [annotation]) | {"labels": folder.table("image,label\na,L1\n")}
    for step in (collect, precheck):
        with pytest.raises(InputError, match=r"none of 1 objects is a usable cell.*" + cause):
            step(open_source(config, CLASSES), CLASSES, rule)


def test_a_cell_beside_the_image_is_found_by_the_check(folder, rule):
    folder.add("a.png")
    report, _ = checked(coco_file(folder, [{"segmentation": [[200, 200, 220, 200, 220, 220]]}]), rule)
    assert "1 left out: no pixel inside the image" in report.errors[0]


def test_normalised_coordinates_are_refused(folder, rule):
    folder.add("a.png")
    config = coco_file(folder, [{"segmentation": [[0.1, 0.1, 0.9, 0.1, 0.9, 0.8]]}])
    with pytest.raises(InputError, match=r"between 0 and 0\.9, so they look normalised"):
        collect(open_source(config, CLASSES), CLASSES, rule)


def test_cells_left_out_by_an_alias_are_in_the_ledger(three, rule):
    three.entries["a.png"]["regions"].append(disc(50, 40, 5, "debris"))
    _, table = checked(three.config(class_aliases={"debris": ""}), rule)
    (line,) = table[table["outcome"] == "left out"].to_dict("records")
    assert line["object"] == "region 2" and line["reason"] == "class 'debris', left out as configured"
    assert len(table) == 7


def test_an_equal_cell_of_a_second_entry_is_told(three, rule):
    three.entries["A.PNG"] = three.entries["a.png"] | {"filename": "A.PNG"}
    _, table = checked(three.config(), rule)
    assert (table["outcome"] == "repeated").sum() == 2 and len(table) == 8


# --------------------------------------------------------------------------------------- mask images


def masks(folder, labels, **config):
    folder.add("a.png")
    (folder.root / "masks").mkdir()
    io.write_image(folder.root / "masks" / "a.png", labels.astype(np.uint8))
    labels = folder.table("image,label\na,L1\n")
    return {
        "images": str(folder.images),
        "annotations": str(folder.root / "masks"),
        "labels": labels,
    } | config


def two_discs(value=255):
    y, x = np.mgrid[:48, :64]
    first = (x - 16) ** 2 + (y - 20) ** 2 < 64
    second = (x - 44) ** 2 + (y - 20) ** 2 < 64
    return np.where(first | second, value, 0), first, second


def test_several_pieces_of_one_value_are_warned_of_and_can_be_split(folder, rule):
    labels, _, _second = two_discs()
    config = masks(folder, labels)
    report, _ = checked(config, rule)
    assert report.counts["cells"] == 1
    assert any("value 255: 2 pieces" in w and "components" in w for w in report.warnings)
    report, table = checked(config | {"masks": "components"}, rule)
    assert report.counts["cells"] == 2 and list(table["object"]) == ["piece 1", "piece 2"]


def test_semantic_values_are_classes(folder, rule):
    labels, _, second = two_discs(1)
    labels[second] = 2
    config = masks(folder, labels, masks="semantic", class_aliases={"1": "L1", "2": "L2"})
    report, table = checked(config, rule)
    assert (report.counts["cells L1"], report.counts["cells L2"]) == (1, 1)
    assert list(table["object"]) == ["value 1, piece 1", "value 2, piece 1"]


def test_an_ignore_border_is_no_cell(folder, rule):
    labels, _, _second = two_discs(1)
    y, x = np.mgrid[:48, :64]
    ring = (x - 16) ** 2 + (y - 20) ** 2
    labels[(ring >= 64) & (ring < 100)] = 255
    report, table = checked(masks(folder, labels), rule)
    assert report.counts["cells"] == 1
    assert "ignore border" in table.set_index("object")["reason"]["value 255"]


def test_values_can_be_ignored(folder, rule):
    labels, _, second = two_discs(1)
    labels[second] = 9
    report, _ = checked(masks(folder, labels, ignore_values=[9]), rule)
    assert report.counts["cells"] == 1


def test_an_inverted_mask_is_warned_of(folder, rule):
    labels, *_ = two_discs()
    report, _ = checked(masks(folder, 255 - labels), rule)
    assert any("is the mask inverted" in warning for warning in report.warnings)


def test_a_photograph_taken_for_a_label_map_ends_at_once():
    from blastvote.annotations.mask_images.label_maps import cells_of_label_map

    noise = np.random.default_rng(0).integers(0, 60000, (200, 200))
    with pytest.raises(InputError, match=r"different values, more than 5,000"):
        cells_of_label_map(noise)


def test_runs_of_all_values_at_once_are_those_of_each():
    labels = np.random.default_rng(1).integers(0, 4, (13, 17))
    assert dict(encode_values(labels)) == {v: encode(labels == v) for v in (1, 2, 3)}
    assert dict(encode_values(np.zeros((3, 4), int))) == {}


@pytest.mark.parametrize("factor", [1, 70_000])
def test_values_and_their_pieces_are_found_whatever_their_size(factor):
    labels = np.zeros((40, 60), np.int32)
    for n, (y, x) in enumerate([(2, 2), (2, 30), (20, 2), (20, 30)]):
        labels[y : y + 10, x : x + 10] = min(n + 1, 3) * factor
    assert values_of(labels).tolist() == np.unique(labels).tolist()
    journal = Journal()
    assert len(cells_of_label_map(labels, image="m.png", journal=journal)) == 3
    assert f"(value {3 * factor}: 2 pieces)" in journal.warnings[0]


def test_thousands_of_equal_cells_give_a_few_warnings():
    from blastvote.dataset.check.overlaps import overlaps

    mask = np.zeros((40, 40), bool)
    mask[5:20, 5:20] = True
    found = overlaps([(str(n), encode(mask)) for n in range(5000)])
    assert len(found) == 6 and found[-1] == ("equal_cells", "and 4994 more cells are equal to another")
