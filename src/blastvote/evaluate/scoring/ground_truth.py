"""The true cells of the evaluated images, as RLE masks: the only module here that reads annotation files.

Masks stay run-length encoded: 301 images of 5 megapixels with 10 cells each would be 15 GB as arrays.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from blastvote.dataset.augment import flip_boxes, flip_masks, split_sample_id
from blastvote.errors import InputError

TOUCH_PX = 2


@dataclass(frozen=True)
class TrueImage:
    """The annotated cells of one image.

    Attributes
    ----------
    number : int
        The image's integer id in the COCO file: it orders images, which settles ties between scores.
    height, width : int
    class_index : ndarray, (M,) int64
        0 for category 1.
    crowd : ndarray, (M,) bool
        Regions of uncountable cells: neither to be found nor wrong to find.
    boxes : ndarray, (M, 4) float64
        COCO order: x, y, width, height.
    rles : tuple of dict
        Compressed RLE masks.
    """

    number: int
    height: int
    width: int
    class_index: NDArray[np.int64]
    crowd: NDArray[np.bool_]
    boxes: NDArray[np.float64]
    rles: tuple[dict[str, Any], ...]

    def touching_pairs(self) -> NDArray[np.intp]:
        """Return the pairs (P, 2) of cells, i < j, whose masks come within `TOUCH_PX` pixels or overlap."""
        cells = [int(cell) for cell in np.flatnonzero(~self.crowd)]
        low = self.boxes[:, :2] - TOUCH_PX
        high = self.boxes[:, :2] + self.boxes[:, 2:] + TOUCH_PX
        strips: dict[int, NDArray[np.int64]] = {}
        pairs = []
        for i, j in combinations(cells, 2):
            if (low[i] >= high[j]).any() or (low[j] >= high[i]).any():
                continue
            for k in (i, j):
                if k not in strips:
                    strips[k] = column_strips(self.rles[k])
            if _near(strips[i], strips[j]):
                pairs.append((i, j))
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _near(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    """Return whether any pixels of two masks, given as column strips, are within `TOUCH_PX` of each other."""
    x_a, top_a, end_a = one.T[:, :, None]
    x_b, top_b, end_b = other.T[:, None, :]
    beside = np.abs(x_a - x_b) <= TOUCH_PX
    return bool((beside & (top_b - end_a < TOUCH_PX) & (top_a - end_b < TOUCH_PX)).any())


def column_strips(rle: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return a mask as vertical strips (S, 3): column, first row, row after the last; never a whole image."""
    height = int(rle["size"][0])
    edges = np.cumsum(run_lengths(rle["counts"]))
    starts, stops = edges[0::2][: len(edges) // 2], edges[1::2]
    starts, stops = starts[stops > starts], stops[stops > starts]
    first = starts // height
    number = (stops - 1) // height - first + 1
    column = (
        np.repeat(first, number) + np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    )
    top = np.maximum(np.repeat(starts, number) - column * height, 0)
    end = np.minimum(np.repeat(stops, number) - column * height, height)
    return np.stack([column, top, end], axis=1).astype(np.int64)


def run_lengths(counts: bytes) -> NDArray[np.int64]:
    """Return the run lengths of COCO's compressed RLE, background first.

    Each number is written in groups of five bits, lowest first, plus 48; bit 6 of a character says that more
    follow, bit 5 of the last is the sign. From the fourth on, a number is the difference to the last but one.
    """
    lengths: list[int] = []
    value = shift = 0
    for character in counts:
        group = character - 48
        value |= (group & 0x1F) << shift
        shift += 5
        if not group & 0x20:
            if group & 0x10:
                value -= 1 << shift
            lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
            value = shift = 0
    return np.array(lengths, dtype=np.int64)


def read_ground_truth(paths: Path | str | Iterable[Path | str]) -> dict[str, TrueImage]:
    """Read COCO annotation files whose images carry our `image_id`.

    Parameters
    ----------
    paths
        One file or several (say of the originals and of their flipped copies); of an image in more than one
        file the first counts. Not annotated are images that no file lists, images with `"annotated": false`,
        and images with a label of one of the classes but without cells: such a label says that there are
        some. Any other image without cells is annotated and empty.

    Returns
    -------
    dict
        Image id (our string) to its true cells.

    Raises
    ------
    InputError
        For a file that is missing or not COCO.
    """
    found: dict[str, TrueImage] = {}
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        content = _load(Path(path))
        cells: dict[int, list[dict[str, Any]]] = {}
        for annotation in content.get("annotations", []):
            cells.setdefault(annotation["image_id"], []).append(annotation)
        for image in content["images"]:
            name = str(image.get("image_id", Path(str(image.get("file_name", image["id"]))).stem))
            there = cells.get(image["id"], [])
            if name not in found and image.get("annotated", bool(there) or not image.get("label")):
                found[name] = _true_image(image, there)
    return found


def find(truth: dict[str, TrueImage], sample_id: str) -> TrueImage | None:
    """Return the truth of a sample; of a flipped copy that no file lists, its source image flipped."""
    if sample_id in truth:
        return truth[sample_id]
    source, flip = split_sample_id(sample_id)
    return _flipped(truth[source], flip) if flip != "none" and source in truth else None


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such annotation file.") from None
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON ({error}).") from None
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise InputError(f"{path} is not a COCO annotation file: expected an object with 'images'.")
    return content


def _true_image(image: dict[str, Any], annotations: Sequence[dict[str, Any]]) -> TrueImage:
    height, width = int(image["height"]), int(image["width"])
    rles = tuple(_rle(annotation["segmentation"], height, width) for annotation in annotations)
    boxes = [
        annotation.get("bbox") or coco_mask.toBbox(rle)
        for annotation, rle in zip(annotations, rles, strict=True)
    ]
    return TrueImage(
        number=int(image["id"]),
        height=height,
        width=width,
        class_index=np.array([annotation["category_id"] for annotation in annotations], dtype=np.int64) - 1,
        crowd=np.array([bool(annotation.get("iscrowd", 0)) for annotation in annotations], dtype=bool),
        boxes=np.array(boxes, dtype=np.float64).reshape(-1, 4),
        rles=rles,
    )


def _rle(segmentation: Any, height: int, width: int) -> dict[str, Any]:
    """Return compressed RLE of polygons, of an uncompressed or of a compressed RLE."""
    if isinstance(segmentation, list):
        return coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
    if isinstance(segmentation["counts"], list):
        return coco_mask.frPyObjects(segmentation, height, width)
    counts = segmentation["counts"]
    return {
        "size": list(segmentation["size"]),
        "counts": counts.encode("ascii") if isinstance(counts, str) else counts,
    }


def _flipped(image: TrueImage, flip: str) -> TrueImage:
    if not image.rles:
        return image
    masks = flip_masks(coco_mask.decode(list(image.rles)).astype(bool), flip)
    rles = coco_mask.encode(np.asfortranarray(masks.astype(np.uint8)))
    x, y, width, height = image.boxes.T
    corners = flip_boxes(np.stack([y, x, y + height, x + width], axis=1), flip, image.height, image.width)
    boxes = np.stack([corners[:, 1], corners[:, 0], width, height], axis=1)
    return TrueImage(
        image.number, image.height, image.width, image.class_index, image.crowd, boxes, tuple(rles)
    )
