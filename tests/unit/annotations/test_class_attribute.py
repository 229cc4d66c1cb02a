"""The class of cells in an attribute, a flag or a choice."""

import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

from .documents import (
    OUTER,
    cvat,
    flat,
    read,
    text,
)
from .samples import HEIGHT, WIDTH, task, write_sample

# ------------------------------------------------------------------- the class in an attribute, not in the label

SHAPE = {"label": "cell", "points": OUTER, "shape_type": "polygon", "flags": {"L1": False, "L2": True}}


RESULT = {"id": "r", "original_width": 80, "original_height": 60}


ATTRIBUTES = {
    "cvat": (
        "a.xml",
        cvat(
            f'<polygon label="cell" points="{text(OUTER)}"><attribute name="subtype">L2</attribute></polygon>'
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
