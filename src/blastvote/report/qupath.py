"""The detections of a run as GeoJSON for QuPath: one file an image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from blastvote.annotations.geojson_export import ExportedCell, write_geojson
from blastvote.evaluate.scoring.detections import Detections, check_classes
from blastvote.figures.palette import class_colours, rgb


def export_detections(
    folder: Path,
    detections: Detections,
    image_ids: Iterable[str],
    class_names: Sequence[str],
    score_threshold: float,
) -> None:
    """Write ``{image_id}.geojson`` for each image, also where nothing was found.

    Parameters
    ----------
    folder
        Receives the files; it is made where it does not exist.
    detections
        Of one run.
    image_ids
        The images to write.
    class_names
        Names of the categories 1..K; each has the colour that it has in the figures.
    score_threshold
        Least score of a cell, inclusive.

    Raises
    ------
    InputError
        For a category beyond the classes.
    """
    check_classes(detections, class_names)
    colours = {name: rgb(colour) for name, colour in class_colours(class_names).items()}
    rows_of, none = detections.of_image(), np.zeros(0, dtype=np.intp)
    class_index, scores = detections.frame["class_index"].to_numpy(), detections.frame["score"].to_numpy()
    for image_id in image_ids:
        cells = [
            ExportedCell(class_names[class_index[row]], detections.rles[row], float(scores[row]))
            for row in rows_of.get(image_id, none)
            if scores[row] >= score_threshold
        ]
        write_geojson(folder / f"{image_id}.geojson", cells, colours)
