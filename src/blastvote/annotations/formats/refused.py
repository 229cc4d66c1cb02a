"""Formats that are recognised to be refused: each message names the cause and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from blastvote.annotations.formats.imagej_roi import is_rois
from blastvote.annotations.model import AnnotationSet
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.errors import InputError


def _refuse(file: AnnotationFile, reason: str) -> NoReturn:
    raise InputError(f"{file.path}: {reason}")


def is_pascal_voc(file: AnnotationFile) -> bool:
    """Return whether an XML file is one of Pascal VOC's."""
    return file.document.tag == "annotation" and file.document.find("object/polygon") is None


@annotation_format("pascal_voc", "", "xml", is_pascal_voc)
def refuse_pascal_voc(file: AnnotationFile) -> AnnotationSet:
    """Refuse Pascal VOC: boxes are no outlines."""
    count = len(file.document.findall("object"))
    _refuse(
        file,
        f"Pascal VOC XML with {count} boxes, not outlines of cells: boxes are no outlines, and no mask can be made of "
        "one. Outline the cells, for example in the same tool as polygons, and export them as COCO or CVAT XML.",
    )


def is_via3(file: AnnotationFile) -> bool:
    """Return whether a JSON file is a project of VIA 3."""
    document = file.document
    return isinstance(document, Mapping) and {"project", "file", "metadata"} <= set(document)


@annotation_format("via3", "", "json", is_via3)
def refuse_via3(file: AnnotationFile) -> AnnotationSet:
    """Refuse VIA 3, which exports COCO."""
    _refuse(file, "a VIA 3 file; expected VIA 1 or 2. Export it as COCO from VIA 3, or use VIA 2.")


def is_coco_results(file: AnnotationFile) -> bool:
    """Return whether a JSON file is a list of COCO's annotations or results, without the images."""
    document = file.document
    return (
        isinstance(document, list)
        and bool(document)
        and all(isinstance(entry, Mapping) and "image_id" in entry for entry in document)
        and any("segmentation" in entry or "bbox" in entry for entry in document)
    )


@annotation_format("coco_results", "", "json", is_coco_results)
def refuse_coco_results(file: AnnotationFile) -> AnnotationSet:
    """Refuse COCO's results, which number the images but do not name them."""
    _refuse(
        file,
        f"a list of {len(file.document)} COCO annotations or results without 'images' and 'categories', so nothing "
        "says whose they are. Export the whole data set as COCO; what a tool detected is read by another key "
        "(segmenter.source: external).",
    )


def is_numpy(file: AnnotationFile) -> bool:
    """Return whether a binary file is an array of NumPy."""
    return file.document.startswith(b"\x93NUMPY")


@annotation_format("numpy", "", "binary", is_numpy)
def refuse_numpy(file: AnnotationFile) -> AnnotationSet:
    """Refuse `_seg.npy` of Cellpose: it is a pickle, and reading a pickle can run any program."""
    _refuse(
        file,
        "a NumPy file, as Cellpose's _seg.npy; it holds a pickle, and reading one could run any program, so it is "
        "never opened. In Cellpose open it and choose File > Save masks as PNG/TIF (_cp_masks), or from Python: "
        "cellpose.io.save_masks(image, masks, flows, name, png=True). Then name the folder of these masks.",
    )


def is_archive(file: AnnotationFile) -> bool:
    """Return whether a binary file is a zip archive, of another kind than `imagej_roi` reads."""
    return file.document.startswith(b"PK\x03\x04") and not is_rois(file)


@annotation_format("zip", "", "binary", is_archive)
def refuse_archive(file: AnnotationFile) -> AnnotationSet:
    """Refuse archives that hold no ROIs of ImageJ: exports of annotation tools to be unpacked."""
    _refuse(
        file,
        "a zip archive without ImageJ's ROIs. If an annotation tool exported it, unpack it and name the file or folder "
        "in it.",
    )


def is_gzip(file: AnnotationFile) -> bool:
    """Return whether a binary file is packed by gzip."""
    return file.document.startswith(b"\x1f\x8b")


@annotation_format("gzip", "", "binary", is_gzip)
def refuse_gzip(file: AnnotationFile) -> AnnotationSet:
    """Refuse packed files, as QuPath writes them (``.geojson.gz``) if asked to."""
    _refuse(file, "a file packed by gzip. Unpack it (gunzip), or export without compression.")
