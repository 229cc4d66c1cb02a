"""Whether annotations can be used at all: crowds, normalised coordinates, and at least one cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from blastvote.annotations.journal import Journal, Line
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.dataset.source.photo_sets import Source
from blastvote.dataset.source.photographs import masks_beside
from blastvote.errors import InputError
from blastvote.wording import listed

CROWDS = ("ignore", "cells", "stop")
"""What becomes of crowds (COCO's ``iscrowd: 1``): kept apart and scored as such, counted as cells, or an error."""
CROWD_ORIGIN = "COCO's iscrowd: 1 marks groups of uncounted cells; CVAT writes it for every brush mask"


def apply_crowds(
    found: Mapping[str, ImageAnnotation], mode: str, journal: Journal
) -> dict[str, ImageAnnotation]:
    """Return annotations with crowds as `mode` (one of `CROWDS`) says; warn of their number and origin.

    Raises
    ------
    InputError
        If the mode is ``stop`` and there is a crowd.
    """
    counts = Counter(cell.file for image in found.values() for cell in image.cells if cell.crowd)
    for file, count in counts.items():
        total = sum(cell.file == file for image in found.values() for cell in image.cells)
        detail = f"{file}: {count} of {total} objects are crowds ({CROWD_ORIGIN})"
        if mode == "stop":
            raise InputError(
                f"{detail}. Set dataset.crowds to 'cells' or 'ignore', or annotate single cells."
            )
        journal.warnings.append(
            f"{detail}; as dataset.crowds says, they count as cells"
            if mode == "cells"
            else f"{detail}; they are no cells. If each is one cell, set dataset.crowds to cells (--crowds)"
        )
    if mode != "cells" or not counts:
        return dict(found)
    return {
        image_id: replace(image, cells=tuple(replace(cell, crowd=False) for cell in image.cells))
        for image_id, image in found.items()
    }


def check_coordinates(found: Mapping[str, ImageAnnotation]) -> None:
    """Raise InputError if the outlines of an image all lie within the first pixel or so: they are normalised."""
    reach: dict[tuple[str, str], float] = {}
    for image in found.values():
        for cell in image.cells:
            bounds = cell.bounds()
            if bounds is not None:
                key = cell.file, image.file_name
                reach[key] = max(reach.get(key, 0.0), *map(abs, bounds))
    for (file, name), farthest in reach.items():
        if farthest <= 1.5:
            own = [value for key, value in reach.items() if key[0] == file]
            whole = max(own) <= 1.5
            raise InputError(
                f"{file if whole else f'{file}: {name}'}: all coordinates lie between 0 and "
                f"{max(own) if whole else farthest:.3g}, so they look normalised (parts of width and height); expected "
                "pixels. Multiply x by the image's width and y by its height, or export the outlines in pixels."
            )


def require_cells(
    where: str, annotations: Mapping[str, ImageAnnotation], lines: Iterable[Line], n_images: int
) -> None:
    """Raise InputError, with the causes, if no image has a cell that counts.

    Parameters
    ----------
    where
        The annotation files, for the message.
    annotations
        Image id to annotation.
    lines
        The ledger of the objects that are no cells.
    n_images
        Number of photographs.
    """
    cells = [cell for image in annotations.values() for cell in image.cells]
    if any(not cell.crowd for cell in cells):
        return
    raise InputError(no_cells(where, cells, lines, n_images))


def no_cells(where: str, crowds: Iterable[Cell], lines: Iterable[Line], n_images: int) -> str:
    """Return the message on a data set without one usable cell."""
    crowds = list(crowds)
    causes = Counter(line.reason for line in lines)
    detail = [f"{len(crowds)} are crowds ({CROWD_ORIGIN})"] if crowds else []
    detail += [f"{count} left out: {reason}" for reason, count in causes.most_common()]
    total = len(crowds) + sum(causes.values())
    if not total:
        return (
            f"{where}: there is no annotated cell for any of the {n_images} images, so nothing can be trained or "
            "scored. Outline the cells, or name the file that holds the outlines (dataset.annotations)."
        )
    remedy = (
        "Set dataset.crowds to cells (--crowds cells) if each crowd is one cell."
        if crowds
        else ("Correct the annotations and export them again.")
    )
    return (
        f"{where}: none of {total} objects is a usable cell, so nothing can be trained or scored "
        f"({listed(detail)}). {remedy}"
    )


def note_masks_beside(source: Source, journal: Journal) -> None:
    """Note files that are called masks of photographs; an error if they are all there could be of annotations.

    Raises
    ------
    InputError
        If masks lie beside the photographs and no annotations are named.
    """
    beside = masks_beside(source.images.values())
    if not beside:
        return
    detail = listed(path.name for path in beside)
    if not any(part.annotations or part.mask_files for part in source.parts):
        raise InputError(
            f"{beside[0].parent}: no annotations are named, but {len(beside)} mask images lie beside the photographs "
            f"({detail}). Name them: dataset.annotations: {beside[0].parent} (--annotations)."
        )
    journal.notes.append(f"{len(beside)} files are masks by their names, not photographs ({detail}).")
