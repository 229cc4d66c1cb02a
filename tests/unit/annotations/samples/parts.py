"""Parts of annotation files as the tools write them: run lengths, bitmaps, brush streams, ROIs, archives, tasks."""

import base64
import io
import zipfile
import zlib

import numpy as np
import roifile
from PIL import Image

from .cell import HEIGHT, WIDTH


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
