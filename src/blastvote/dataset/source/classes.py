"""Classes of cells and images, from the names in files to those of the configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from blastvote.annotations.journal import LEFT_OUT, Journal, Line
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.dataset.source.photo_sets import Part
from blastvote.errors import InputError
from blastvote.wording import listed, suggest


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


def _likely(name: str, classes: Sequence[str]) -> str:
    """Return the class that a name may mean, capitals and signs aside; the first class if it may mean any."""
    alike = [known for known in classes if _letters(known) == _letters(name)]
    return alike[0] if alike else classes[0]


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def with_classes(
    part: Part,
    found: dict[str, ImageAnnotation],
    aliases: Mapping[str, str],
    classes: Sequence[str],
    known: Mapping[str, str],
    journal: Journal,
) -> dict[str, ImageAnnotation]:
    """Return annotations whose cells have configured classes; errors are gathered into one."""
    classless = all(cell.class_name is None for image in found.values() for cell in image.cells)
    unknown: Counter[str] = Counter()
    first: dict[str, str] = {}
    dropped: Counter[str] = Counter()
    result = {}
    for image_id, image in found.items():
        label = known.get(image_id) or (translate(image.label, aliases, classes) if image.label else None)
        cells: list[Cell] = []
        for number, cell in enumerate(image.cells):
            name = cell.class_name or ""
            target = label if classless and not name and label else translate(name, aliases, classes)
            if target is None:
                unknown[name] += 1
                first.setdefault(name, f"cell {number} of {part.images[image_id].name}")
            elif target == "":
                dropped[name] += 1
                journal.lines.append(
                    Line(
                        cell.file, cell.object, image_id, LEFT_OUT, f"class {name!r}, left out as configured"
                    )
                )
            else:
                cells.append(replace(cell, class_name=target))
        result[image_id] = replace(image, file_name=part.images[image_id].name, cells=tuple(cells))
    if unknown:
        hint = _attribute_hint(found, classes)
        raise InputError(_unknown_classes(part, unknown, first, classes) + hint)
    journal.notes += [
        f"{count} cells of class {name!r} were left out, as configured." for name, count in dropped.items()
    ]
    if classless and any(image.cells for image in found.values()):
        journal.notes.append(
            f"{listed(part.annotations)}: cells have no class of their own; each has its image's label."
        )
    return result


def _attribute_hint(found: Mapping[str, ImageAnnotation], classes: Sequence[str]) -> str:
    """Return a sentence on an attribute of cells whose values are classes, if there is one."""
    values: dict[str, set[str]] = {}
    for image in found.values():
        for cell in image.cells:
            for key, value in cell.attributes.items():
                values.setdefault(key, set()).add(str(value).strip())
    name = next((key for key, own in values.items() if own <= set(classes)), None)
    if name is None:
        return ""
    told = listed(sorted(values[name]))
    return f" The cells' attribute {name!r} holds {told}: dataset.class_attribute: {name} takes it for the class."


def _unknown_classes(
    part: Part, unknown: Counter[str], first: Mapping[str, str], classes: Sequence[str]
) -> str:
    where = listed(part.annotations) or part.name
    named = {name: count for name, count in unknown.items() if name}
    if named:
        name = next(iter(named))
        all_names = listed(f"{n!r} ({c} cells)" for n, c in named.items())
        return (
            f"{where}: cells have classes that are not in config key 'classes' {list(classes)}: "
            f"{all_names}; the first is {first[name]}.{suggest(name, classes)} Correct them, add them to "
            f"'classes', or map them: dataset.class_aliases: {{{name!r}: {_likely(name, classes)!r}}} ('' leaves such "
            "cells out)."
        )
    return (
        f"{where}: {unknown['']} cells have no class; the first is {first['']}. Expected one of "
        f"{list(classes)}. Choose a class for each in the annotation tool, name the attribute that holds "
        "it (dataset.class_attribute), give labels for the images (dataset.labels; used where no cell has "
        f"a class), or map missing ones: dataset.class_aliases: {{'': {classes[0]!r}}} ('' leaves them "
        "out)."
    )
