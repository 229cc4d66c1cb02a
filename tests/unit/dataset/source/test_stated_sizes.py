"""Where the pixel size of a study's photographs comes from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from blastvote.dataset.source.pixel_sizes import (
    pixel_size_table,
    read_pixel_sizes,
    stated_sizes,
    with_pixel_sizes,
)
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError
from blastvote.io import write_csv

CLASSES = ["L1", "L2"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, resolution in ((1, 100000), (2, 50000)):
        picture = Image.fromarray(np.full((40, 40, 3), 200, np.uint8))
        picture.save(tmp_path / f"p{number}.tif", resolution=resolution, resolution_unit=3)
    (tmp_path / "sheet.csv").write_text("path,label,um\np1.tif,L1,0.1\np2.tif,L2,0.2\n", encoding="utf-8")
    return tmp_path


def dataset(folder: Path, size: object, images: str = "") -> dict:
    return {"source": "local", "images": images or str(folder), "pixel_size_um": size}


def table(section: dict) -> dict[str, float]:
    found = pixel_size_table(open_source(section, CLASSES), section)
    return dict(zip(found["image_id"], found["pixel_size_um"], strict=True))


def test_a_number_counts_for_all(folder: Path) -> None:
    assert table(dataset(folder, 0.07)) == {"p1": 0.07, "p2": 0.07}


def test_a_column_of_the_sheet(folder: Path) -> None:
    assert table(dataset(folder, "um", str(folder / "sheet.csv"))) == {"p1": 0.1, "p2": 0.2}


def test_the_tags_of_the_files(folder: Path, tmp_path: Path) -> None:
    section = dataset(folder, "metadata")
    assert stated_sizes(open_source(section, CLASSES), section) is None
    assert table(section) == pytest.approx({"p1": 0.1, "p2": 0.2})
    write_csv(tmp_path / "sizes.csv", pixel_size_table(open_source(section, CLASSES), section))
    assert read_pixel_sizes(tmp_path / "sizes.csv") == pytest.approx({"p1": 0.1, "p2": 0.2})


def test_no_tags(folder: Path) -> None:
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(folder / "p3.png")
    with pytest.raises(InputError, match=r"p3\.png: has no OME.*tag"):
        table(dataset(folder, "metadata"))


def test_nothing_is_known(folder: Path) -> None:
    assert stated_sizes(open_source(dataset(folder, ""), CLASSES), dataset(folder, "")) == {}


@pytest.mark.parametrize(
    ("column", "images", "told"),
    [
        ("size", "sheet.csv", r"no column 'size'.*Columns: path, label, um"),
        ("um", "", r"a column of a sheet, but 'dataset\.images' is no sheet"),
        ("label", "sheet.csv", r"line 2, column 'label' is 'L1'; expected micrometres"),
    ],
)
def test_columns_that_say_nothing(folder: Path, column: str, images: str, told: str) -> None:
    section = dataset(folder, column, str(folder / images) if images else "")
    with pytest.raises(InputError, match=told):
        stated_sizes(open_source(section, CLASSES), section)


def test_the_manifest_gets_what_is_known(folder: Path) -> None:
    manifest = pd.DataFrame(
        {"image_id": ["p1", "p2", "p3"], "path": [folder / "p1.tif", folder / "p2.tif", folder / "sheet.csv"]}
    )
    tagged = with_pixel_sizes(manifest, dataset(folder, ""), [])
    assert tagged["pixel_size_um"].tolist() == pytest.approx([0.1, 0.2, np.nan], nan_ok=True)
    simulated = {"source": "simulated", "simulated": {"pixel_size_um": 0.16}}
    assert with_pixel_sizes(manifest, simulated, [])["pixel_size_um"].tolist() == [0.16] * 3
    source = open_source(dataset(folder, 0.3), CLASSES)
    write_csv(folder / "sizes.csv", pixel_size_table(source, dataset(folder, 0.3)))
    stated = with_pixel_sizes(manifest, simulated, [str(folder / "sizes.csv")])
    assert stated["pixel_size_um"].tolist() == pytest.approx([0.3, 0.3, np.nan], nan_ok=True)
