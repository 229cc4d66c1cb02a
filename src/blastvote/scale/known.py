"""Which pixel sizes of a study are known without guessing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.scale.pixel_size import tagged_pixel_size


def with_pixel_sizes(manifest: pd.DataFrame, dataset: Mapping[str, Any]) -> pd.DataFrame:
    """Add the column ``pixel_size_um`` to a manifest; NaN where unknown.

    Simulated smears have the size that the configuration gives them; of photographs, the tags of TIFF files tell.

    Parameters
    ----------
    manifest
        With the column ``path``.
    dataset
        The configuration's section ``dataset``.
    """
    if dataset["source"] == "simulated":
        return manifest.assign(pixel_size_um=float(dataset["simulated"]["pixel_size_um"]))
    sizes = [tagged_pixel_size(Path(path)) for path in manifest["path"]]
    return manifest.assign(pixel_size_um=[size.um if size else float("nan") for size in sizes])
