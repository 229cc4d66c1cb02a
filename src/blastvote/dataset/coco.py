"""Our COCO file: the true cells of all images as run-length masks, with our own image ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from blastvote import io, rle
from blastvote.dataset.truth import TrueCell, TrueImage, Truth
from blastvote.errors import InputError


def write_coco(path: str | Path, images: Iterable[TrueImage], class_names: Sequence[str]) -> None:
    """Write images and their cells as a COCO file.

    Parameters
    ----------
    path
        The JSON file; images are sorted by id, so that the bytes do not depend on the order of ``images``.
    images
        The images.
    class_names
        Class ``n`` of this list gets the category id ``n + 1``.

    Raises
    ------
    InputError
        If a cell's class is not in ``class_names``, or an image id occurs twice.
    """
    entries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, image in enumerate(sorted(images, key=lambda image: image.image_id), start=1):
        if image.image_id in seen:
            raise InputError(f"{path}: image_id {image.image_id!r} occurs twice; ids must be unique.")
        seen.add(image.image_id)
        entry = {
            "id": number,
            "image_id": image.image_id,
            "file_name": image.file_name,
            "width": image.width,
            "height": image.height,
        }
        entries.append(entry | ({"label": image.label} if image.label else {}))
        for category, cell in zip(image.class_ids(class_names).tolist(), image.cells, strict=True):
            annotations.append(_annotation(len(annotations) + 1, number, category, cell))
    categories = [{"id": n, "name": name, "supercategory": "cell"} for n, name in enumerate(class_names, 1)]
    io.write_json(
        path, {"images": entries, "categories": categories, "annotations": annotations}, indent=None
    )


def _annotation(number: int, image: int, category: int, cell: TrueCell) -> dict[str, Any]:
    y1, x1, y2, x2 = cell.box
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": cell.mask,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": rle.area(cell.mask),
        "iscrowd": int(cell.crowd),
    }


def read_coco(*paths: str | Path) -> Truth:
    """Read COCO files written by `write_coco`.

    Parameters
    ----------
    paths
        One file or several (say of the originals and of their flipped copies); of an image in more than one
        file the first counts. Not annotated are images with ``"annotated": false``, and images with a label but
        without cells: such a label says that there are some. Any other image without cells is annotated and
        empty.

    Raises
    ------
    InputError
        If a file is missing or not such a file, a mask is damaged, or the files have different classes.
    """
    images: list[TrueImage] = []
    classes: list[str] | None = None
    for path in paths:
        document = io.read_json(path)
        try:
            categories = sorted(document["categories"], key=lambda category: category["id"])
            names = {category["id"]: str(category["name"]) for category in categories}
            images += _images(path, document, names)
        except InputError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise InputError(f"{path}: not a COCO file of blastvote ({error!r}). Make it again.") from error
        if classes is not None and classes != list(names.values()):
            raise InputError(
                f"{path}: has the classes {list(names.values())}, but {paths[0]} has {classes}. Make both again."
            )
        classes = list(names.values())
    return Truth(images, classes or [], ", ".join(map(str, paths)))


def _images(path: str | Path, document: dict[str, Any], names: dict[int, str]) -> list[TrueImage]:
    cells: dict[int, list[TrueCell]] = {image["id"]: [] for image in document["images"]}
    sizes = {image["id"]: (int(image["height"]), int(image["width"])) for image in document["images"]}
    for annotation in document["annotations"]:
        image, where = annotation["image_id"], f"{path}: annotation {annotation.get('id')}"
        mask = rle.normalise(where, annotation["segmentation"], sizes[image])
        cell = TrueCell(names[annotation["category_id"]], mask, bool(annotation.get("iscrowd", 0)))
        cells[image].append(cell)
    return [_image(entry, tuple(cells[entry["id"]])) for entry in document["images"]]


def _image(entry: dict[str, Any], cells: tuple[TrueCell, ...]) -> TrueImage:
    label = entry.get("label") or None
    file_name = str(entry.get("file_name", ""))
    return TrueImage(
        image_id=str(entry["image_id"]) if "image_id" in entry else Path(file_name).stem,
        file_name=file_name,
        width=int(entry["width"]),
        height=int(entry["height"]),
        cells=cells,
        label=label,
        number=int(entry["id"]),
        annotated=bool(entry.get("annotated", bool(cells) or label is None)),
    )
