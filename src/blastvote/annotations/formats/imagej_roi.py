"""Read ImageJ's ROIs, as StarDist and the ROI Manager save them: one file per cell, or a zip archive per photograph."""

from __future__ import annotations

import struct
import zipfile
import zlib

import numpy as np
import roifile

from blastvote.annotations.common import BOX_REASON
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.errors import InputError

MOST_ROIS = 100_000
MOST_BYTES = 2**26
"""Of all ROIs of an archive together, unpacked; a thousand cells take 2 MB."""
_OUTLINES = (roifile.ROI_TYPE.POLYGON, roifile.ROI_TYPE.FREEHAND, roifile.ROI_TYPE.TRACED)
_DAMAGE = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError,
    TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What roifile and zipfile raise of damaged files."""


def is_rois(file: AnnotationFile) -> bool:
    """Return whether a binary file is an ROI, or an archive that holds some."""
    if file.document.startswith(b"Iout"):
        return True
    if not file.document.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(file.path) as archive:
            return any(name.lower().endswith(".roi") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


@annotation_format("imagej_roi", "ImageJ ROIs (.zip, .roi)", "binary", is_rois)
def read_rois(file: AnnotationFile) -> AnnotationSet:
    """Convert ROIs to the common form.

    The file's stem names the image. The class is the ROI's group (its number) where it has one. Rectangles, lines and
    points are no outlines; an ROI for one slice of a stack counts like any other.

    Raises
    ------
    InputError
        If the file is damaged or unpacks to more than an annotation can be.
    """
    path = file.path
    journal = Journal(str(path))
    cells = [_cell(journal, path.stem, name, content) for name, content in _contents(file).items()]
    if any(cell is not None and cell.class_name is not None for cell in cells):
        journal.notes.append("The groups of the ROIs are taken for classes.")
    image = ImageAnnotation(path.stem, cells=tuple(c for c in cells if c is not None), named_by_file=True)
    return AnnotationSet.of(journal, "imagej_roi", {path.stem: image})


def _contents(file: AnnotationFile) -> dict[str, bytes]:
    """Return the ROIs of a file as bytes by their names."""
    path = file.path
    if file.document.startswith(b"Iout"):
        return {path.stem: path.read_bytes()[:MOST_BYTES]}
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".roi")]
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ROIS or size > MOST_BYTES:
                raise InputError(
                    f"{path}: {len(entries)} ROIs unpack to {size / 2**20:.0f} MB; expected at most {MOST_ROIS} and "
                    f"{MOST_BYTES // 2**20} MB for the cells of one photograph. Save fewer into one archive."
                )
            return {entry.filename[:-4]: archive.read(entry) for entry in entries}
    except _DAMAGE as error:
        raise InputError(
            f"{path}: the archive is damaged ({error}). Save the ROIs again: ROI Manager > More > Save."
        ) from error


def _cell(journal: Journal, image: str, name: str, content: bytes) -> Cell | None:
    try:
        roi = roifile.ImagejRoi.frombytes(content)
        rings = [np.asarray(ring, float) for ring in roi.coordinates(multi=True)]
    except _DAMAGE as error:
        raise InputError(
            f"{journal.file}: ROI {name!r} is damaged ({str(error)[:100]}). Save the ROIs again: ROI Manager > More > "
            "Save."
        ) from error
    drawn = Drawn(journal, image, name, str(roi.group) if roi.group else None)
    if roi.roitype == roifile.ROI_TYPE.RECT and not roi.composite:
        return drawn.no_cell(BOX_REASON)
    if roi.roitype == roifile.ROI_TYPE.OVAL:
        box = np.array([[roi.left, roi.top], [roi.right, roi.bottom]], float)
        return drawn.ellipse(box.mean(axis=0).tolist(), (np.diff(box, axis=0)[0] / 2).tolist())
    if roi.composite or roi.roitype in _OUTLINES:
        return drawn.rings(rings)
    return drawn.no_cell(f"it is a {roi.roitype.name.lower()}, no outline of a cell")
