"""The class of cells: in an attribute, a flag or a choice, and in the attributes of VIA, which has nothing else."""

import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

from .documents import OUTER, classes, cvat, cvat_points, flat, read, via_entry, via_polygon
from .samples import write_sample
from .samples.cell import HEIGHT, WIDTH
from .samples.parts import task

SHAPE = {"label": "cell", "points": OUTER, "shape_type": "polygon", "flags": {"L1": False, "L2": True}}
RESULT = {"id": "r", "original_width": WIDTH, "original_height": HEIGHT}
SQUARE = via_polygon(OUTER)
ATTRIBUTES = {
    "cvat": (
        "a.xml",
        cvat(
            f'<polygon label="cell" points="{cvat_points(OUTER)}"><attribute name="subtype">L2</attribute></polygon>'
        ),
    ),
    "coco": (
        "a.json",
        {
            "images": [{"id": 1, "file_name": "a.png"}],
            "categories": [{"id": 1, "name": "cell"}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [flat(OUTER)]}
                | {"attributes": {"Subtype": "L2", "occluded": False}}
            ],
        },
    ),
    "supervisely": (
        "a.png.json",
        {
            "size": {"width": WIDTH, "height": HEIGHT},
            "objects": [
                {
                    "classTitle": "cell",
                    "geometryType": "polygon",
                    "points": {"exterior": OUTER, "interior": []},
                }
                | {"tags": [{"name": "subtype", "value": "L2"}]}
            ],
        },
    ),
    "superannotate": (
        "a.json",
        {
            "metadata": {"name": "a.png"},
            "instances": [
                {"type": "polygon", "className": "cell", "points": flat(OUTER)}
                | {"attributes": [{"groupName": "subtype", "name": "L2"}]}
            ],
        },
    ),
}


@pytest.mark.parametrize("tool", ATTRIBUTES)
def test_the_class_may_be_in_an_attribute(tmp_path, tool):
    name, content = ATTRIBUTES[tool]
    assert read(tmp_path, content, name).class_names == ["cell"]
    assert read_annotations(tmp_path / name, class_attribute="subtype").class_names == ["L2"]
    with pytest.raises(
        InputError, match=r"no object has the attribute 'stage'.*the objects have \['[Ss]ubtype'"
    ):
        read_annotations(tmp_path / name, class_attribute="stage")


def test_flags_and_choices_may_be_the_class(tmp_path):
    document = {"imagePath": "a.png", "imageWidth": WIDTH, "imageHeight": HEIGHT, "shapes": [SHAPE]}
    read(tmp_path, document)
    assert read_annotations(tmp_path / "a.json", class_attribute="flags").class_names == ["L2"]
    percent = [[x * 100 / WIDTH, y * 100 / HEIGHT] for x, y in OUTER]
    shape = task(
        {"id": "r", "type": "polygonlabels", "value": {"points": percent, "polygonlabels": ["cell"]}}
    )
    choice = RESULT | {"type": "choices", "value": {"points": percent, "choices": ["L3"]}}
    shape["annotations"][0]["result"].append(choice)
    assert read(tmp_path, [shape]).class_names == ["cell"]
    assert read_annotations(tmp_path / "a.json", class_attribute="choices").class_names == ["L3"]
    with pytest.raises(InputError, match="no object has any attribute"):
        read_annotations(write_sample(tmp_path, "yolo"), class_attribute="subtype")


CLASS_VALUES = [
    ({"class": "L1"}, "L1"),
    ({"class": " L1 "}, "L1"),
    ({"class": ""}, None),
    ({}, None),
    ({"class": {"L1": True}}, "L1"),
    ({"class": {"L1": False, "L2": True}}, "L2"),
    ({"class": {}}, None),
    ({"class": 2}, "2"),
    ({"class": 2.0}, "2"),
    ({"class": None}, None),
    ({"L1": True, "L2": False}, "L1"),
    ({"Subtype": "L3", "note": "faint"}, "L3"),
]


@pytest.mark.parametrize(("attributes", "expected"), CLASS_VALUES)
def test_class_values(tmp_path, attributes, expected):
    assert classes(read(tmp_path, via_entry("a.png", [(SQUARE, attributes)]))) == [expected]


def test_two_ticked_boxes_are_no_class_and_noted(tmp_path):
    two, one = {"class": {"L1": True, "L2": True}}, {"class": {"L1": True}}
    found = read(tmp_path, via_entry("a.png", [(SQUARE, two), (SQUARE, one)]))
    assert classes(found) == [None, "L1"]
    assert any("several boxes" in note for note in found.notes)


def test_guessed_attribute_is_noted_and_can_be_named(tmp_path):
    document = via_entry("a.png", [(SQUARE, {"name": "x", "stage": "L1"})])
    found = read(tmp_path, document)
    assert classes(found) == ["x"] and "several attributes" in found.notes[0]
    for name in ("stage", "Stage"):
        assert classes(read(tmp_path, document, class_attribute=name)) == ["L1"]
    with pytest.raises(InputError, match=r"a\.json: no region has the attribute 'grade'.*'stage'"):
        read(tmp_path, document, class_attribute="grade")


def test_of_several_attributes_of_via_the_one_that_differs_is_the_class(tmp_path):
    regions = [(SQUARE, {"stain": "Giemsa", "fab": name}) for name in ("L1", "L2")]
    assert classes(read(tmp_path, via_entry("a.png", regions))) == ["L1", "L2"]
