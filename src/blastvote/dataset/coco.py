"""Our COCO file: the true cells of all images as run-length masks, with our own image ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blastvote import io
from blastvote.annotations.coco import compress
from blastvote.annotations.masks import encode
from blastvote.errors import InputError


@dataclass(frozen=True, eq=False)
class CellRecord:
    """One true cell of an image.

    Attributes
    ----------
    class_name
        One of the configured classes.
    rle
        COCO run-length mask ``{"size": [H, W], "counts": str}``.
    crowd
        Whether it marks a group of uncounted cells.
    """

    class_name: str
    rle: dict[str, Any]
    crowd: bool = False


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """One image with its true cells. ``width`` and ``height`` are pixels."""

    image_id: str
    file_name: str
    width: int
    height: int
    cells: tuple[CellRecord, ...] = ()
    label: str | None = None

    @classmethod
    def from_masks(
        cls,
        image_id: str,
        file_name: str,
        masks: np.ndarray,
        class_names: Sequence[str],
        label: str | None = None,
    ) -> ImageRecord:
        """Make a record of masks ``bool (H, W, N)`` and the names of their classes."""
        height, width, count = masks.shape
        cells = tuple(CellRecord(class_names[n], encode(masks[..., n])) for n in range(count))
        return cls(image_id, file_name, width, height, cells, label)


def write_coco(path: str | Path, records: Iterable[ImageRecord], class_names: Sequence[str]) -> None:
    """Write images and their cells as a COCO file.

    Parameters
    ----------
    path
        The JSON file; images are sorted by id, so that the bytes do not depend on the order of ``records``.
    records
        The images.
    class_names
        Class ``n`` of this list gets the category id ``n + 1``.

    Raises
    ------
    InputError
        If a cell's class is not in ``class_names``, or an image id occurs twice.
    """
    ids = {name: number for number, name in enumerate(class_names, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, record in enumerate(sorted(records, key=lambda r: r.image_id), start=1):
        if record.image_id in seen:
            raise InputError(f"{path}: image_id {record.image_id!r} occurs twice; ids must be unique.")
        seen.add(record.image_id)
        image = {
            "id": number,
            "image_id": record.image_id,
            "file_name": record.file_name,
            "width": record.width,
            "height": record.height,
        }
        images.append(image | ({"label": record.label} if record.label else {}))
        for cell in record.cells:
            if cell.class_name not in ids:
                raise InputError(
                    f"{record.file_name}: a cell has the class {cell.class_name!r}; expected one of "
                    f"{list(class_names)}. Correct it, or map it in config key 'dataset.class_aliases'."
                )
            annotations.append(_annotation(len(annotations) + 1, number, ids[cell.class_name], cell))
    categories = [{"id": number, "name": name, "supercategory": "cell"} for name, number in ids.items()]
    io.write_json(path, {"images": images, "categories": categories, "annotations": annotations}, indent=None)


def _annotation(number: int, image: int, category: int, cell: CellRecord) -> dict[str, Any]:
    from pycocotools import mask as coco_mask

    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": {"size": cell.rle["size"], "counts": cell.rle["counts"]},
        "bbox": [int(side) for side in coco_mask.toBbox(cell.rle)],
        "area": int(coco_mask.area(cell.rle)),
        "iscrowd": int(cell.crowd),
    }


class CocoData:
    """A COCO file of ours in memory; masks are decoded when asked for.

    Attributes
    ----------
    class_names
        Names of the classes; class id ``n`` (1..K) is ``class_names[n - 1]``.
    image_ids
        Our image ids, sorted as in the file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        document = io.read_json(path)
        try:
            categories = sorted(document["categories"], key=lambda category: category["id"])
            self.class_names = [str(category["name"]) for category in categories]
            self._class_ids = {category["id"]: n for n, category in enumerate(categories, start=1)}
            images = {
                image["id"]: str(image.get("image_id", image["file_name"])) for image in document["images"]
            }
            self._images = {images[image["id"]]: image for image in document["images"]}
            self._cells: dict[str, list[dict[str, Any]]] = {image_id: [] for image_id in self._images}
            for annotation in document["annotations"]:
                self._cells[images[annotation["image_id"]]].append(annotation)
        except (KeyError, TypeError) as error:
            raise InputError(f"{path}: not a COCO file of blastvote ({error!r}). Make it again.") from error
        self.image_ids = list(self._images)

    def _image(self, image_id: str) -> dict[str, Any]:
        if image_id not in self._images:
            raise InputError(
                f"{self.path}: holds no image {image_id!r}. Make the file again from all images."
            )
        return self._images[image_id]

    def size(self, image_id: str) -> tuple[int, int]:
        """Return ``(H, W)`` in pixels."""
        image = self._image(image_id)
        return int(image["height"]), int(image["width"])

    def label(self, image_id: str) -> str | None:
        """Return the image's class, if the file has it."""
        return self._image(image_id).get("label")

    def file_name(self, image_id: str) -> str:
        """Return the name of the photograph's file."""
        return str(self._image(image_id)["file_name"])

    def _chosen(self, image_id: str, crowd: bool) -> list[dict[str, Any]]:
        self._image(image_id)
        return [a for a in self._cells[image_id] if bool(a.get("iscrowd", 0)) == crowd]

    def rles(self, image_id: str, crowd: bool = False) -> list[dict[str, Any]]:
        """Return the run-length masks of an image's cells (or of its crowds)."""
        from pycocotools import mask as coco_mask

        height, width = self.size(image_id)
        result = []
        for annotation in self._chosen(image_id, crowd):
            segmentation = annotation["segmentation"]
            if isinstance(segmentation, list):  # polygons of a foreign file: COCO's own rule
                rle = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
                segmentation = {"size": [height, width], "counts": rle["counts"].decode("ascii")}
            result.append(compress(f"{self.path}: annotation {annotation.get('id')}", segmentation))
        return result

    def masks(self, image_id: str, crowd: bool = False) -> np.ndarray:
        """Return the masks of an image's cells, ``bool (H, W, N)``; crowds are left out, or given alone."""
        from pycocotools import mask as coco_mask

        rles = self.rles(image_id, crowd)
        if not rles:
            return np.zeros((*self.size(image_id), 0), dtype=bool)
        return coco_mask.decode(rles).astype(bool)

    def class_ids(self, image_id: str, crowd: bool = False) -> np.ndarray:
        """Return the class ids (1..K) of an image's cells, ``int32 (N,)``, in the order of `masks`."""
        ids = [self._class_ids[annotation["category_id"]] for annotation in self._chosen(image_id, crowd)]
        return np.array(ids, dtype=np.int32)

    def cell_classes(self, image_id: str) -> list[str]:
        """Return the class names of an image's cells, in the order of `masks`."""
        return [self.class_names[number - 1] for number in self.class_ids(image_id)]

    def boxes(self, image_id: str) -> np.ndarray:
        """Return the boxes of an image's cells, ``float32 (N, 4)``: ``y1, x1, y2, x2``, half-open pixels."""
        boxes = [annotation["bbox"] for annotation in self._chosen(image_id, False)]
        x, y, w, h = np.array(boxes, dtype=np.float32).reshape(-1, 4).T
        return np.stack([y, x, y + h, x + w], axis=1)


def read_coco(path: str | Path) -> CocoData:
    """Read a COCO file written by `write_coco`.

    Raises
    ------
    InputError
        If the file is missing or not such a file.
    """
    return CocoData(path)


def flip_record(data: CocoData, image_id: str, flip: str) -> ImageRecord:
    """Return the record of an image's flipped copy: its sample id, and every mask flipped exactly."""
    from blastvote.dataset.augment import flip_masks, sample_id

    height, width = data.size(image_id)
    cells = []
    for crowd in (False, True):
        masks, ids = data.masks(image_id, crowd), data.class_ids(image_id, crowd)
        for place, number in enumerate(ids):
            rle = encode(flip_masks(masks[..., place], flip))
            cells.append(CellRecord(data.class_names[number - 1], rle, crowd))
    name = sample_id(image_id, flip)
    return ImageRecord(name, f"{name}.png", width, height, tuple(cells), data.label(image_id))
