"""Files on disk: ids known beforehand, batches in any order, VIA 2 structure, labels."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from blastvote.annotations import read_annotations
from blastvote.annotations.shapes.raster import rasterise
from blastvote.errors import InputError
from blastvote.io import read_image
from blastvote.simulate import (
    SimulationSettings,
    image_ids,
    labels_frame,
    merge_via,
    patient_of,
    simulate_id,
    write_dataset,
    write_image_files,
)
from blastvote.simulate.placement import place_blasts
from blastvote.simulate.via import mask_polygon

SMALL = SimulationSettings(
    width=128, height=96, pixel_size_um=0.4, images_per_class=3, images_per_patient=2, seed=7
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    write_dataset(folder, SMALL)
    return folder


def test_ids_are_known_without_simulating(dataset):
    ids = image_ids(SMALL)
    assert ids == [f"{name}_{i:04d}" for name in ("L1", "L2", "L3") for i in (1, 2, 3)]
    assert sorted(p.name for p in (dataset / "images").iterdir()) == [f"{i}.png" for i in ids]


def test_files_hold_what_is_simulated(dataset):
    for image_id in image_ids(SMALL):
        picture = simulate_id(image_id, SMALL)
        assert np.array_equal(read_image(dataset / "images" / f"{image_id}.png"), picture.image)


def test_batches_in_any_order_give_the_same_bytes(dataset, tmp_path):
    ids = image_ids(SMALL)
    parts = [write_image_files(tmp_path, SMALL, batch) for batch in (ids[5:], ids[2:5][::-1], ids[:2])]
    for image_id in ids:
        name = f"{image_id}.png"
        assert (tmp_path / name).read_bytes() == (dataset / "images" / name).read_bytes()
    assert merge_via(parts) == json.loads((dataset / "annotations_via.json").read_text())
    assert list(merge_via(parts)) == list(merge_via(parts[::-1]))


def test_more_images_leave_the_first_as_they_are():
    more = dataclasses.replace(SMALL, images_per_class=9)
    assert np.array_equal(simulate_id("L2_0002", SMALL).image, simulate_id("L2_0002", more).image)


def test_seed_changes_the_images():
    other = dataclasses.replace(SMALL, seed=8)
    assert not np.array_equal(simulate_id("L2_0002", SMALL).image, simulate_id("L2_0002", other).image)


def test_via_structure_and_polygons(dataset):
    via = json.loads((dataset / "annotations_via.json").read_text())
    assert len(via) == len(image_ids(SMALL))
    for key, entry in via.items():
        path = dataset / "images" / entry["filename"]
        assert key == f"{entry['filename']}{path.stat().st_size}"
        picture = simulate_id(path.stem, SMALL)
        assert entry["file_attributes"] == {
            "label": picture.label,
            "patient_id": patient_of(path.stem, SMALL),
        }
        assert [r["region_attributes"]["subtype"] for r in entry["regions"]] == list(picture.class_names)
        for i, region in enumerate(entry["regions"]):
            shape = region["shape_attributes"]
            assert shape["name"] == "polygon"
            points = np.stack([shape["all_points_x"], shape["all_points_y"]], 1).astype(np.int32)
            assert np.array_equal(rasterise([points], 96, 128), picture.masks[..., i])


def test_annotations_read_back_exactly(dataset):
    """The workflow reads the simulated files by the same path as anybody's: nothing may be lost on it."""
    images = read_annotations(dataset / "annotations_via.json", class_attribute="subtype").images
    assert sorted(images) == [f"{i}.png" for i in image_ids(SMALL)]
    for name, image in images.items():
        picture = simulate_id(name.removesuffix(".png"), SMALL)
        assert image.label == picture.label
        assert [cell.class_name for cell in image.cells] == list(picture.class_names)
        for i, cell in enumerate(image.cells):
            assert np.array_equal(cell.mask(96, 128), picture.masks[..., i])


def test_polygon_of_a_mask_that_touches_itself_across_a_corner():
    mask = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [1, 1, 1, 1]], bool)
    assert np.array_equal(rasterise([mask_polygon(mask)], 4, 4), mask)


@pytest.mark.parametrize("label", ["L1", "L2", "L3"])
def test_polygons_give_crowded_masks_back(label):
    crowded = dataclasses.replace(SMALL, cells=(20, 40))
    for seed in range(6):
        _, masks = place_blasts(np.random.default_rng(seed), label, crowded)
        for i in range(masks.shape[2]):
            assert np.array_equal(rasterise([mask_polygon(masks[..., i])], 96, 128), masks[..., i])


def test_labels_and_patients(dataset):
    labels = pd.read_csv(dataset / "labels.csv")
    pd.testing.assert_frame_equal(labels, labels_frame(SMALL), check_dtype=False)
    assert labels.columns.tolist() == ["image_id", "label", "patient_id"]
    assert labels.groupby("patient_id")["label"].nunique().max() == 1
    assert labels["patient_id"].value_counts().max() == 2


def test_images_of_a_patient_share_stain_and_camera():
    """The empty slide has the same tint within a patient; between patients it differs."""
    settings = dataclasses.replace(
        SMALL, width=256, height=192, images_per_class=8, lighting_severity=0.0, cells=(1, 2)
    )
    tint = {}
    for label in ("L1", "L2", "L3"):
        for number in range(1, 9):
            image_id = f"{label}_{number:04d}"
            white = np.percentile(simulate_id(image_id, settings).image.reshape(-1, 3), 95, axis=0)
            tint.setdefault(patient_of(image_id, settings), []).append(white[2] / white[0])
    within = np.mean([np.ptp(v) for v in tint.values()])
    between = np.std([np.mean(v) for v in tint.values()])
    assert between > 2 * within


def test_jpeg_files(tmp_path):
    settings = dataclasses.replace(SMALL, images_per_class=1, image_format="jpg")
    via = write_image_files(tmp_path, settings)
    assert sorted(e["filename"] for e in via.values()) == ["L1_0001.jpg", "L2_0001.jpg", "L3_0001.jpg"]
    saved = read_image(tmp_path / "L1_0001.jpg").astype(float)
    assert np.abs(saved - simulate_id("L1_0001", settings).image).mean() < 4


@pytest.mark.parametrize("image_id", ["L1_0004", "L1_0000", "L4_0001", "L1_1", "L1_0001.png", ""])
def test_unknown_id_names_what_exists(image_id, tmp_path):
    with pytest.raises(InputError, match="L3_0003"):
        write_image_files(tmp_path, SMALL, [image_id])
    assert not list(tmp_path.iterdir())


def test_one_image_in_two_batches(tmp_path):
    part = write_image_files(tmp_path, SMALL, ["L1_0001"])
    with pytest.raises(InputError, match=r"L1_0001\.png is in two batches"):
        merge_via([part, part])
