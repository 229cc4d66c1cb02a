"""Annotations of cells: every supported file format in one form."""

from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.read import read_annotations

__all__ = ["AnnotationSet", "Cell", "ImageAnnotation", "read_annotations"]
