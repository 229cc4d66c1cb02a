"""Hand on the detections of a study in forms that other tools, and `segmenter.source: external`, read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blastvote import io
from blastvote.errors import InputError
from blastvote.external.label_maps import write_label_maps

FORMATS = ("coco", "label_maps")


def export_detections(results: Path, out: Path, form: str, class_names: Sequence[str]) -> str:
    """Write the detections of every run below a new folder.

    Parameters
    ----------
    results
        Results of a study.
    out
        A new folder: receives ``{method}/seed{seed}/fold{fold}.json``, or a folder of label maps of that name.
    form
        One of `FORMATS`.
    class_names
        Of the study, in their order.

    Returns
    -------
    str
        The pattern for ``segmenter.detections``.

    Raises
    ------
    InputError
        If there are no detections, `out` exists, or cells overlap that label maps cannot hold.
    """
    files = sorted(results.glob("runs/*/seed*/fold*/detections.json"))
    if not files:
        raise InputError(f"{results}: holds no runs/*/seed*/fold*/detections.json. Run the workflow first.")
    if out.exists():
        raise InputError(f"{out} exists already. Name a new folder.")
    for file in files:
        target = out.joinpath(*file.parts[-4:-1])
        entries = io.read_json(file)
        if form == "coco":
            io.write_json(target.with_suffix(".json"), entries, indent=None)
        else:
            write_label_maps(target, entries, class_names, str(file))
    return f"{out}/{{method}}/seed{{seed}}/fold{{fold}}" + (".json" if form == "coco" else "")
