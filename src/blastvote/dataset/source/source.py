"""Where images, annotations, labels and patients come from, known without reading pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.annotations.mask_images.colours import parse_colour
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.dataset.source.classes import check_aliases
from blastvote.dataset.source.image_ids import assign_ids, safe_id
from blastvote.dataset.source.labels.read import read_labels
from blastvote.dataset.source.labels.tables import LABEL_COLUMNS, PATIENT_COLUMNS
from blastvote.dataset.source.labels.unlabelled import without_unlabelled
from blastvote.dataset.source.patterns import is_pattern, path_exists, split_pattern
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.dataset.source.photographs import list_images
from blastvote.errors import InputError
from blastvote.io.tables import LINES
from blastvote.wording import listed

__all__ = ["Part", "Source", "open_source", "path_exists"]


def open_source(dataset: Mapping[str, Any], classes: Sequence[str]) -> Source:
    """List the images of the config section ``dataset`` and pair them with their annotations and labels.

    Parameters
    ----------
    dataset
        Keys ``images`` (folder, folder with pattern, list of these, or a CSV sheet), ``annotations`` (file,
        folder, or a list: one for all images, or one for each entry of ``images``), ``labels`` (the same),
        ``masks``, ``ignore_values``, ``mask_colours``, ``class_attribute``, ``class_aliases``, ``exif``,
        ``white_level``, ``unlabelled``.
    classes
        The configured classes, to check labels and aliases against.

    Returns
    -------
    Source
        Images labelled with a class that an alias maps to nothing are left out.

    Raises
    ------
    InputError
        If files are missing, names ambiguous, or labels unknown.
    """
    folders = _as_list(dataset.get("images"))
    if not folders:
        raise InputError("Config key 'dataset.images' is empty. Name the folder with the photographs.")
    aliases = {str(k): str(v or "") for k, v in (dataset.get("class_aliases") or {}).items()}
    check_aliases(aliases, classes)
    annotations, labels = _as_list(dataset.get("annotations")), _as_list(dataset.get("labels"))
    for entry in annotations + labels:
        if not path_exists(entry):
            raise InputError(
                f"{entry}: does not exist (looked in {Path.cwd()}). Correct the path in the config."
            )
    parts = []
    paired = len(folders) > 1
    for place, folder in enumerate(folders):
        own = [annotations[place]] if paired and len(annotations) == len(folders) else annotations
        table = labels[place] if paired and len(labels) == len(folders) else (labels[0] if labels else "")
        if Path(folder).suffix.lower() == ".csv":
            parts.append(_sheet(folder, tuple(own), table))
        else:
            name = _folder_name(folder)
            found = list_images(folder, prefix=name if paired else "")
            parts.append(Part(name, found, tuple(own), table))
    parts = _joined(parts, annotations, labels) if paired else parts
    reading = io.ReadSettings(dataset.get("exif") or "apply", dataset.get("white_level") or 65535)
    source = Source(
        tuple(parts),
        _mask_settings(dataset, reading),
        dataset.get("class_attribute") or None,
        aliases,
        dataset.get("crowds") or "ignore",
        reading,
    )
    source = leave_out(source, classes)
    return without_unlabelled(source, classes) if dataset.get("unlabelled") == "leave_out" else source


def _mask_settings(dataset: Mapping[str, Any], reading: io.ReadSettings) -> MaskSettings:
    ignored = dataset.get("ignore_values", "auto")
    colours = {str(colour): str(name or "") for colour, name in (dataset.get("mask_colours") or {}).items()}
    for colour in colours:
        parse_colour(colour)
    return MaskSettings(
        dataset.get("masks") or "label_map", None if ignored == "auto" else tuple(ignored), colours, reading
    )


def _folder_name(folder: str) -> str:
    return safe_id((split_pattern(folder)[0] if is_pattern(folder) else Path(folder)).resolve().name)


def _as_list(value: Any) -> list[str]:
    if not value:
        return []
    return [str(value)] if isinstance(value, str | Path) else [str(item) for item in value]


def _joined(parts: list[Part], annotations: list[str], labels: list[str]) -> list[Part]:
    """Check ids across folders; join folders that share one annotation file, so that it is read once."""
    seen: dict[str, Path] = {}
    for part in parts:
        for image_id, path in part.images.items():
            if image_id in seen:
                raise InputError(
                    f"{path} and {seen[image_id]} would both be image {image_id!r}. Rename a folder."
                )
            seen[image_id] = path
    shared = len(annotations) != len(parts) and len(labels) in (0, 1)
    if not shared:
        return parts
    masks = {image_id: path for part in parts for image_id, path in part.mask_files.items()}
    name = "+".join(part.name for part in parts)
    return [Part(name, dict(sorted(seen.items())), tuple(annotations), labels[0] if labels else "", masks)]


def _sheet(sheet: str, annotations: tuple[str, ...], labels: str) -> Part:
    """Read a CSV sheet: ``path``, and optionally ``image_id``, ``mask``, ``label``, ``patient_id``."""
    table = io.read_table(sheet)
    folded = {str(name): str(name).casefold() for name in table}
    table = table.rename(columns={name: fold for name, fold in folded.items() if fold in SHEET_COLUMNS})
    if "path" not in table:
        raise InputError(f"{sheet}: column 'path' is missing; the table has {list(table)}. Rename or add it.")
    if table.empty:
        raise InputError(f"{sheet}: has a header and no line below it. Add a line for each photograph.")
    paths = _sheet_photographs(sheet, table)
    if "image_id" in table:
        images = dict(zip(_sheet_ids(sheet, table), paths, strict=True))
    else:
        images = assign_ids(dict.fromkeys(paths))
    names = {name.replace(" ", "_") for name in folded.values()}
    has_labels = bool(names & {*LABEL_COLUMNS, *PATIENT_COLUMNS})
    return Part(
        safe_id(Path(sheet).stem),
        dict(sorted(images.items())),
        annotations,
        labels or (sheet if has_labels else ""),
        _sheet_masks(sheet, table, paths, images) if "mask" in table else {},
    )


SHEET_COLUMNS = ("path", "image_id", "mask")
"""Columns of a sheet that are found in any case; labels and patients are `label_tables`'."""


def _beside(sheet: str, value: str) -> Path:
    """Return the file that a sheet names, from its own folder on; Windows writes its folders with backslashes."""
    path = Path(sheet).parent / value
    return path if path.is_file() else Path(sheet).parent / value.replace("\\", "/")


def _sheet_photographs(sheet: str, table: pd.DataFrame) -> list[Path]:
    """Return the photographs of a sheet, which exist; with ids of its own, each is named once."""
    paths = [_beside(sheet, value) for value in table["path"]]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise InputError(
            f"{sheet}: {len(missing)} of {len(paths)} images do not exist: {listed(missing)}. Paths count "
            "from the sheet's folder."
        )
    first: dict[Path, int] = {}
    for line, value, path in zip(table.attrs[LINES], table["path"], paths, strict=True):
        if first.setdefault(path.resolve(), line) != line and "image_id" in table:
            raise InputError(
                f"{sheet}: line {line} names {value!r} again (first in line {first[path.resolve()]}): one photograph "
                "cannot be two images. Keep one line."
            )
    return paths


def _sheet_ids(sheet: str, table: pd.DataFrame) -> list[str]:
    """Return the column ``image_id``: safe as file names, each once."""
    ids = list(table["image_id"])
    wrong = [name for name in ids if safe_id(name) != name]
    if wrong:
        raise InputError(
            f"{sheet}: image_id {wrong[0]!r} is not safe as a file name and table value; "
            f"'{safe_id(wrong[0])}' would be. Correct it or drop the column."
        )
    twice = table["image_id"][table["image_id"].str.casefold().duplicated()]
    if len(twice):
        raise InputError(
            f"{sheet}: image_id {twice.iloc[0]!r} occurs twice (capitals do not count, as some file systems "
            "cannot tell them apart). Give each image an id of its own."
        )
    return ids


def _sheet_masks(
    sheet: str, table: pd.DataFrame, paths: Sequence[Path], images: Mapping[str, Path]
) -> dict[str, Path]:
    """Return the mask image of each image id that has one; all exist."""
    by_path = {path: image_id for image_id, path in images.items()}
    masks = {
        by_path[path]: _beside(sheet, mask) for path, mask in zip(paths, table["mask"], strict=True) if mask
    }
    missing = [str(path) for path in masks.values() if not path.is_file()]
    if missing:
        raise InputError(
            f"{sheet}: {len(missing)} mask images do not exist: {listed(missing)}. Correct column 'mask'."
        )
    return masks


def leave_out(source: Source, classes: Sequence[str]) -> Source:
    """Return the source without the images whose label an alias maps to nothing."""
    if not source.label_inputs or not any(not target for target in source.class_aliases.values()):
        return source
    labels = read_labels(source, classes)
    removed = set(labels["image_id"][[label is None for label in labels["label"]]])
    if not removed:
        return source
    parts = tuple(
        Part(
            part.name,
            {i: p for i, p in part.images.items() if i not in removed},
            part.annotations,
            part.labels,
            {i: p for i, p in part.mask_files.items() if i not in removed},
        )
        for part in source.parts
    )
    return replace(source, parts=parts)
