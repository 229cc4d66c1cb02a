"""Read XML with polygons of objects: the online LabelMe (version 3), and Pascal VOC with polygons (Roboflow)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from blastvote.annotations.common import BOX_REASON, is_true, note_classless, side_of
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn
from blastvote.annotations.registry import AnnotationFile, annotation_format


def is_labelme_xml(file: AnnotationFile) -> bool:
    """Return whether an XML file holds objects with polygons."""
    return file.document.tag == "annotation" and file.document.find("object/polygon") is not None


@annotation_format("labelme_xml", "LabelMe XML", "xml", is_labelme_xml)
def read_labelme_xml(file: AnnotationFile) -> AnnotationSet:
    """Convert an ``<annotation>`` with polygons to the common form; objects without one are boxes."""
    root = file.document
    journal = Journal(str(file.path))
    name = (root.findtext("filename") or "").strip() or file.path.stem
    cells = []
    for number, element in enumerate(root.findall("object")):
        label = (element.findtext("name") or "").strip() or None
        cell = _cell(Drawn(journal, name, f"object {number}", label, _attributes(element)), element)
        if cell is not None:
            cells.append(cell)
    width = side_of(root.findtext("size/width") or root.findtext("imagesize/ncols"))
    height = side_of(root.findtext("size/height") or root.findtext("imagesize/nrows"))
    aliases = (file.path.stem,) if file.path.stem != name else ()
    image = ImageAnnotation(name, width, height, cells=tuple(cells), aliases=aliases)
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "labelme_xml", {name: image})


def _attributes(element: Element) -> dict[str, str]:
    """Return LabelMe's attributes: ``subtype=L1, sure``."""
    pairs = (text.partition("=") for text in (element.findtext("attributes") or "").split(","))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _cell(drawn: Drawn, element: Element) -> Cell | None:
    polygon = element.find("polygon")
    if is_true(element.findtext("deleted")):
        return drawn.no_cell("it was deleted in the tool")
    if element.find("segm") is not None:
        return drawn.no_cell("its mask is an image in another file")
    if polygon is None or (element.findtext("type") or "").strip() == "bounding_box":
        return drawn.no_cell(BOX_REASON)
    return drawn.polygon(_points(polygon))


def _points(polygon: Element) -> list[tuple[str, str]]:
    """Return the points of ``<pt><x>1</x><y>2</y></pt>`` or ``<x1>1</x1><y1>2</y1>`` as texts."""
    points = [(pt.findtext("x") or "", pt.findtext("y") or "") for pt in polygon.findall("pt")]
    if points:
        return points
    texts = {element.tag: element.text or "" for element in polygon}
    count = sum(tag[:1] == "x" for tag in texts)
    return [(texts[f"x{n}"], texts[f"y{n}"]) for n in range(1, count + 1)]
