"""Pair the images of a part with mask images: one for each photograph, or one for each cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blastvote.annotations.files import is_annotation_entry
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import (
    check_mask_file,
    read_cell_masks,
    read_class_masks,
    read_mask_annotation,
    the_mask,
)
from blastvote.annotations.mask_images.names import mask_image_files, photograph_stem
from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.patterns import is_pattern, matches, split_pattern
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.errors import InputError, MissingMasksError, UnrelatedInputError
from blastvote.io import IMAGE_SUFFIXES, real_path
from blastvote.wording import listed


@dataclass(frozen=True)
class MaskFiles:
    """The mask images of a part.

    Attributes
    ----------
    whole
        Image id to the one mask of all its cells.
    cells
        Image id to the masks of its cells, one for each.
    classes
        Image id to its masks in a folder for each class.
    lost
        Names of the mask images that belong to no photograph.
    """

    whole: dict[str, Path]
    cells: dict[str, list[Path]] = field(default_factory=dict)
    classes: dict[str, list[Path]] = field(default_factory=dict)
    lost: tuple[str, ...] = ()

    def __contains__(self, image_id: str) -> bool:
        """Return whether an image has a mask."""
        return image_id in self.whole or image_id in self.cells or image_id in self.classes


def is_mask_part(part: Part) -> bool:
    """Return whether a part's annotations are mask images."""
    if part.mask_files:
        return True
    return bool(part.annotations) and not any(map(is_annotation_entry, part.annotations))


def mask_paths(part: Part, journal: Journal) -> MaskFiles:
    """Return the mask images of each image that has some; note mask images that belong to none.

    A mask is that of the photograph with the same stem (`photograph_stem`). Else it is one cell of the photograph
    that its folder is named after (``a/masks/7.png``), or that its name begins or ends with (``a_7.png``).
    """
    if part.mask_files:
        return MaskFiles(part.mask_files)
    index = NameIndex(part.images)
    whole: dict[str, list[Path]] = {}
    single: dict[str, list[Path]] = {}
    lost: list[str] = []
    for root, path in _candidates(part):
        image_id, is_whole = _owner(path, root, index)
        if image_id is None:
            lost.append(path.name)
        else:
            (whole if is_whole else single).setdefault(image_id, []).append(path)
    classes = {i: paths for i, paths in whole.items() if _are_of_classes(paths)}
    found = {i: the_mask(part.images[i].stem, paths) for i, paths in whole.items() if i not in classes}
    lost += [path.name for i, paths in single.items() if i in found or i in classes for path in paths]
    cells = {i: paths for i, paths in single.items() if i not in found and i not in classes}
    where = listed(part.annotations)
    if all(len(paths) == 1 for paths in cells.values()):
        # Nothing says that they show one cell each: they may as well be label maps under names with an ending.
        found |= {i: paths[0] for i, paths in cells.items()}
        cells = {}
    if cells:
        total = sum(map(len, cells.values()))
        journal.notes.append(f"{where}: {total} mask images show one cell each, of {len(cells)} photographs.")
    if lost:
        journal.notes.append(
            f"{where}: {len(lost)} mask images belong to no photograph in use ({listed(lost)})."
        )
    return MaskFiles(found, cells, classes, tuple(lost))


def _are_of_classes(paths: Sequence[Path]) -> bool:
    """Return whether masks of one photograph have one name, in folders beside each other: one for each class."""
    folders = {path.parent for path in paths}
    names = {path.name.casefold() for path in paths}
    return len(names) == 1 and len(folders) == len(paths) > 1 and len({f.parent for f in folders}) == 1


def _candidates(part: Part) -> Iterable[tuple[Path, Path]]:
    """Yield the image files that may be masks of a part, each with the folder from which its path counts."""
    photographs = {real_path(path) for path in part.images.values()}
    for entry in part.annotations:
        path = Path(entry)
        if path.is_dir():
            root, files = path, mask_image_files(path)
        elif is_pattern(path):
            root, files = split_pattern(path)[0], matches(path)
        else:
            root, files = path.parent, [path]
        masks = [
            p
            for p in files
            if p.suffix.lower() in IMAGE_SUFFIXES and p.name[0] != "." and real_path(p) not in photographs
        ]
        if not masks:
            raise UnrelatedInputError(f"{entry}: {_nothing(path)}")
        yield from ((root, mask) for mask in masks)


def _nothing(path: Path) -> str:
    """Return what to say of an entry without mask images."""
    inside = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name[0] != "."]
    seg = [file for file in inside if file.name.endswith("_seg.npy")]
    packed = [file for file in inside if file.suffix.lower() in (".zip", ".roi", ".gz")]
    texts = [file for file in inside if file.suffix.lower() in (".txt", ".csv")]
    if seg:
        return (
            f"holds no mask images, but {len(seg)} files such as {seg[0].name}, which are pickles and never opened. In "
            "Cellpose choose File > Save masks as PNG/TIF; the masks (_cp_masks) are then found here."
        )
    if packed:
        return (
            f"holds no annotation files and no mask images, but {len(packed)} such as {packed[0].name}. Unpack exports "
            "of annotation tools; save ImageJ's ROIs of each photograph as one archive with the photograph's name "
            "(ROI Manager > More > Save)."
        )
    if texts:
        return (
            f"holds no mask images and no annotation files, but {len(texts)} such as {texts[0].name} of no known "
            "format. YOLO's have a class number and the outline's x and y in each line, from 0 to 1, with points and "
            "blanks (0 0.12 0.34 ...); tables are VIA's. Export the annotations again."
        )
    other = [file for file in inside if file.suffix.lower() not in IMAGE_SUFFIXES]
    only = f", but {len(other)} files such as {other[0].name}, which are not read" if other else ""
    return (
        f"holds no annotation files and no mask images beside the photographs ({', '.join(IMAGE_SUFFIXES)}){only}. "
        "Name the file or folder that holds the annotations."
    )


def _owner(path: Path, root: Path, index: NameIndex) -> tuple[str | None, bool]:
    """Return the image to which a mask belongs, and whether it is the mask of the whole image."""
    folders = [folder.name for folder in path.relative_to(root).parents if folder.name]
    for name in folders:
        image_id = index.find(name)
        if image_id is not None:
            return image_id, False
    stem = photograph_stem(path.stem)
    name = f"{folders[0]}/{stem}" if folders else stem
    image_id = index.find(path.stem) or index.find(name) or index.guess(stem)
    if image_id is not None:
        return image_id, True
    for end in range(len(path.stem) - 1, 0, -1):
        if path.stem[end].isalnum():
            continue
        start = path.stem[:end]
        image_id = index.find(start) or index.find(photograph_stem(start)) or index.find(path.stem[end + 1 :])
        if image_id is not None:
            return image_id, False
    return _inside(path.stem, index), False


def _inside(stem: str, index: NameIndex) -> str | None:
    """Return the one image whose name stands in the middle of a mask's (``mask_a_0``), the longest such name."""
    words = [(found.start(), found.end()) for found in re.finditer(r"[^\W_]+", stem)]
    for count in range(len(words) - 1, 0, -1):
        pieces = (stem[words[n][0] : words[n + count - 1][1]] for n in range(len(words) - count + 1))
        ids = {image_id for image_id in map(index.find, pieces) if image_id is not None}
        if ids:
            return ids.pop() if len(ids) == 1 else None
    return None


def check_masks(part: Part, masks: MaskFiles, mode: str) -> None:
    """Raise InputError if any image of a part has no mask image, or one that cannot be a mask."""
    for path in masks.whole.values():
        check_mask_file(path, mode)
    missing = [path.name for image_id, path in part.images.items() if image_id not in masks]
    names = {path.name for path in part.images.values()}
    channels = [name for name in missing if re.sub(r"_000[1-9](?=\.)", "_0000", name) in names - {name}]
    if channels and len(channels) == len(missing):
        raise InputError(
            f"{part.name}: {len(channels)} files are further channels of photographs ({listed(channels, 3)}): nnU-Net "
            "keeps red, green and blue in files of their own. Merge those of each photograph into one colour image."
        )
    if missing:
        others = (
            f" ({len(masks.lost)} masks there belong to no photograph: {listed(masks.lost)})"
            if masks.lost
            else ""
        )
        raise MissingMasksError(
            f"{listed(part.annotations) or part.name}: {len(missing)} of {len(part.images)} images have no "
            f"mask image ({listed(missing)}){others}. Expected a mask with the photograph's stem (a.png), or one for "
            "each cell (a_1.png, a_2.png, or in a folder a/), for each image: add it (all zero if there is no cell), "
            "or leave such images out: dataset.unlabelled: leave_out (--unlabelled).",
            missing=len(missing),
            images=len(part.images),
        )


def mask_annotations(part: Part, source: Source, journal: Journal) -> dict[str, ImageAnnotation]:
    """Return the annotations of a part's images by id, read from mask images."""
    masks = mask_paths(part, journal)
    check_masks(part, masks, source.masks.mode)
    found = {}
    values: dict[str, set[int]] = {}
    for image_id, photograph in part.images.items():
        how = photograph.name, source.masks, journal
        if image_id in masks.cells:
            found[image_id] = read_cell_masks(masks.cells[image_id], *how)
        elif image_id in masks.classes:
            found[image_id] = read_class_masks(masks.classes[image_id], *how)
            journal.notes.append(f"{listed(part.annotations)}: the class of each mask is its folder.")
        else:
            path = masks.whole[image_id]
            found[image_id] = read_mask_annotation(path, *how)
            values[path.name] = set(found[image_id].attributes["values"])
    journal.notes[:] = dict.fromkeys(journal.notes)  # such as one table of colours for all masks
    if source.masks.mode == "binary":
        _note_rare_values(values, journal.notes)
    return found


def _note_rare_values(values: Mapping[str, set[int]], notes: list[str]) -> None:
    """Note grey levels that few binary masks have: strokes that slipped, or lossy compression."""
    share = Counter(value for own in values.values() for value in own)
    for name, own in values.items():
        rare = sorted(value for value in own if share[value] * 10 < len(values))
        if rare:
            detail = ", ".join(map(str, rare[:8]))
            notes.append(f"{name}: holds grey levels that few masks have ({detail}); they count as the cell.")
