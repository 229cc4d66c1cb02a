"""The pixel size of each photograph of a study: a number, a column of the sheet, the files' tags, or the red cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.dataset.source.photo_sets import Source
from blastvote.errors import InputError
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.scale.pixel_size import PixelSize
from blastvote.scale.tags import tagged_pixel_size
from blastvote.wording import suggest

COLUMNS = ["image_id", "pixel_size_um", "uncertainty", "source", "red_cells"]
FROM_PIXELS = ("metadata", "auto")
"""Values of ``dataset.pixel_size_um`` for which the photographs are opened; other text names a column of the sheet."""
LEAST_UM, MOST_UM = 0.005, 5.0


def stated_sizes(source: Source, dataset: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the pixel sizes in micrometres that are known without opening a photograph, by image id.

    Returns
    -------
    dict or None
        Empty where ``dataset.pixel_size_um`` is; None where photographs must be opened.

    Raises
    ------
    InputError
        If a column is named and there is no sheet that has it, or a value is no pixel size.
    """
    if dataset["source"] == "simulated":
        return dict.fromkeys(source.images, float(dataset["simulated"]["pixel_size_um"]))
    stated = dataset["pixel_size_um"]
    if stated in FROM_PIXELS:
        return None
    if stated == "":
        return {}
    if not isinstance(stated, str):
        return dict.fromkeys(source.images, float(stated))
    return _of_column(source, dataset["images"], stated)


def pixel_size_table(source: Source, dataset: Mapping[str, Any]) -> pd.DataFrame:
    """Return the pixel size of every image; photographs are read one after the other, and only where needed.

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS`, sorted by ``image_id``; no row where nothing is known.

    Raises
    ------
    InputError
        As `stated_sizes`; or if a photograph tells no pixel size.
    """
    stated = stated_sizes(source, dataset)
    images = source.images
    if stated is None:
        sizes = PixelSizes(dataset["pixel_size_um"], list(images.values()), source.reading)
        found = {image_id: sizes.of(path) for image_id, path in images.items()}
    else:
        found = {image_id: PixelSize(um) for image_id, um in stated.items()}
    rows = [(i, round(s.um, 6), round(s.uncertainty, 4), s.source, s.cells) for i, s in found.items()]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("image_id").reset_index(drop=True)


def read_pixel_sizes(path: str | Path) -> dict[str, float]:
    """Return the pixel size in micrometres by image id of a file that holds a `pixel_size_table`."""
    table = io.read_table(path, required=COLUMNS)
    sizes = io.numbers(path, table, "pixel_size_um", "Delete the file and run again.")
    return dict(zip(table["image_id"], sizes, strict=True))


def with_pixel_sizes(
    manifest: pd.DataFrame, dataset: Mapping[str, Any], files: Sequence[str]
) -> pd.DataFrame:
    """Add the column ``pixel_size_um`` to a manifest, for distances in micrometres; NaN where unknown.

    Parameters
    ----------
    manifest
        With the columns ``image_id`` and ``path``.
    dataset
        The configuration's section ``dataset``.
    files
        The study's table of pixel sizes, where it has one. Else simulated smears have the size of the configuration,
        and of photographs the tags of TIFF files tell.
    """
    if files:
        return manifest.assign(pixel_size_um=manifest["image_id"].map(read_pixel_sizes(files[0])))
    if dataset["source"] == "simulated":
        return manifest.assign(pixel_size_um=float(dataset["simulated"]["pixel_size_um"]))
    sizes = [tagged_pixel_size(Path(path)) for path in manifest["path"]]
    return manifest.assign(pixel_size_um=[size.um if size else float("nan") for size in sizes])


def _of_column(source: Source, images: Any, column: str) -> dict[str, float]:
    """Read a column of the sheets that list the photographs."""
    sheets = [images] if isinstance(images, str) else list(images)
    if not all(str(sheet).lower().endswith(".csv") for sheet in sheets):
        raise InputError(
            f"Config key 'dataset.pixel_size_um' is {column!r}, a column of a sheet, but 'dataset.images' is no sheet "
            "(CSV). Give micrometres, 'metadata' or 'auto', or list the photographs in a sheet."
        )
    by_path = {path: image_id for image_id, path in source.images.items()}
    sizes: dict[str, float] = {}
    for sheet in sheets:
        table = io.read_table(sheet, required=["path"])
        if column not in table:
            raise InputError(
                f"{sheet}: has no column {column!r}, which config key 'dataset.pixel_size_um' names."
                f"{suggest(column, list(table.columns))} Columns: {', '.join(table.columns)}."
            )
        for line, (value, path) in enumerate(zip(table[column], table["path"], strict=True), start=2):
            image_id = by_path.get(Path(sheet).parent / path)
            if image_id is not None:  # images that an alias leaves out need none
                sizes[image_id] = _micrometres(value, f"{sheet}: line {line}, column {column!r}")
    return sizes


def _micrometres(value: str, where: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not LEAST_UM <= number <= MOST_UM:
        raise InputError(f"{where} is {value!r}; expected micrometres a pixel, from {LEAST_UM} to {MOST_UM}.")
    return number
