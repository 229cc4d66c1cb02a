"""What a check can find: each kind with its severity and its remedy, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blastvote.errors import InputError
from blastvote.wording import suggest

SEVERITIES = ("error", "warning", "note")
"""Errors always stop the workflow: what they name cannot be used."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    Attributes
    ----------
    severity
        One of `SEVERITIES`.
    title
        In a few words.
    remedy
        What the user can do about it.
    """

    severity: str
    title: str
    remedy: str


KINDS = {
    "unreadable": Kind("error", "photograph cannot be read", "Copy the file again, or take it out."),
    "too_small": Kind("error", "photograph too small", "Take it out: no cell can be told in it."),
    "size_differs": Kind(
        "error", "annotated at another size", "Restore the photograph that was annotated, or annotate this one."
    ),
    "size_turned": Kind(
        "error", "annotated without its EXIF orientation", "Set dataset.exif to the other value."
    ),
    "damaged_mask": Kind("error", "mask does not fit its photograph", "Export the annotations again."),
    "no_cells": Kind("error", "no usable cell at all", "See the causes in import.csv and correct the annotations."),
    "outlines_turned": Kind(
        "warning",
        "outlines fit better turned or mirrored",
        "Save the photograph as it was annotated (its EXIF orientation may have been ignored), or annotate it again.",
    ),
    "outlines_elsewhere": Kind(
        "warning",
        "outlines lie where there is no contrast",
        "Look at the picture: the outlines may belong to another photograph, or to one of another size or cut.",
    ),
    "outlines_scaled": Kind(
        "warning",
        "outlines fit better at another scale",
        "Take the photographs that were annotated, or multiply the coordinates by the factor.",
    ),
    "several_pieces": Kind(
        "warning",
        "one object in several places",
        "If each piece is a cell, make it an object of its own: a group or MultiPolygon is one cell.",
    ),
    "boxes": Kind("warning", "cells are rectangles", "Outline the cells: boxes are no outlines."),
    "hollow": Kind("warning", "cells are outlines without inside", "Fill the outlines in the mask images."),
    "exif_stored": Kind(
        "warning", "outlines fit the pixels without their EXIF orientation", "Set dataset.exif to the other value."
    ),
    "dark": Kind("warning", "16 bits that are hardly used", "Set dataset.white_level to the brightest value there is."),
    "narrow": Kind("warning", "16-bit values that begin far above 0", "Save them as 8 bit, black as 0."),
    "above_white": Kind("warning", "brighter than dataset.white_level", "Set dataset.white_level higher."),
    "label_differs": Kind("warning", "label and cells disagree", "Correct the label, or the classes of the cells."),
    "not_annotated": Kind("warning", "label but no cells", "Outline its cells, or take the image out."),
    "equal_files": Kind("warning", "the same file twice", "Keep one: copies in training and test inflate results."),
    "look_alikes": Kind("warning", "photographs look alike", "Keep one, or give both the same patient."),
    "lone_patient": Kind("warning", "images without a patient", "Name their patients in the table of labels."),
    "class_without_image": Kind("warning", "class without an image", "Add images of it, or take it out of `classes`."),
    "one_colour": Kind("warning", "photograph nearly of one colour", "Take it out, or copy the original again."),
    "few_colours": Kind("warning", "two colours only", "Take the photograph itself, not its mask or a drawing."),
    "blurred": Kind("warning", "photograph less sharp than the others", "Take a sharper one, or leave it out."),
    "cell_outside": Kind("warning", "cell outside the photograph", "Draw it again, or remove it."),
    "tiny_cell": Kind("warning", "cell of a few pixels", "Most likely a slip of the mouse: remove it."),
    "large_cell": Kind("warning", "cell covers most of the photograph", "Remove a field; invert an inverted mask."),
    "equal_cells": Kind("warning", "equal cells", "Remove the copies."),
    "overlapping_cells": Kind("warning", "cells overlap nearly whole", "Remove one if a cell was outlined twice."),
    "enclosing_cell": Kind("warning", "cell around other cells", "Remove it if it is a field around cells."),
    "network_scale": Kind("warning", "cells do not fit the network", "Change pixel sizes, image_size or anchors."),
    "photographs_too_large": Kind(
        "error", "photographs larger than the network", "Set model.tiles to true, or raise model.image_size."
    ),
    "limits": Kind("error", "more cells in an image than the network may find", "Set model.limits to auto."),
    "cells_vanish": Kind("error", "cells vanish at the network's size", "Set model.tiles, or raise model.image_size."),
    "limits_raised": Kind("note", "limits follow the data", "Nothing; model.limits: explicit keeps them."),
    "reading": Kind("warning", "doubt while reading annotations or tables", "Correct the file if this is not meant."),
    "dim": Kind("note", "dim photograph", "Nothing, if the study is about dim photographs; else expose it longer."),
    "cut_off": Kind("note", "cells cut off at the edge", "Nothing, unless the outlines belong to a larger photograph."),
    "exif": Kind("note", "EXIF orientations", "Nothing, if the outlines lie on the cells."),
    "repaired": Kind("note", "repaired, guessed or left out while reading", "Nothing, unless this is not meant."),
}  # fmt: skip
"""Name to kind. The names are for `dataset.stop_on` and the column ``kind`` of ``check.csv``."""


@dataclass(frozen=True)
class Finding:
    """One thing that the check found.

    Attributes
    ----------
    kind
        A name in `KINDS`.
    text
        One sentence.
    image_id
        The image, or empty where it is about several or none.
    file, object
        Annotation file or photograph, and the object in it, where one alone is meant.
    other
        The other image of a pair.
    """

    kind: str
    text: str
    image_id: str = ""
    file: str = ""
    object: str = ""
    other: str = ""

    @property
    def severity(self) -> str:
        """One of `SEVERITIES`."""
        return KINDS[self.kind].severity

    @property
    def remedy(self) -> str:
        """What the user can do about it."""
        return KINDS[self.kind].remedy


def check_stops(stop_on: Sequence[str]) -> None:
    """Raise InputError if a name is neither a severity nor a kind of finding."""
    known = (*SEVERITIES, *KINDS)
    for name in stop_on:
        if name not in known:
            raise InputError(
                f"Config key 'dataset.stop_on' names {name!r}, which is no finding of the check; expected some of "
                f"{', '.join(known)}.{suggest(name, known)}"
            )


def stops(finding: Finding, stop_on: Sequence[str]) -> bool:
    """Return whether a finding stops the study: errors always do, others where `stop_on` names kind or severity."""
    return finding.severity == "error" or finding.kind in stop_on or finding.severity in stop_on
