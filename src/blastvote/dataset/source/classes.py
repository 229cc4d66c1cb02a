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

IMAGE_LABEL = "image_label"
"""What an alias may name in place of a class: cells of this name are of the class of their image."""


def check_aliases(aliases: Mapping[str, str], classes: Sequence[str]) -> None:
    """Raise InputError if an alias leads to something that is not a configured class."""
    for name, target in aliases.items():
        if target and target not in (*classes, IMAGE_LABEL):
            raise InputError(
                f"Config key 'dataset.class_aliases' maps {name!r} to {target!r}, which is not in "
                f"'classes' {list(classes)}.{suggest(target, classes)} Correct it, or map to '' to leave "
                f"such cells out, to {IMAGE_LABEL!r} for the class of their image."
            )


def translate(name: str, aliases: Mapping[str, str], classes: Sequence[str]) -> str | None:
    """Return the configured class that a name means, empty text if it is to be left out, None if unknown."""
    if name in aliases and not _of_image(name, aliases, classes):
        return aliases[name]
    return name if name in classes else None


def _of_image(name: str, aliases: Mapping[str, str], classes: Sequence[str]) -> bool:
    """Return whether cells of a name are of the class of their image."""
    return aliases.get(name) == IMAGE_LABEL and IMAGE_LABEL not in classes


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
    without_label: dict[str, str] = {}
    result = {}
    for image_id, image in found.items():
        label = known.get(image_id) or (translate(image.label, aliases, classes) if image.label else None)
        cells: list[Cell] = []
        for number, cell in enumerate(image.cells):
            name = cell.class_name or ""
            of_image = _of_image(name, aliases, classes)
            target = (
                label if of_image or (classless and not name and label) else translate(name, aliases, classes)
            )
            if of_image and label is None:
                without_label.setdefault(part.images[image_id].name, name)
            elif target is None:
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
    if without_label:
        photograph, name = next(iter(without_label.items()))
        raise InputError(
            f"{listed(part.annotations) or part.name}: cells of class {name!r} are of the class of their image "
            f"(dataset.class_aliases), but {len(without_label)} images have no label; the first is {photograph}. "
            "Give their labels in a table (dataset.labels)."
        )
    if unknown:
        hint = _attribute_hint(found, classes)
        raise InputError(_unknown_classes(part, unknown, first, classes) + hint)
    journal.notes += [
        f"{count} cells of class {name!r} were left out, as configured." for name, count in dropped.items()
    ]
    journal.notes += [
        f"Cells of class {name!r} are of the class of their image, as configured."
        for name in aliases
        if _of_image(name, aliases, classes)
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
            f"cells out, {IMAGE_LABEL!r} takes the class of their image)."
        )
    return (
        f"{where}: {unknown['']} cells have no class; the first is {first['']}. Expected one of "
        f"{list(classes)}. Choose a class for each in the annotation tool, name the attribute that holds "
        "it (dataset.class_attribute), give labels for the images (dataset.labels; used where no cell has "
        f"a class), or map missing ones: dataset.class_aliases: {{'': {classes[0]!r}}} ('' leaves them "
        "out)."
    )
