"""Where images, annotations, labels and patients come from, known without reading pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.dataset.names import NameIndex, assign_ids, list_images, listed, safe_id, suggest
from blastvote.errors import InputError

ID_COLUMNS = ("image_id", "image", "file_name", "filename", "file", "name", "path", "id")
LABEL_COLUMNS = ("label", "class", "class_label", "subtype")
PATIENT_COLUMNS = ("patient_id", "patient", "case", "case_id", "slide", "slide_id")


@dataclass(frozen=True)
class Part:
    """Images that share an annotation file (or folder) and a table of labels.

    Attributes
    ----------
    name
        Goes into the manifest's column ``source``.
    images
        Image id to path.
    annotations
        Annotation files or folders, with a pattern if need be.
    labels
        Table of labels and patients, or empty.
    mask_files
        Image id to mask image, where a sheet names one for each image.
    """

    name: str
    images: dict[str, Path]
    annotations: tuple[str, ...] = ()
    labels: str = ""
    mask_files: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A data set's files and how to read them.

    Attributes
    ----------
    parts
        One for each group of images.
    masks
        ``label_map`` or ``binary`` (`blastvote.annotations.masks`).
    class_attribute
        Attribute that holds the class, or None.
    class_aliases
        Names in the files to names of the configuration; an empty name leaves the cell (or, as a label, the
        image) out.
    """

    parts: tuple[Part, ...]
    masks: str = "label_map"
    class_attribute: str | None = None
    class_aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def images(self) -> dict[str, Path]:
        """Return all images by id, sorted."""
        return dict(sorted(item for part in self.parts for item in part.images.items()))

    @property
    def annotation_inputs(self) -> list[str]:
        """Return every annotation file: what a change of the annotations touches."""
        files: list[str] = []
        for part in self.parts:
            for entry in part.annotations:
                files += [str(path) for path in _files_of(entry)]
            files += [str(path) for path in part.mask_files.values()]
        return list(dict.fromkeys(files))

    @property
    def label_inputs(self) -> list[str]:
        """Return every table of labels."""
        return list(dict.fromkeys(part.labels for part in self.parts if part.labels))


def _files_of(entry: str) -> list[Path]:
    path = Path(entry)
    if path.is_dir():
        files = sorted(
            p for p in path.iterdir() if p.suffix.lower() in (".json", ".geojson") and p.name[0] != "."
        )
        return files or sorted(p for p in path.iterdir() if p.suffix.lower() in io.IMAGE_SUFFIXES)
    if _is_pattern(path):
        return sorted(path.parent.glob(path.name))
    return [path]


def _is_pattern(path: Path) -> bool:
    return any(sign in path.name for sign in "*?[") and not path.exists()


def expand(entries: Iterable[str]) -> list[str]:
    """Return paths with every pattern (``outlines/*.geojson``) replaced by the files that match it, sorted."""
    found: list[str] = []
    for entry in entries:
        path = Path(entry)
        found += sorted(str(p) for p in path.parent.glob(path.name)) if _is_pattern(path) else [entry]
    return found


def path_exists(entry: str | Path) -> bool:
    """Return whether a config path exists; a pattern (``smears/*.bmp``) does if a file matches it."""
    path = Path(entry)
    return path.exists() or (_is_pattern(path) and any(path.parent.glob(path.name)))


def open_source(dataset: Mapping[str, Any], classes: Sequence[str]) -> Source:
    """List the images of the config section ``dataset`` and pair them with their annotations and labels.

    Parameters
    ----------
    dataset
        Keys ``images`` (folder, folder with pattern, list of these, or a CSV sheet), ``annotations`` (file,
        folder, or a list: one for all images, or one for each entry of ``images``), ``labels`` (the same),
        ``masks``, ``class_attribute``, ``class_aliases``.
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
    source = Source(
        tuple(parts), dataset.get("masks") or "label_map", dataset.get("class_attribute") or None, aliases
    )
    return leave_out(source, classes)


def _folder_name(folder: str) -> str:
    path = Path(folder)
    return safe_id((path.parent if _is_pattern(path) else path).resolve().name)


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
    table = io.read_table(sheet, required=["path"])
    base = Path(sheet).parent
    paths = [base / value for value in table["path"]]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise InputError(
            f"{sheet}: {len(missing)} of {len(paths)} images do not exist: {listed(missing)}. Paths count "
            "from the sheet's folder."
        )
    if "image_id" in table:
        ids = list(table["image_id"])
        wrong = [name for name in ids if safe_id(name) != name]
        if wrong:
            raise InputError(
                f"{sheet}: image_id {wrong[0]!r} is not safe as a file name and table value; "
                f"'{safe_id(wrong[0])}' would be. Correct it or drop the column."
            )
        if len(set(ids)) < len(ids):
            raise InputError(
                f"{sheet}: image_id {table['image_id'][table['image_id'].duplicated()].iloc[0]!r} occurs "
                "twice."
            )
        images = dict(zip(ids, paths, strict=True))
    else:
        images = assign_ids(dict.fromkeys(paths))
    masks: dict[str, Path] = {}
    if "mask" in table:
        by_path = {path: image_id for image_id, path in images.items()}
        masks = {by_path[path]: base / m for path, m in zip(paths, table["mask"], strict=True) if m}
        gone = [str(path) for path in masks.values() if not path.is_file()]
        if gone:
            raise InputError(
                f"{sheet}: {len(gone)} mask images do not exist: {listed(gone)}. Correct column 'mask'."
            )
    has_labels = any(name in table for name in LABEL_COLUMNS + PATIENT_COLUMNS)
    return Part(
        safe_id(Path(sheet).stem),
        dict(sorted(images.items())),
        annotations,
        labels or (sheet if has_labels else ""),
        masks,
    )


def check_aliases(aliases: Mapping[str, str], classes: Sequence[str]) -> None:
    """Raise InputError if an alias leads to something that is not a configured class."""
    for name, target in aliases.items():
        if target and target not in classes:
            raise InputError(
                f"Config key 'dataset.class_aliases' maps {name!r} to {target!r}, which is not in "
                f"'classes' {list(classes)}.{suggest(target, classes)} Correct it, or map to '' to leave "
                "such cells out."
            )


def translate(name: str, aliases: Mapping[str, str], classes: Sequence[str]) -> str | None:
    """Return the configured class that a name means, empty text if it is to be left out, None if unknown."""
    if name in aliases:
        return aliases[name]
    return name if name in classes else None


def read_labels(source: Source, classes: Sequence[str]) -> pd.DataFrame:
    """Read the tables of labels.

    Parameters
    ----------
    source
        The data set.
    classes
        Allowed labels, after aliases.

    Returns
    -------
    pandas.DataFrame
        Columns ``image_id, label, patient_id`` for the images that a table names, sorted. A label mapped to
        nothing by an alias is ``None``; an empty one means the table leaves it open.

    Raises
    ------
    InputError
        If a label is unknown, or a table names one image twice with different values, or fits no image at
        all.
    """
    rows: dict[str, tuple[str | None, str]] = {}
    for part in source.parts:
        if part.labels:
            rows |= _read_one(part, source.class_aliases, classes)
    data = [(image_id, *values) for image_id, values in sorted(rows.items())]
    return pd.DataFrame(data, columns=["image_id", "label", "patient_id"], dtype=object)


def _read_one(
    part: Part, aliases: Mapping[str, str], classes: Sequence[str]
) -> dict[str, tuple[str | None, str]]:
    table = io.read_table(part.labels)
    id_column, label_column, patient_column = (
        _column(table, names) for names in (ID_COLUMNS, LABEL_COLUMNS, PATIENT_COLUMNS)
    )
    if id_column is None or (label_column is None and patient_column is None):
        raise InputError(
            f"{part.labels}: the columns {list(table.columns)} name no image or no label; expected "
            "'image_id' (or 'file_name') with 'label' or 'patient_id'. Rename the columns."
        )
    index = NameIndex(part.images)
    rows: dict[str, tuple[str | None, str]] = {}
    for line, row in enumerate(table.to_dict("records"), start=2):
        image_id = index.find(row[id_column], numbers=True)
        if image_id is None:
            continue
        label = row[label_column] if label_column else ""
        found = translate(label, aliases, classes) if label else ""
        if found is None:
            raise InputError(
                f"{part.labels}: line {line} labels {row[id_column]!r} as {label!r}; expected one of "
                f"{list(classes)}.{suggest(label, classes)} Correct it, or map it in config key "
                "'dataset.class_aliases' (to '' to leave such images out)."
            )
        values = (found if found or not label else None), row[patient_column] if patient_column else ""
        if rows.get(image_id, values) != values:
            raise InputError(
                f"{part.labels}: line {line} names {row[id_column]!r} again with other values. Keep one line."
            )
        rows[image_id] = values
    if not rows:
        raise InputError(
            f"{part.labels}: none of its {len(table)} lines names one of the {len(part.images)} images; "
            f"the first says {table[id_column].iloc[0] if len(table) else ''!r}, an image is "
            f"{next(iter(part.images.values())).name!r}. Name images by their file names."
        )
    return rows


def _column(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    folded = {
        str(column).casefold().replace(" ", "_"): str(column) for column in reversed(list(table.columns))
    }
    return next((folded[name] for name in names if name in folded), None)


def leave_out(source: Source, classes: Sequence[str]) -> Source:
    """Return the source without the images whose label an alias maps to nothing."""
    if not source.label_inputs or not any(not target for target in source.class_aliases.values()):
        return source
    labels = read_labels(source, classes)
    gone = set(labels["image_id"][[label is None for label in labels["label"]]])
    if not gone:
        return source
    parts = tuple(
        Part(
            part.name,
            {i: p for i, p in part.images.items() if i not in gone},
            part.annotations,
            part.labels,
            {i: p for i, p in part.mask_files.items() if i not in gone},
        )
        for part in source.parts
    )
    return Source(parts, source.masks, source.class_attribute, source.class_aliases)
