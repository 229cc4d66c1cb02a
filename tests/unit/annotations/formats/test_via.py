"""VIA 1 and 2: exports, projects, CSV files; entries of images, their keys and encodings."""

import json

import numpy as np
import pandas as pd
import pytest

from blastvote.annotations import read_annotations

from ..documents import read, via_entry

SQUARE = {"name": "polygon", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 6, 6]}


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_give_the_same_cells(tmp_path, version):
    found = read(tmp_path, via_entry("a.png", [(SQUARE, {"class": "L1"})], version=version))
    assert found.format == f"via{version}"
    (cell,) = found.images["a.png"].cells
    assert cell.class_name == "L1" and cell.mask(8, 8).sum() == 16 and cell.mask(8, 8)[2:6, 1:5].all()


def test_project_and_export_are_equal(tmp_path):
    images = via_entry("a.png", [(SQUARE, {"class": "L1"})])
    project = {"_via_settings": {}, "_via_img_metadata": images, "_via_attributes": {}}
    a, b = read(tmp_path, images).images["a.png"], read(tmp_path, project).images["a.png"]
    assert np.array_equal(a.cells[0].polygons[0], b.cells[0].polygons[0])
    assert read(tmp_path, {"_via_settings": {}, "_via_img_metadata": {}}).images == {}


def test_image_label_from_file_attributes(tmp_path):
    assert (
        read(tmp_path, via_entry("a.png", [], file_attributes={"label": "L2"})).images["a.png"].label == "L2"
    )
    assert (
        read(tmp_path, via_entry("a.png", [], file_attributes={"caption": "L2"})).images["a.png"].label
        is None
    )


def test_key_that_does_not_match_gives_an_alias(tmp_path):
    document = {"real.jpg123": {"filename": "other.tif", "size": 123, "regions": [], "file_attributes": {}}}
    found = read(tmp_path, document)
    assert found.images["other.tif"].aliases == ("real.jpg",) and "real.jpg123" in found.notes[0]
    unsized = {"a.png-1": {"filename": "a.png", "size": -1, "regions": [], "file_attributes": {}}}
    assert read(tmp_path, unsized).images["a.png"].aliases == ()


def test_two_entries_of_one_image_are_joined_without_repeats(tmp_path):
    other = {"name": "rect", "x": 0, "y": 0, "width": 2, "height": 2}
    document = via_entry("a.png", [(SQUARE, {"class": "L1"})], size=1)
    document |= via_entry("a.png", [(SQUARE, {"class": "L1"}), (other, {"class": "L1"})], size=2)
    found = read(tmp_path, document)
    assert len(found.images["a.png"].cells) == 2 and "1 cells added, 1 repeated" in found.notes[0]


def test_a_key_given_twice_is_noted(tmp_path):
    one = json.dumps(via_entry("a.png", []))[1:-1]
    (tmp_path / "x.json").write_text("{" + one + "," + one + "}")
    assert any("twice" in note for note in read_annotations(tmp_path / "x.json").notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_encodings_and_non_ascii_names(tmp_path, encoding):
    name = "Müller é.png"
    path = tmp_path / "via.json"
    path.write_bytes(json.dumps(via_entry(name, [(SQUARE, {})]), ensure_ascii=False).encode(encoding))
    assert list(read_annotations(path).images) == [name]


def test_csv_export(tmp_path):
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


def test_csv_export_of_via_1_has_a_hash_before_its_header(tmp_path):
    path = tmp_path / "via.csv"
    path.write_text(
        "#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
        'a.png,10,"{}",1,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":4,""height"":3}","{""class"":""L1""}"\n'
    )
    (cell,) = read_annotations(path).images["a.png"].cells
    assert cell.class_name == "L1" and cell.mask(8, 8).sum() == 12
