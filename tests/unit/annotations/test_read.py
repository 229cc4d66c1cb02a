"""Files and folders that are annotations, and those that are none."""

import json

import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

from .documents import OUTER, classes, read, via_polygon, write


def labelme(image):
    square = {"label": "L1", "points": [[1, 1], [5, 1], [5, 4], [1, 4]], "shape_type": "polygon"}
    return {"imagePath": image, "imageWidth": 30, "imageHeight": 20, "shapes": [square]}


def test_a_file_of_no_known_format_in_a_folder_is_warned_of(tmp_path):
    write(tmp_path / "settings.json", {"zoom": 3})
    with pytest.raises(InputError, match=r"settings\.json: the format is not known"):
        read_annotations(tmp_path)
    write(tmp_path / "a.json", labelme("a.png"))
    found = read_annotations(tmp_path)
    assert found.n_cells == 1 and "settings.json: the format is not known" in found.warnings[0]


def test_a_folder_of_files_is_one_set(tmp_path):
    write(tmp_path / "a.json", labelme("a.png"))
    write(tmp_path / "b.json", labelme("b.png"))
    assert sorted(read_annotations(tmp_path).images) == ["a.png", "b.png"]


def test_folder_without_anything(tmp_path):
    with pytest.raises(InputError, match="holds no annotation files"):
        read_annotations(tmp_path)


def test_a_folder_with_a_csv_of_via_and_one_of_labels(tmp_path):
    shape, attributes = json.dumps(via_polygon(OUTER)), json.dumps({"subtype": "L2"})
    cells = ["a.png", "9", "{}", "1", "0", shape, attributes]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    head = (
        "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"
    )
    write(tmp_path / "via.csv", f"{head}\n{quoted}\n")
    write(tmp_path / "labels.csv", "image_id,label\na,L1\n")
    assert classes(read_annotations(tmp_path)) == ["L2"]


def test_unusable_documents_are_explained(tmp_path):
    with pytest.raises(InputError, match="VIA 3"):
        read(tmp_path, {"project": {}, "config": {}, "file": {}, "view": {}, "metadata": {}})
    with pytest.raises(InputError, match="format is not known"):
        read(tmp_path, {"hello": 1})
    with pytest.raises(InputError, match="format is not known"):
        read(tmp_path, [1, 2])
    with pytest.raises(InputError, match="no text 'filename'"):
        read(tmp_path, {"_via_img_metadata": {"a": {"regions": []}}})
    (tmp_path / "boxes.xml").write_text("<annotation/>")
    with pytest.raises(InputError, match="boxes, not outlines"):
        read_annotations(tmp_path / "boxes.xml")
    with pytest.raises(InputError, match="no such file"):
        read_annotations(tmp_path / "gone.json")


def test_several_files_with_cells_of_one_image_are_warned_of(tmp_path):
    ring = [value for point in OUTER for value in point]
    for number, name in enumerate(("anna.json", "ben.json", "copy_of_ben.json")):
        document = {
            "images": [{"id": 1, "file_name": "a.png"}],
            "categories": [{"id": 1, "name": "L1"}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[v + (number > 0) for v in ring]]}
            ],
        }
        write(tmp_path / name, document)
    found = read_annotations(tmp_path)
    assert found.n_cells == 2
    (warning,) = found.warnings
    assert warning.startswith("a.png: 2 files hold cells of this image (")
    assert "anna.json" in warning and "ben.json" in warning and "name one file" in warning
