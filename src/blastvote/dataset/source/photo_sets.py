"""Groups of images with the files that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from blastvote import io
from blastvote.annotations.files import annotation_files, files_beside
from blastvote.annotations.mask_images.names import mask_image_files
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.dataset.source.patterns import is_pattern, matches


@dataclass(frozen=True)
class Part:
    """Images that share an annotation file (or folder) and a table of labels.

    Attributes
    ----------
    name
        Goes into the manifest's column ``source``.
    images
        Image id to path.
    annotations
        Annotation files or folders, with a pattern if need be.
    labels
        Table of labels and patients, or empty.
    mask_files
        Image id to mask image, where a sheet names one for each image.
    """

    name: str
    images: dict[str, Path]
    annotations: tuple[str, ...] = ()
    labels: str = ""
    mask_files: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A data set's files and how to read them.

    Attributes
    ----------
    parts
        One for each group of images.
    masks
        What the values of mask images mean.
    crowds
        What becomes of crowds (`blastvote.dataset.source.usable.CROWDS`).
    class_attribute
        Attribute that holds the class, or None.
    class_aliases
        Names in the files to names of the configuration; an empty name leaves the cell (or, as a label, the
        image) out.
    reading
        How the pixels of photographs are read.
    unlabelled
        File names of the images that were left out because they have neither cells nor a label.
    """

    parts: tuple[Part, ...]
    masks: MaskSettings = field(default_factory=MaskSettings)
    class_attribute: str | None = None
    class_aliases: Mapping[str, str] = field(default_factory=dict)
    crowds: str = "ignore"
    reading: io.ReadSettings = field(default_factory=io.ReadSettings)
    unlabelled: tuple[str, ...] = ()

    @property
    def images(self) -> dict[str, Path]:
        """Return all images by id, sorted."""
        return dict(sorted(item for part in self.parts for item in part.images.items()))

    @property
    def annotation_inputs(self) -> list[str]:
        """Return every annotation file: what a change of the annotations touches."""
        files: list[str] = []
        for part in self.parts:
            for entry in part.annotations:
                files += [str(path) for path in _files_of(entry)]
            files += [str(path) for path in part.mask_files.values()]
        return list(dict.fromkeys(files))

    @property
    def label_inputs(self) -> list[str]:
        """Return every table of labels."""
        return list(dict.fromkeys(part.labels for part in self.parts if part.labels))


def _files_of(entry: str) -> list[Path]:
    path = Path(entry)
    if path.is_dir():
        files = annotation_files(path) or mask_image_files(path)
    else:
        files = matches(path) if is_pattern(path) else [path]
    return files + files_beside(files)
