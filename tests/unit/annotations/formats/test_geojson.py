"""GeoJSON, as QuPath and others write it."""

import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

from ..documents import OUTER, classes, reasons, write


def feature(coordinates, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def ring(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]


def test_geojson_of_qupath(tmp_path):
    features = [
        feature([ring(0, 0, 6, 6), ring(1, 1, 3, 3)], classification={"name": "L1", "color": [1, 2, 3]}),
        feature([[ring(0, 0, 2, 2)], [ring(4, 4, 6, 6)]], "MultiPolygon", classification={"names": ["L2"]}),
        feature([1, 2], "Point"),
        feature([ring(0, 0, 0, 0)]),
    ]
    for number, document in enumerate([{"type": "FeatureCollection", "features": features}, features]):
        path = write(tmp_path / f"slide {number}.geojson", document)
        found = read_annotations(path)
        cells = found.images[f"slide {number}"].cells
        assert found.format == "geojson" and [c.class_name for c in cells] == ["L1", "L2"]
        assert [c.mask(8, 8).sum() for c in cells] == [32, 8]
        assert any("Point has no area" in n for n in found.notes)
    single = write(tmp_path / "one.geojson", feature([ring(0, 0, 6, 6)], stage="L3"))
    assert read_annotations(single, class_attribute="stage").images["one"].cells[0].class_name == "L3"
    with pytest.raises(InputError, match="'features' is not a list"):
        read_annotations(write(single, {"type": "FeatureCollection"}))


def test_an_island_in_a_hole_is_part_of_the_cell(tmp_path):
    parts = [[ring(0, 0, 8, 8), ring(2, 2, 6, 6)], [ring(3, 3, 5, 5)]]
    document = feature(parts, "MultiPolygon", classification={"name": "L1"})
    (cell,) = read_annotations(write(tmp_path / "a.geojson", document)).images["a"].cells
    mask = cell.mask(8, 8)
    assert mask.sum() == 64 - 16 + 4 and mask[3:5, 3:5].all() and not mask[2, 2:6].any()


def annotation(points, name=None):
    classification = {"classification": {"name": name}} if name else {}
    return feature([[*points, points[0]]], objectType="annotation", **classification)


def test_an_annotation_without_a_class_around_classified_ones_is_a_field(tmp_path):
    field = [[0, 0], [100, 0], [100, 90], [0, 90]]
    moved = [[x + 40, y + 30] for x, y in OUTER]
    features = [annotation(field), annotation(OUTER, "L1"), annotation(moved, "L2")]
    path = write(tmp_path / "a.geojson", {"type": "FeatureCollection", "features": features})
    found = read_annotations(path)
    assert classes(found) == ["L1", "L2"]
    assert list(reasons(found).values()) == ["an annotation that encloses 2 cells is a field, not a cell"]
    alone = write(tmp_path / "b.geojson", {"type": "FeatureCollection", "features": features[:2]})
    assert len(classes(read_annotations(alone))) == 2  # a cell with its nucleus looks the same


@pytest.mark.parametrize("name", ["a.ome.tif - a", "a.PNG - Series 12", "a.tif - 20x_01"])
def test_qupath_adds_the_name_of_the_series(tmp_path, name):
    document = {"type": "FeatureCollection", "features": [annotation(OUTER)]}
    (image,) = read_annotations(write(tmp_path / f"{name}.geojson", document)).images.values()
    assert image.file_name == name.split(" - ")[0] and name in image.aliases
