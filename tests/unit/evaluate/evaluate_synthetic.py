"""Made-up smears and detections with crowds, empty images, touching cells, near misses and tied scores."""

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from pycocotools import mask as coco_mask

HEIGHT, WIDTH = 96, 128


def disc(x: float, y: float, radius: float) -> np.ndarray:
    """Return a filled disc as a (HEIGHT, WIDTH) bool mask."""
    plane = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.circle(plane, (round(x), round(y)), round(radius), 1, -1)
    return plane.astype(bool)


def encode(mask: np.ndarray) -> dict:
    """Return a JSON-ready compressed RLE."""
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(side) for side in rle["size"]], "counts": rle["counts"].decode("ascii")}


def box(mask: np.ndarray) -> list[float]:
    """Return the COCO box of a mask."""
    return [float(value) for value in coco_mask.toBbox(coco_mask.encode(np.asfortranarray(mask, np.uint8)))]


def make_truth(
    rng: np.random.Generator,
    n_images: int,
    n_classes: int,
    crowds: bool = True,
    names: list[str] | None = None,
) -> dict:
    """Return a COCO ground-truth dictionary; every seventh image has no cells."""
    images, annotations = [], []
    for number in range(n_images):
        images.append(
            {
                "id": number + 1,
                "image_id": f"img{number:03d}",
                "height": HEIGHT,
                "width": WIDTH,
                "file_name": "",
            }
        )
        for _ in range(0 if number % 7 == 6 else rng.integers(1, 7)):
            mask = disc(rng.uniform(8, WIDTH - 8), rng.uniform(8, HEIGHT - 8), rng.uniform(6, 14))
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number + 1,
                    "category_id": int(rng.integers(1, n_classes + 1)),
                    "segmentation": encode(mask),
                    "bbox": box(mask),
                    "area": int(mask.sum()),
                    "iscrowd": int(crowds and rng.random() < 0.1),
                }
            )
    categories = [
        {"id": number + 1, "name": names[number] if names else f"c{number + 1}"}
        for number in range(n_classes)
    ]
    return {"images": images, "annotations": annotations, "categories": categories}


def make_detections(
    rng: np.random.Generator, truth: dict, n_classes: int, quality: float = 0.8
) -> list[dict]:
    """Return noisy copies of the true cells, duplicates and false alarms, with scores of one decimal."""
    found = []
    names = {image["id"]: image["image_id"] for image in truth["images"]}
    for annotation in truth["annotations"]:
        x, y, width, height = annotation["bbox"]
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            category = annotation["category_id"]
            if rng.random() > quality:
                category = int(rng.integers(1, n_classes + 1))
            mask = disc(
                x + width / 2 + rng.normal(0, 2),
                y + height / 2 + rng.normal(0, 2),
                width / 2 * rng.uniform(0.8, 1.2),
            )
            found.append(_detection(names[annotation["image_id"]], category, mask, rng))
    for name in names.values():
        if rng.random() < 0.4:
            mask = disc(rng.uniform(8, WIDTH - 8), rng.uniform(8, HEIGHT - 8), 8)
            found.append(_detection(name, int(rng.integers(1, n_classes + 1)), mask, rng))
    return found


def _detection(name: str, category: int, mask: np.ndarray, rng: np.random.Generator) -> dict:
    score = round(float(rng.uniform(0.05, 1)), 1)
    return {
        "image_id": name,
        "category_id": category,
        "bbox": box(mask),
        "score": max(score, 0.1),
        "segmentation": encode(mask),
    }


def ranked(found: list[dict]) -> list[dict]:
    """Return detections in the order in which ours ranks equal scores: by class, box and mask."""

    def key(entry: dict) -> tuple:
        x, y, width, height = entry["bbox"]
        return entry["category_id"], y, x, height, width, entry["segmentation"]["counts"]

    return sorted(found, key=key)


def all_test(truth: dict) -> pd.DataFrame:
    """Return a splits table in which every image tests."""
    names = [image["image_id"] for image in truth["images"]]
    return pd.DataFrame({"image_id": names, "fold": 0, "role": "test", "flip": "none"})


def dump(path: Path, content: object) -> Path:
    """Write JSON and return the path."""
    path.write_text(json.dumps(content))
    return path
