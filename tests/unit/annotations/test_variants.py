"""Files as other versions and other hands write them: read where the data tell what is meant, else named."""

import json

import pytest

from blastvote.annotations.read import read_annotations
from blastvote.errors import InputError

RING = [[2, 2], [20, 2], [24, 12], [20, 20], [2, 20]]
FLAT = [float(value) for point in RING for value in point]
YOLO = " ".join(str(value / 40) for value in FLAT)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def classes(found):
    return [cell.class_name for image in found.images.values() for cell in image.cells]


def test_coco_ids_that_passed_through_a_table_of_floats(tmp_path):
    document = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 2, "name": "L1"}],
        "annotations": [{"id": 0, "image_id": "1.0", "category_id": 2.0, "segmentation": [FLAT]}],
    }
    assert classes(read_annotations(write(tmp_path / "a.json", document))) == ["L1"]


def test_coco_without_images_is_refused_with_the_cause(tmp_path):
    path = write(
        tmp_path / "a.json", [{"image_id": 1, "category_id": 1, "segmentation": [FLAT], "score": 0.9}]
    )
    with pytest.raises(InputError, match=r"a list of 1 COCO annotations or results without 'images'"):
        read_annotations(path)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("Data.YAML", "names: {1: L1}\n"),
        ("cfg/data.yaml", "nc: 2\nnames: [L0, L1]\n"),
        ("labels/predefined_classes.txt", "L0\nL1\n"),
    ],
)
def test_yolo_names_in_odd_places(tmp_path, place, text):
    write(tmp_path / "labels/train/a.txt", f"1.0 {YOLO}\n")
    write(tmp_path / place, text)
    assert classes(read_annotations(tmp_path / "labels/train")) == ["L1"]


def test_yaml_of_something_else_in_a_folder_beside_names_no_classes(tmp_path):
    write(tmp_path / "labels/train/a.txt", f"1 {YOLO}\n")
    write(tmp_path / "cfg/other.yaml", "names: [x, y]\n")
    write(tmp_path / "study2/data.yaml", "nc: 2\nnames: [x, y]\n")
    assert classes(read_annotations(tmp_path / "labels/train")) == ["1"]


def test_a_folder_with_a_csv_of_via_and_one_of_labels(tmp_path):
    shape = {"name": "polygon", "all_points_x": FLAT[::2], "all_points_y": FLAT[1::2]}
    cells = ["a.png", "9", "{}", "1", "0", json.dumps(shape), json.dumps({"subtype": "L2"})]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    head = (
        "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"
    )
    write(tmp_path / "via.csv", f"{head}\n{quoted}\n")
    write(tmp_path / "labels.csv", "image_id,label\na,L1\n")
    assert classes(read_annotations(tmp_path)) == ["L2"]


def test_of_several_attributes_of_via_the_one_that_differs_is_the_class(tmp_path):
    shape = {"name": "polygon", "all_points_x": FLAT[::2], "all_points_y": FLAT[1::2]}
    regions = [
        {"shape_attributes": shape, "region_attributes": {"stain": "Giemsa", "fab": name}}
        for name in ("L1", "L2")
    ]
    path = write(tmp_path / "via.json", {"a.png1": {"filename": "a.png", "size": 1, "regions": regions}})
    assert classes(read_annotations(path)) == ["L1", "L2"]


def feature(ring, kind="annotation", classification=None, **properties):
    if classification:
        properties["classification"] = {"name": classification}
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "geometry": geometry, "properties": {"objectType": kind, **properties}}


def test_an_annotation_without_a_class_around_classified_ones_is_a_field(tmp_path):
    field = [[0, 0], [100, 0], [100, 90], [0, 90]]
    moved = [[x + 40, y + 30] for x, y in RING]
    features = [
        feature(field, name="ROI"),
        feature(RING, classification="L1"),
        feature(moved, classification="L2"),
    ]
    path = write(tmp_path / "a.geojson", {"type": "FeatureCollection", "features": features})
    found = read_annotations(path)
    assert classes(found) == ["L1", "L2"]
    assert [line.reason for line in found.lines] == [
        "an annotation that encloses 2 cells is a field, not a cell"
    ]
    alone = write(tmp_path / "b.geojson", {"type": "FeatureCollection", "features": features[:2]})
    assert len(classes(read_annotations(alone))) == 2  # a cell with its nucleus looks the same


@pytest.mark.parametrize("name", ["a.ome.tif - a", "a.PNG - Series 12", "a.tif - 20x_01"])
def test_qupath_adds_the_name_of_the_series(tmp_path, name):
    path = write(tmp_path / f"{name}.geojson", {"type": "FeatureCollection", "features": [feature(RING)]})
    (image,) = read_annotations(path).images.values()
    assert image.file_name == name.split(" - ")[0] and name in image.aliases


def test_predictions_of_label_studio_have_their_lines(tmp_path):
    value = {"points": [[x, y] for x, y in RING], "polygonlabels": ["L1"]}
    result = {"type": "polygonlabels", "original_width": 100, "original_height": 100, "value": value}
    task = {
        "id": 1,
        "data": {"image": "/data/a.png"},
        "annotations": [],
        "predictions": [{"result": [result]}],
    }
    found = read_annotations(write(tmp_path / "a.json", [task]))
    assert [line.reason for line in found.lines] == ["a prediction that nobody has made an annotation"]
