"""What an annotation file is written in, and parsed by that: JSON, XML, CSV, text or bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from blastvote import io
from blastvote.annotations.registry import AnnotationFile
from blastvote.errors import InputError

MOST_DEPTH = 64
"""XML elements nested deeper than this are damage; annotation tools nest four deep."""
HEAD = 64
"""So many bytes tell how a file is written."""
MAGIC = (b"\x93NUMPY", b"PK\x03\x04", b"Iout")
"""First bytes of NumPy files, archives and ImageJ's ROIs."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def open_file(path: Path, class_attribute: str | None, notes: list[str]) -> AnnotationFile:
    """Parse an annotation file by what it is written in.

    Parameters
    ----------
    path
        The file.
    class_attribute
        Passed on to the format.
    notes
        Receives what parsing repaired.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return AnnotationFile(path, "csv", io.read_table(path, notes=notes), class_attribute)
    if suffix in (".json", ".geojson"):
        return AnnotationFile(path, "json", io.read_json(path, notes), class_attribute)
    head = _head(path)
    if head.startswith(MAGIC) or (b"\0" in head and not head.startswith(UTF_16)):
        return AnnotationFile(path, "binary", head, class_attribute)
    encoding: list[str] = []
    text = io.read_text(path, encoding)
    start = text.lstrip()[:1]
    if start == "<":
        notes += encoding
        return AnnotationFile(path, "xml", parse_xml(path, text), class_attribute)
    if start in ("{", "["):
        notes += encoding
        return AnnotationFile(path, "json", io.parse_json(text, str(path), notes), class_attribute)
    return AnnotationFile(path, "text", text, class_attribute)


def _head(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is no regular file; expected a file with annotations.")
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Expected a readable file.") from error


def parse_xml(path: Path, text: str) -> Element:
    """Return the root of an XML document; nothing outside the file is read, and no entity is expanded.

    Raises
    ------
    InputError
        If it is not well-formed, declares a document type (entities, external files) or nests too deeply.
    """
    builder = TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise InputError(
                f"{path}: XML elements are nested more than {MOST_DEPTH} deep; expected annotations as their tool "
                "wrote them. Export them again."
            )
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: Any) -> None:
        raise InputError(
            f"{path}: the XML declares a document type (<!DOCTYPE ...>), which annotation tools do not write and "
            "which can name other files. Remove the declaration, or export the annotations again."
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(text, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, UnicodeError, ValueError) as error:
        raise InputError(
            f"{path}: not well-formed XML ({error}). The file may be cut off: export it again."
        ) from error
