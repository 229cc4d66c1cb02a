"""The registry of annotation formats: a format is one file in `blastvote.annotations.formats`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blastvote.annotations.model import AnnotationSet


@dataclass(frozen=True)
class AnnotationFile:
    """An annotation file, parsed.

    Attributes
    ----------
    path
        The file.
    content
        How it is written: ``json``, ``xml``, ``csv``, ``text`` or ``binary``.
    document
        What is in it: the JSON value, the root `xml.etree.ElementTree.Element`, a table of strings, the text, or
        the first bytes.
    class_attribute
        The attribute that holds the class, for formats that have several; None leaves it to the format.
    """

    path: Path
    content: str
    document: Any
    class_attribute: str | None = None


Recognise = Callable[[AnnotationFile], bool]
Read = Callable[[AnnotationFile], AnnotationSet]


@dataclass(frozen=True)
class Format:
    """One annotation format.

    Attributes
    ----------
    name
        Goes into `AnnotationSet.format`.
    title
        What messages call it; empty for what is recognised only to be refused with a remedy.
    content
        How its files are written (see `AnnotationFile`).
    recognises
        Whether a file of that content is of this format; looks at the content, never at the name.
    read
        Reads a file that it recognises; raises `InputError` for what is damaged, or only refused.
    companions
        Names of files that lie beside the annotations and hold none, such as ``classes.txt``.
    beside
        Returns the file that a file of the format reads its class names from, or None.
    finds_class
        Whether the reader itself takes the class from the attribute that the user names.
    """

    name: str
    title: str
    content: str
    recognises: Recognise
    read: Read
    companions: tuple[str, ...] = ()
    beside: Callable[[Path], Path | None] | None = None
    finds_class: bool = False


FORMATS: dict[str, Format] = {}


def annotation_format(
    name: str,
    title: str,
    content: str,
    recognises: Recognise,
    companions: tuple[str, ...] = (),
    *,
    beside: Callable[[Path], Path | None] | None = None,
    finds_class: bool = False,
) -> Callable[[Read], Read]:
    """Register the decorated function as the reader of a format (see `Format`).

    Raises
    ------
    ValueError
        If the name is taken: a programming error.
    """

    def register(read: Read) -> Read:
        if name in FORMATS:
            raise ValueError(f"annotation format {name!r} is registered twice")
        FORMATS[name] = Format(name, title, content, recognises, read, companions, beside, finds_class)
        return read

    return register


@functools.cache
def find_formats() -> dict[str, Format]:
    """Return all formats; every file of `blastvote.annotations.formats` is imported, so that it registers itself."""
    from blastvote.annotations import formats

    for module in pkgutil.iter_modules(formats.__path__):
        importlib.import_module(f"{formats.__name__}.{module.name}")
    return FORMATS


def find_format(file: AnnotationFile) -> Format | None:
    """Return the format of a file; None if no format knows it."""
    return next(
        (f for f in find_formats().values() if f.content == file.content and f.recognises(file)), None
    )


def supported() -> str:
    """Return the formats that can be read, as messages list them."""
    titles = [f.title for f in find_formats().values() if f.title]
    return f"{', '.join(titles)}; or a folder of these or of mask images"
