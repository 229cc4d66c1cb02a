"""What outlines themselves give away: boxes, objects in several places, parts of width and height in one image."""

import json

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.check.checks import check_dataset
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES

SQUARE = [[4, 4], [18, 4], [18, 18], [4, 18]]
FAR = [[40, 20], [54, 20], [54, 34], [40, 34]]
ROUND = [[11 + 8 * np.cos(t), 11 + 8 * np.sin(t)] for t in np.arange(12) * np.pi / 6]


def findings(folder, rule, files, **more):
    """Return the findings by kind, and the facts, of annotation files by name."""
    for file, document in files.items():
        path = folder.root / "ann" / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    config = {"images": str(folder.images), "annotations": str(folder.root / "ann"), **more}
    source = open_source(config, CLASSES)
    report, facts = check_dataset(collect(source, CLASSES, rule), CLASSES, rule)
    return {finding.kind: finding.text for finding in report.findings}, facts


def coco(*outlines, names=("a.png",)):
    document = {
        "images": [{"id": n, "file_name": name} for n, name in enumerate(names)],
        "categories": [{"id": 1, "name": "L1"}],
        "annotations": [
            {"id": n, "image_id": n % len(names), "category_id": 1, "segmentation": parts}
            for n, parts in enumerate(outlines)
        ],
    }
    return {"coco.json": document}


def flat(*rings):
    return [np.asarray(ring, dtype=float).ravel().tolist() for ring in rings]


def test_cells_that_are_boxes_are_warned_of(folder, rule):
    folder.add("a.png")
    turned = [[30, 5], [37, 12], [30, 19], [23, 12]]
    found, _ = findings(folder, rule, coco(flat(SQUARE), flat(FAR), flat(turned)))
    assert found["boxes"].startswith("3 of 3 cells are rectangles")
    few, _ = findings(
        folder, rule, coco(flat(SQUARE), flat(FAR), flat(turned), *[flat(np.add(ROUND, 1))] * 4)
    )
    assert "boxes" not in few


def test_turned_boxes_in_parts_of_width_and_height_are_boxes(folder, rule):
    """YOLO's oriented boxes: their corners are right in pixels, not in parts of the sides."""
    folder.add("a.png")
    turned = np.array([[30, 5], [37, 12], [30, 19], [23, 12]])
    lines = [
        "0 " + " ".join(f"{x / 64:.5f} {y / 48:.5f}" for x, y in turned + move) for move in (0, 7, [20, 0])
    ]
    path = folder.root / "ann/a.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines))
    found, _ = findings(folder, rule, {}, class_aliases={"0": "L1"})
    assert found["boxes"].startswith("3 of 3 cells are rectangles")


def test_lines_without_an_inside_are_warned_of(folder, rule):
    """Masks in which somebody drew outlines: each ring is a cell, but not its inside."""
    folder.add("a.png")
    y, x = np.mgrid[:48, :64]
    labels = np.zeros((48, 64), np.uint8)
    for number, cx in enumerate((12, 32, 52), start=1):
        distance = np.hypot(x - cx, y - 24)
        labels[(distance < 9) & (distance >= 7)] = number
    io.write_image(folder.root / "ann/a.png", labels)
    found, _ = findings(folder, rule, {}, class_aliases={"": "L1"})
    assert found["hollow"].startswith("3 of 3 cells are lines")


@pytest.mark.parametrize(
    ("size", "kind"), [((1, 1), "reading"), ((20, 15), "reading"), ((50, 40), "size_differs")]
)
def test_a_stated_size_that_the_outlines_contradict_is_not_used(folder, rule, size, kind):
    folder.add("a.png")
    files = coco(flat(ROUND), flat(FAR))
    files["coco.json"]["images"][0] |= {"width": size[0], "height": size[1]}
    found, facts = findings(folder, rule, files)
    assert kind in found and facts[0].n_cells == (2 if kind == "reading" else 0)
    if kind == "reading":
        assert f"states {size[0]}x{size[1]} pixels, but the outlines reach to 54x34" in found[kind]


def test_one_object_in_several_places_is_warned_of(folder, rule):
    folder.add("a.png")
    found, _ = findings(folder, rule, coco(flat(ROUND, FAR), flat(SQUARE, np.add(SQUARE, 6))))
    assert found["several_pieces"].startswith(
        f"{folder.images}/a.png: 1 cell consists of several separate pieces (cell 0 (annotation 0): 2)"
    )


def labelme(name, *shapes):
    return {
        "imagePath": name,
        "shapes": [
            {"label": "L1", "points": np.asarray(ring).tolist(), "group_id": group} for ring, group in shapes
        ],
    }


def test_shapes_that_a_group_joins_are_told(folder, rule):
    folder.add("a.png")
    found, facts = findings(folder, rule, {"a.json": labelme("a.png", (ROUND, 1), (FAR, 1))})
    assert facts[0].n_cells == 1 and "several_pieces" in found


def test_files_that_all_name_one_image_are_those_of_the_images_they_are_called_after(folder, rule):
    """LabelMe's imagePath, where files were copied or images renamed: cells of all would land on one image."""
    folder.add("a.png"), folder.add("b.png")
    files = {"a.json": labelme("old.png", (ROUND, None)), "b.json": labelme("old.png", (FAR, None))}
    for wrong in ("old.png", "a.png"):
        files = {name: document | {"imagePath": wrong} for name, document in files.items()}
        found, facts = findings(folder, rule, files)
        assert [fact.n_cells for fact in facts] == [1, 1]
        assert facts[1].cells[0].box[1] == 40
        assert f"2 files name one image, '{wrong}'" in found["reading"]


def test_parts_of_width_and_height_in_one_image_alone_are_refused(folder, rule):
    folder.add("a.png"), folder.add("b.png")
    small = np.asarray(ROUND) / 64
    with pytest.raises(
        InputError, match=r"coco\.json: b: all coordinates lie between 0 and 0\.29\d, .*normalised"
    ):
        findings(folder, rule, coco(flat(ROUND), flat(small), names=("a.png", "b.png")))
