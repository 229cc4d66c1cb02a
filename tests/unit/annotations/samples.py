"""One annotation file of each format, with the same cells: the material of recognition, round trip and damage."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

WIDTH, HEIGHT = 80, 60
DISC = np.array([[30 + 12 * np.cos(t), 25 + 12 * np.sin(t)] for t in np.arange(24) * np.pi / 12])
"""The outline of the one cell, class L1, of image a.png, ``x, y`` in pixels."""
FLAT = [round(float(value), 2) for value in DISC.ravel()]
PAIRS = [FLAT[i : i + 2] for i in range(0, len(FLAT), 2)]


@dataclass(frozen=True)
class Sample:
    """A file's name, its content (text, bytes or JSON), the format's name and the name it gives the image."""

    file: str
    content: Any
    format: str
    image: str = "a.png"
    class_name: str = "L1"
    more: tuple[tuple[str, str], ...] = ()


REGION = {
    "shape_attributes": {"name": "polygon", "all_points_x": FLAT[0::2], "all_points_y": FLAT[1::2]},
    "region_attributes": {"class": "L1"},
}
ENTRY = {"filename": "a.png", "size": 1, "regions": [REGION], "file_attributes": {}}
CVAT_POINTS = ";".join(f"{x},{y}" for x, y in PAIRS)

SAMPLES = {
    "via": Sample("via.json", {"a.png1": ENTRY}, "via"),
    "via list": Sample("via.json", [ENTRY], "via"),
    "via joined": Sample("via.json", {"train": {"a.png1": ENTRY}, "classes": {}}, "via"),
    "coco": Sample(
        "coco.json",
        {
            "images": [{"id": 1, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}],
            "categories": [{"id": 1, "name": "L1"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [FLAT], "iscrowd": 0}],
        },
        "coco",
    ),
    "labelme": Sample(
        "a.json",
        {
            "imagePath": "a.png",
            "imageWidth": WIDTH,
            "imageHeight": HEIGHT,
            "shapes": [{"label": "L1", "points": PAIRS, "shape_type": "polygon"}],
        },
        "labelme",
    ),
    "geojson": Sample(
        "a.geojson",
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [[*PAIRS, PAIRS[0]]]},
                    "properties": {"classification": {"name": "L1"}},
                }
            ],
        },
        "geojson",
        image="a",
    ),
    "cvat": Sample(
        "annotations.xml",
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta/>'
        f'<image id="0" name="a.png" width="{WIDTH}" height="{HEIGHT}">'
        f'<polygon label="L1" occluded="0" points="{CVAT_POINTS}" z_order="0"/></image></annotations>',
        "cvat",
    ),
}


def write_sample(folder, name):
    """Write a sample and the files beside it; return the annotation file's path."""
    sample = SAMPLES[name]
    for other, text in sample.more:
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / other).write_text(text, encoding="utf-8")
    path = folder / sample.file
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(sample.content, bytes):
        path.write_bytes(sample.content)
    else:
        text = sample.content if isinstance(sample.content, str) else json.dumps(sample.content)
        path.write_text(text, encoding="utf-8")
    return path
