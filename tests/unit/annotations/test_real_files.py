"""Annotation files and mask images that others have made, and our own outlines of real blasts."""

import numpy as np
import pytest

from blastvote.annotations import read_annotations

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


def test_real_masks(shared_dir):
    found = read_annotations(shared_dir / "data" / "zxaoyou_wbc" / "Dataset 2")
    assert len(found.images) == 60
    values = [{cell.attributes["value"] for cell in image.cells} for image in found.images.values()]
    assert sum(v <= {128, 255} for v in values) == 56  # four masks have stray grey levels
