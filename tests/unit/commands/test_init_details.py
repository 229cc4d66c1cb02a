"""What `init` tells from the data alone: how pixels are read, what masks mean, which attribute is the class."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image

from blastvote import io
from blastvote.annotations.read import read_annotations
from blastvote.cli import main
from blastvote.simulate import SimulationSettings, write_dataset

SETTINGS = SimulationSettings(
    width=160, height=128, pixel_size_um=0.2, images_per_class=3, images_per_patient=1, seed=8, cells=(2, 3)
)


@pytest.fixture(scope="module")
def smears(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smears")
    write_dataset(folder, SETTINGS)
    return folder


@pytest.fixture
def folder(smears: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder below the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("hospital/photos").mkdir(parents=True)
    return Path("hospital")


def photographs(smears: Path) -> dict[str, np.ndarray]:
    return {path.stem: io.read_image(path) for path in sorted((smears / "images").iterdir())}


def label_maps(smears: Path) -> dict[str, np.ndarray]:
    maps = {}
    for name, image in read_annotations(smears / "annotations_via.json").images.items():
        labels = np.zeros((SETTINGS.height, SETTINGS.width), np.uint8)
        for number, cell in enumerate(image.cells, start=1):
            labels[cell.mask(*labels.shape)] = number
        maps[Path(name).stem] = labels
    return maps


def proposed(folder: Path) -> dict:
    """Return the configuration that `blastvote init` writes after it tried it as a dry run would."""
    assert main(["init", str(folder), "--yes"]) == 0
    return yaml.safe_load(Path("study.yaml").read_text(encoding="utf-8"))


def test_outlines_of_the_stored_pixels_and_bits_that_are_not_used(folder, smears, capsys):
    exif = Image.Exif()
    exif[0x0112] = 3
    for name, pixels in photographs(smears).items():
        grey = (pixels.mean(axis=2) * 4095 / 255).astype(np.uint16)
        Image.fromarray(grey).save(folder / f"photos/{name}.png", exif=exif)
    for name, labels in label_maps(smears).items():
        io.write_image(folder / f"masks/{name}.png", labels)
    dataset = proposed(folder)["dataset"]
    assert (dataset["exif"], dataset["white_level"]) == ("ignore", 4095)
    told = capsys.readouterr().out
    assert "fit their pixels as stored" in told and "12 bits are used" in told


@pytest.mark.parametrize("way", ["jpeg", "smoothed"])
def test_masks_whose_values_are_no_cells_are_read_by_their_pieces(folder, smears, way):
    for name, pixels in photographs(smears).items():
        io.write_image(folder / f"photos/{name}.png", pixels)
    for name, labels in label_maps(smears).items():
        mask = (labels > 0).astype(np.uint8) * 255
        if way == "jpeg":
            io.write_image(folder / f"masks/{name}.jpg", mask)
        else:
            io.write_image(folder / f"masks/{name}.png", cv2.GaussianBlur(mask, (0, 0), 1.2))
    assert proposed(folder)["dataset"]["masks"] == "components"


def test_a_photograph_without_a_mask_is_left_out_and_doubts_are_told(folder, smears, capsys):
    maps = label_maps(smears)
    for name, pixels in photographs(smears).items():
        io.write_image(folder / f"photos/{name}.png", pixels)
    gone = sorted(maps)[0]
    for name, labels in maps.items():
        if name != gone:
            labels[5:15, 5:15] = 30
            labels[100:110, 100:110] = 30
            io.write_image(folder / f"masks/{name}.png", labels)
    config = proposed(folder)
    assert config["dataset"]["unlabelled"] == "leave_out" and config["classes"] == ["cell"]
    told = capsys.readouterr().out
    assert "photographs without a mask image are left out" in told
    assert "too few images to tell classes apart, so all cells are of one: class_1 (0 images)" in told
    assert "look at: doubt while reading annotations or tables (1): 1 images without cells" in told


def test_the_class_may_be_in_an_attribute(folder, smears):
    for name, pixels in photographs(smears).items():
        io.write_image(folder / f"photos/{name}.png", pixels)
    lines = []
    for name, image in read_annotations(smears / "annotations_via.json").images.items():
        shapes = "".join(
            f'<polygon label="cell" points="{";".join(f"{x},{y}" for x, y in cell.polygons[0])}">'
            f'<attribute name="note">x</attribute><attribute name="fab">{cell.class_name}</attribute></polygon>'
            for cell in image.cells
        )
        lines.append(f'<image name="{name}" width="160" height="128">{shapes}</image>')
    (folder / "cvat.xml").write_text(f"<annotations>{''.join(lines)}</annotations>", encoding="utf-8")
    config = proposed(folder)
    assert config["dataset"]["class_attribute"] == "fab" and config["classes"] == ["L1", "L2", "L3"]


def test_too_few_photographs_are_named(folder, smears, capsys):
    """Classes that differ by capitals, of two photographs: all cells become one class, and the number is the cause."""
    maps = label_maps(smears)
    for name in sorted(maps)[:2]:
        io.write_image(folder / f"photos/{name}.png", photographs(smears)[name])
    via = json.loads((smears / "annotations_via.json").read_text(encoding="utf-8"))
    entries = {key: entry for key, entry in via.items() if Path(entry["filename"]).stem in sorted(maps)[:2]}
    for entry in entries.values():
        for number, region in enumerate(entry["regions"]):
            region["region_attributes"] = {"subtype": ("L1", "l1", "L-1")[number % 3]}
        entry["file_attributes"] = {}
    (folder / "via.json").write_text(json.dumps(entries), encoding="utf-8")
    assert main(["init", str(folder), "--yes"]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "hospital: 2 of its photographs can be used, but a study needs 3 or more" in told
    assert "`blastvote check hospital/photos --annotations hospital/via.json`" in told


def test_a_file_of_no_known_format_is_named(folder, smears, capsys):
    for name, pixels in photographs(smears).items():
        io.write_image(folder / f"photos/{name}.png", pixels)
    (folder / "cells.json").write_text(json.dumps({"cells": [1, 2]}), encoding="utf-8")
    assert main(["init", str(folder), "--yes"]) == 1
    assert (
        "nothing that outlines cells (hospital/cells.json: the format is not known" in capsys.readouterr().err
    )


def test_one_name_for_all_cells_and_a_table_of_labels(folder, smears, capsys):
    """The cells tell no classes apart; a backup of the annotations and a workbook lie beside, and are told."""
    for name, pixels in photographs(smears).items():
        io.write_image(folder / f"photos/{name}.png", pixels)
    via = json.loads((smears / "annotations_via.json").read_text(encoding="utf-8"))
    for entry in via.values():
        entry["file_attributes"] = {}
        for region in entry["regions"]:
            region["region_attributes"] = {"subtype": "blast"}
    for file in ("via.json", "via_old.json"):
        (folder / file).write_text(json.dumps(via), encoding="utf-8")
    lines = "".join(f"{name},{name[:2]}\n" for name in photographs(smears))
    (folder / "labels.csv").write_text("image,label\n" + lines)
    (folder / "patients.xlsx").write_bytes(b"PK\x03\x04")
    config = proposed(folder)
    assert config["classes"] == ["L1", "L2", "L3"]
    assert config["dataset"]["class_aliases"] == {"blast": "image_label"}
    told = " ".join(capsys.readouterr().out.split())
    assert "hospital/patients.xlsx is a workbook and was not read" in told
    assert "hospital/via_old.json (21 cells) outline as many photographs and were not taken" in told
