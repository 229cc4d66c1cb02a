"""VIA files: both versions, every shape, and what goes wrong in the wild."""

import json

import numpy as np
import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

SQUARE = {"name": "polygon", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 6, 6]}


def entry(name, regions, size=10, file_attributes=None, version=2):
    regions = [{"shape_attributes": s, "region_attributes": a} for s, a in regions]
    if version == 1:
        regions = {str(n): region for n, region in enumerate(regions)}
    return {
        f"{name}{size}": {
            "filename": name,
            "size": size,
            "regions": regions,
            "file_attributes": file_attributes or {},
        }
    }


@pytest.fixture
def read(tmp_path):
    def write_and_read(document, encoding="utf-8", **options):
        path = tmp_path / "via.json"
        path.write_bytes(json.dumps(document, ensure_ascii=False).encode(encoding))
        return read_annotations(path, **options)

    return write_and_read


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_give_the_same_cells(read, version):
    found = read(entry("a.png", [(SQUARE, {"class": "L1"})], version=version))
    assert found.format == f"via{version}"
    (cell,) = found.images["a.png"].cells
    assert cell.class_name == "L1" and cell.mask(8, 8).sum() == 16 and cell.mask(8, 8)[2:6, 1:5].all()


def test_project_and_export_are_equal(read):
    images = entry("a.png", [(SQUARE, {"class": "L1"})])
    project = {"_via_settings": {}, "_via_img_metadata": images, "_via_attributes": {}}
    a, b = read(images).images["a.png"], read(project).images["a.png"]
    assert np.array_equal(a.cells[0].polygons[0], b.cells[0].polygons[0])
    assert read({"_via_settings": {}, "_via_img_metadata": {}}).images == {}


SHAPES = [
    ({"name": "rect", "x": 1, "y": 2, "width": 4, "height": 3}, 12),
    ({"name": "polyline", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 6, 6]}, 16),
    ({"name": "polygon", "all_points_x": [1, 5, 5, 1, 1], "all_points_y": [2, 2, 6, 6, 2]}, 16),
    ({"name": "circle", "cx": 20, "cy": 20, "r": 10}, np.pi * 100),
    ({"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 5}, np.pi * 75),
    ({"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 5, "theta": 1.1}, np.pi * 75),
]


@pytest.mark.parametrize(("shape", "area"), SHAPES)
def test_shapes(read, shape, area):
    found = read(entry("a.png", [(shape, {"class": "L1"})]))
    (cell,) = found.images["a.png"].cells
    assert cell.mask(40, 40).sum() == pytest.approx(area, rel=0.02)
    assert any("polyline" in note for note in found.notes) == (shape["name"] == "polyline")


def test_theta_turns_clockwise_on_the_screen(read):
    shape = {"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 3, "theta": np.pi / 4}
    mask = read(entry("a.png", [(shape, {})])).images["a.png"].cells[0].mask(40, 40)
    assert mask[28, 28] and mask[12, 12] and not mask[12, 28]


BAD_SHAPES = [
    ({"name": "polygon", "all_points_x": [1, 5], "all_points_y": [2, 2]}, "2 distinct points"),
    ({"name": "polygon", "all_points_x": [1, 5, 9], "all_points_y": [2, 2, 2]}, "area is zero"),
    ({"name": "polygon", "all_points_x": [3, 3, 3, 3], "all_points_y": [2, 2, 2, 2]}, "1 distinct point"),
    ({"name": "polygon", "all_points_x": [1, 5, 9], "all_points_y": [2, 2]}, "3 x but 2 y"),
    ({"name": "polygon", "all_points_x": [1, None, 9], "all_points_y": [2, 2, 3]}, "not finite|not numbers"),
    ({"name": "polygon", "all_points_x": [1, "x", 9], "all_points_y": [2, 2, 3]}, "not numbers"),
    ({"name": "point", "cx": 4, "cy": 4}, "'point' has no area"),
    ({"name": "circle", "cx": 4, "cy": 4, "r": 0}, "radius is 0"),
    ({"name": "circle", "cx": 4, "cy": 4}, "lacks 'r'"),
    ({"name": "rect", "x": 1, "y": 1, "width": 0, "height": 9}, "2 distinct points|area is zero"),
    ({}, "no shape"),
]


@pytest.mark.parametrize(("shape", "reason"), BAD_SHAPES)
def test_degenerate_shapes_are_left_out_and_noted(read, shape, reason):
    import re

    found = read(entry("a.png", [(SQUARE, {"class": "L1"}), (shape, {"class": "L1"})]))
    assert len(found.images["a.png"].cells) == 1
    assert any(re.search(reason, note) and "region 1" in note for note in found.notes), found.notes


def test_negative_coordinates_are_kept_and_noted(read):
    shape = {"name": "polygon", "all_points_x": [-4, 4, 4, -4], "all_points_y": [1, 1, 5, 5]}
    found = read(entry("a.png", [(shape, {})]))
    assert found.images["a.png"].cells[0].mask(8, 8).sum() == 16
    assert "beyond the left or upper edge" in found.notes[0]


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
def test_class_values(read, attributes, expected):
    assert read(entry("a.png", [(SQUARE, attributes)])).images["a.png"].cells[0].class_name == expected


def test_two_ticked_boxes_are_no_class_and_noted(read):
    found = read(
        entry("a.png", [(SQUARE, {"class": {"L1": True, "L2": True}}), (SQUARE, {"class": {"L1": True}})])
    )
    assert [cell.class_name for cell in found.images["a.png"].cells] == [None, "L1"]
    assert any("several boxes" in note for note in found.notes)


def test_guessed_attribute_is_noted_and_can_be_named(read):
    document = entry("a.png", [(SQUARE, {"name": "x", "stage": "L1"})])
    found = read(document)
    assert found.images["a.png"].cells[0].class_name == "x" and "several attributes" in found.notes[0]
    assert read(document, class_attribute="stage").images["a.png"].cells[0].class_name == "L1"
    assert read(document, class_attribute="Stage").images["a.png"].cells[0].class_name == "L1"
    with pytest.raises(InputError, match=r"via\.json: no region has the attribute 'grade'.*'stage'"):
        read(document, class_attribute="grade")


def test_image_label_from_file_attributes(read):
    assert read(entry("a.png", [], file_attributes={"label": "L2"})).images["a.png"].label == "L2"
    assert read(entry("a.png", [], file_attributes={"caption": "L2"})).images["a.png"].label is None


def test_key_that_does_not_match_gives_an_alias(read):
    document = {"real.jpg123": {"filename": "other.tif", "size": 123, "regions": [], "file_attributes": {}}}
    found = read(document)
    assert found.images["other.tif"].aliases == ("real.jpg",) and "real.jpg123" in found.notes[0]
    unsized = {"a.png-1": {"filename": "a.png", "size": -1, "regions": [], "file_attributes": {}}}
    assert read(unsized).images["a.png"].aliases == ()


def test_two_entries_of_one_image_are_joined_without_repeats(read):
    other = {"name": "rect", "x": 0, "y": 0, "width": 2, "height": 2}
    document = entry("a.png", [(SQUARE, {"class": "L1"})], size=1)
    document |= entry("a.png", [(SQUARE, {"class": "L1"}), (other, {"class": "L1"})], size=2)
    found = read(document)
    assert len(found.images["a.png"].cells) == 2 and "1 cells added, 1 repeated" in found.notes[0]


def test_a_key_given_twice_is_noted(tmp_path):
    one = json.dumps(entry("a.png", []))[1:-1]
    (tmp_path / "x.json").write_text("{" + one + "," + one + "}")
    assert any("twice" in note for note in read_annotations(tmp_path / "x.json").notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_encodings_and_non_ascii_names(read, encoding):
    name = "Müller é.png"
    assert list(read(entry(name, [(SQUARE, {})]), encoding).images) == [name]


def test_csv_export(tmp_path):
    import pandas as pd

    row = {
        "filename": "a.png",
        "file_size": 10,
        "file_attributes": "{}",
        "region_count": 1,
        "region_id": 0,
        "region_shape_attributes": json.dumps(SQUARE),
        "region_attributes": json.dumps({"class": "L1"}),
    }
    empty = {"filename": "b.png", "region_shape_attributes": "{}", "region_attributes": "{}"}
    pd.DataFrame([row, row | empty]).to_csv(tmp_path / "via.csv", index=False)
    found = read_annotations(tmp_path / "via.csv")
    assert found.format == "via_csv" and list(found.images) == ["a.png", "b.png"]
    assert found.images["a.png"].cells[0].class_name == "L1" and not found.images["b.png"].cells


def test_unusable_documents_are_explained(tmp_path, read):
    with pytest.raises(InputError, match="VIA 3"):
        read({"project": {}, "config": {}, "file": {}, "view": {}, "metadata": {}})
    with pytest.raises(InputError, match="format is not known"):
        read({"hello": 1})
    with pytest.raises(InputError, match="format is not known"):
        read([1, 2])
    with pytest.raises(InputError, match="no text 'filename'"):
        read({"_via_img_metadata": {"a": {"regions": []}}})
    (tmp_path / "boxes.xml").write_text("<annotation/>")
    with pytest.raises(InputError, match="boxes, not outlines"):
        read_annotations(tmp_path / "boxes.xml")
    with pytest.raises(InputError, match="no such file"):
        read_annotations(tmp_path / "gone.json")


# ------------------------------------------------------------------------------------------ the wild

WILD = [
    ("v1_cells_115CellCount_train.json", "via1", 8, 279, []),
    ("v1_cells_min20120907.json", "via1", 15, 181, ["cel", "cell"]),
    ("v2_cells_sand9756_train.json", "via2", 3, 103, ["Cell"]),
    ("v2_export_cellprofiler_test.json", "via2", 9, 87, ["Death", "Deformed", "Healthy"]),
    ("v2_project_cellprofiler_test.json", "via2", 9, 87, ["Death", "Deformed", "Healthy"]),
    ("v2_odd_xingchen.json", "via2", 2, 2, ["bird", "human"]),
]


@pytest.mark.parametrize(("name", "kind", "images", "cells", "classes"), WILD)
def test_files_from_the_wild(shared_dir, name, kind, images, cells, classes):
    found = read_annotations(shared_dir / "data" / "via" / name)
    assert (found.format, len(found.images), found.n_cells, found.class_names) == (
        kind,
        images,
        cells,
        classes,
    )
    for image in found.images.values():
        for cell in image.cells:
            bounds = cell.bounds()
            assert cell.mask(int(bounds[3]) + 2, int(bounds[2]) + 2).any()


def test_wild_oddities_are_noted(shared_dir):
    folder = shared_dir / "data" / "via"
    notes = read_annotations(folder / "v1_cells_min20120907.json").notes
    assert sum("beyond the left or upper edge" in note for note in notes) == 5
    assert any(note.startswith("1 cells have no class") for note in notes)
    alias = read_annotations(folder / "v2_cells_sand9756_train.json").images
    assert all(image.aliases == (f"{image.file_name} (RGB).jpg",) for image in alias.values())


def test_project_equals_its_export_in_the_wild(shared_dir):
    folder = shared_dir / "data" / "via"
    a = read_annotations(folder / "v2_project_cellprofiler_test.json")
    b = read_annotations(folder / "v2_export_cellprofiler_test.json")
    for name in a.images:
        for x, y in zip(a.images[name].cells, b.images[name].cells, strict=True):
            assert x.class_name == y.class_name and np.array_equal(x.polygons[0], y.polygons[0])


def test_our_own_outlines_of_real_blasts(shared_dir):
    found = read_annotations(shared_dir / "data" / "peybey_all" / "annotations_via.json")
    counts = {name: len(image.cells) for name, image in found.images.items()}
    assert sum(counts.values()) == 30 and found.class_names == ["L1/L2", "L3"] and not found.notes
    areas = [cell.mask(2592, 3872).sum() for cell in found.images["11.jpg"].cells]
    assert all(20_000 < area < 600_000 for area in areas), areas


def test_csv_export_of_via_1_has_a_hash_before_its_header(tmp_path):
    path = tmp_path / "via.csv"
    path.write_text(
        "#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
        'a.png,10,"{}",1,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":4,""height"":3}","{""class"":""L1""}"\n'
    )
    (cell,) = read_annotations(path).images["a.png"].cells
    assert cell.class_name == "L1" and cell.mask(8, 8).sum() == 12
