"""One annotation file of each format, with the same cells: the material of recognition, round trip and damage."""

import base64
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import roifile
from PIL import Image

from blastvote.annotations.shapes.raster import rasterise

WIDTH, HEIGHT = 80, 60
DISC = np.array([[30 + 12 * np.cos(t), 25 + 12 * np.sin(t)] for t in np.arange(24) * np.pi / 12])
"""The outline of the one cell, class L1, of image a.png, ``x, y`` in pixels."""
FLAT = [round(float(value), 2) for value in DISC.ravel()]
PAIRS = [FLAT[i : i + 2] for i in range(0, len(FLAT), 2)]
XY = [{"x": x, "y": y} for x, y in PAIRS]
PERCENT = [[x * 100 / WIDTH, y * 100 / HEIGHT] for x, y in PAIRS]
MASK = rasterise([DISC], HEIGHT, WIDTH)
TOP, LEFT, BOTTOM, RIGHT = 12, 17, 39, 44
"""A box around the disc."""


def runs_of(values):
    """Return the values and lengths of the runs of an array."""
    flat = np.asarray(values).ravel().astype(int)
    starts = np.flatnonzero(np.diff(flat, prepend=flat[0] - 1))
    return flat[starts].tolist(), np.diff(starts, append=len(flat)).tolist()


def rows_rle(mask):
    """Return CVAT's text: lengths of the runs along the rows, background first."""
    values, lengths = runs_of(mask)
    return ",".join(map(str, ([0] if values[0] else []) + lengths))


def pair_runs(values):
    """Return Darwin's list of value, length, value, length ..."""
    return [number for pair in zip(*runs_of(values), strict=True) for number in pair]


def roi_bytes(points, group=0):
    """Return ImageJ's ROI of an outline as bytes; a group stands for a class."""
    roi = roifile.ImagejRoi.frompoints(np.asarray(points))
    roi.group = group
    return roi.tobytes()


def zipped(files):
    """Return a zip archive of files, given by name, as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def zipped_png(mask):
    """Return Supervisely's bitmap: a palette PNG, zipped, as base64 text."""
    image = Image.fromarray(mask.astype(np.uint8))
    image.putpalette([0, 0, 0, 255, 255, 255])
    stream = io.BytesIO()
    image.save(stream, format="PNG", transparency=0)
    return base64.b64encode(zlib.compress(stream.getvalue())).decode()


def brush(mask):
    """Return Label Studio's brush mask as bytes: every kind of block the stream knows."""
    values = np.repeat(mask.ravel() * 255, 4)
    bits = f"{len(values):032b}" + f"{7:05b}" + "".join(f"{size - 1:04b}" for size in (3, 4, 8, 16))
    start = 0
    for value, length in zip(*runs_of(values), strict=True):
        if length <= 16:  # given one by one
            bits += "0" + "01" + f"{length - 1:04b}" + f"{value:08b}" * length
        else:
            bits += "1" + "11" + f"{length - 1:016b}" + f"{value:08b}"
        start += length
    assert start == len(values)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


def task(result):
    """Return a task of Label Studio with one result."""
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    return {
        "id": 1,
        "data": {"image": "/data/upload/1/ab12cd34-a.png"},
        "annotations": [{"id": 7, "was_cancelled": False, "result": [{"id": "r", **size, **result}]}],
        "predictions": [],
    }


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
    "cvat mask": Sample(
        "annotations.xml",
        f'<annotations><meta/><image id="0" name="a.png" width="{WIDTH}" height="{HEIGHT}">'
        f'<mask label="L1" rle="{rows_rle(MASK[TOP:BOTTOM, LEFT:RIGHT])}" left="{LEFT}" top="{TOP}" '
        f'width="{RIGHT - LEFT}" height="{BOTTOM - TOP}" z_order="0"></mask></image></annotations>',
        "cvat",
    ),
    "labelme xml": Sample(
        "a.xml",
        "<annotation><filename>a.png</filename><folder></folder><object><name>L1</name><deleted>0</deleted>"
        "<polygon>" + "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in PAIRS) + "</polygon></object>"
        f"<imagesize><nrows>{HEIGHT}</nrows><ncols>{WIDTH}</ncols></imagesize></annotation>",
        "labelme_xml",
    ),
    "voc polygon": Sample(
        "a.xml",
        "<annotation><filename>a.png</filename>"
        f"<size><width>{WIDTH}</width><height>{HEIGHT}</height></size><object><name>L1</name><bndbox/><polygon>"
        + "".join(f"<x{n}>{x}</x{n}><y{n}>{y}</y{n}>" for n, (x, y) in enumerate(PAIRS, start=1))
        + "</polygon></object></annotation>",
        "labelme_xml",
    ),
    "darwin": Sample(
        "a.json",
        {
            "version": "2.0",
            "item": {
                "name": "a.png",
                "path": "/",
                "slots": [{"type": "image", "width": WIDTH, "height": HEIGHT}],
            },
            "annotations": [{"id": "x", "name": "L1", "polygon": {"paths": [XY]}, "slot_names": ["0"]}],
        },
        "darwin",
    ),
    "darwin 1": Sample(
        "a.json",
        {
            "dataset": "smears",
            "image": {"width": WIDTH, "height": HEIGHT, "filename": "a.png", "original_filename": "a.png"},
            "annotations": [{"name": "L1", "polygon": {"path": XY}}],
        },
        "darwin",
    ),
    "darwin mask": Sample(
        "a.json",
        {
            "version": "2.0",
            "item": {"name": "a.png", "slots": [{"width": WIDTH, "height": HEIGHT}]},
            "annotations": [
                {"id": "x", "name": "L1", "mask": {}},
                {
                    "id": "y",
                    "name": "__raster_layer__",
                    "raster_layer": {
                        "dense_rle": pair_runs(MASK * 3),
                        "mask_annotation_ids_mapping": {"x": 3},
                        "total_pixels": WIDTH * HEIGHT,
                    },
                },
            ],
        },
        "darwin",
    ),
    "supervisely": Sample(
        "a.png.json",
        {
            "description": "",
            "tags": [],
            "size": {"height": HEIGHT, "width": WIDTH},
            "objects": [
                {
                    "classTitle": "L1",
                    "geometryType": "polygon",
                    "points": {"exterior": PAIRS, "interior": []},
                    "tags": [],
                }
            ],
        },
        "supervisely",
    ),
    "supervisely bitmap": Sample(
        "a.png.json",
        {
            "tags": [],
            "size": {"height": HEIGHT, "width": WIDTH},
            "objects": [
                {
                    "classTitle": "L1",
                    "geometryType": "bitmap",
                    "bitmap": {"data": zipped_png(MASK[TOP:BOTTOM, LEFT:RIGHT]), "origin": [LEFT, TOP]},
                }
            ],
        },
        "supervisely",
    ),
    "superannotate": Sample(
        "a.png___objects.json",
        {
            "metadata": {"name": "a.png", "width": WIDTH, "height": HEIGHT},
            "instances": [
                {"type": "polygon", "className": "L1", "points": FLAT, "exclude": [], "attributes": []}
            ],
            "tags": [],
        },
        "superannotate",
    ),
    "isat": Sample(
        "a.json",
        {
            "info": {"description": "ISAT", "name": "a.png", "width": WIDTH, "height": HEIGHT},
            "objects": [
                {
                    "category": "L1",
                    "group": 1,
                    "segmentation": PAIRS,
                    "layer": 1.0,
                    "iscrowd": False,
                    "note": "",
                }
            ],
        },
        "isat",
    ),
    "label studio": Sample(
        "export.json",
        [
            task(
                {
                    "type": "polygonlabels",
                    "value": {"points": PERCENT, "closed": True, "polygonlabels": ["L1"]},
                }
            )
        ],
        "label_studio",
        image="/data/upload/1/ab12cd34-a.png",
    ),
    "label studio brush": Sample(
        "export.json",
        [
            task(
                {"type": "brushlabels", "value": {"format": "rle", "rle": brush(MASK), "brushlabels": ["L1"]}}
            )
        ],
        "label_studio",
        image="/data/upload/1/ab12cd34-a.png",
    ),
    "label studio min": Sample(
        "export.json",
        [
            {
                "image": "/data/upload/1/ab12cd34-a.png",
                "id": 1,
                "label": [
                    {
                        "points": PERCENT,
                        "polygonlabels": ["L1"],
                        "original_width": WIDTH,
                        "original_height": HEIGHT,
                    }
                ],
                "annotator": 1,
            }
        ],
        "label_studio",
        image="/data/upload/1/ab12cd34-a.png",
    ),
    "yolo": Sample(
        "labels/a.txt",
        "1 " + " ".join(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in PAIRS) + "\n",
        "yolo",
        image="a",
        more=(("data.yaml", "train: images\nnc: 2\nnames: [debris, L1]\n"),),
    ),
    "imagej roi": Sample("a.roi", roi_bytes(DISC, 1), "imagej_roi", image="a", class_name="1"),
    "imagej roi set": Sample(
        "a.zip", zipped({"0001.roi": roi_bytes(DISC, 1)}), "imagej_roi", image="a", class_name="1"
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
