"""Damage of every kind in files of every reader: only `InputError` may come out, and nothing may block.

A bounded number of examples runs with the tests. `EXAMPLES=100000 pytest tests/unit/bad_inputs/test_fuzz.py -k NAME` runs more of
one reader.
"""

import base64
import json
import os
import shutil
import signal
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import annotation_cases
import config_cases
import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blastvote import io
from blastvote.annotations import read_annotations
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_annotation
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.split.splits import read_splits
from blastvote.errors import InputError
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.io import read_own_json
from blastvote.study.configuration.load import read_config_file

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
SECONDS = 10
PIXELS = np.random.default_rng(0).integers(0, 256, (24, 31, 3), dtype=np.uint8)


def image(kind: str, pixels: np.ndarray = PIXELS, **options: Any) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def deep(suffix: str) -> bytes:
    return cv2.imencode(suffix, PIXELS.astype(np.uint16) * 257)[1].tobytes()


def annotation(path: Path) -> None:
    for found in read_annotations(path).images.values():
        for cell in found.cells:
            cell.mask(20, 20)


def photograph(path: Path) -> None:
    for settings_ in (io.ReadSettings(), io.ReadSettings("ignore", 4095)):
        pixels = io.read_image(path, settings_)
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        assert io.image_size(path, settings_) == pixels.shape[1::-1]


def mask(path: Path) -> None:
    for mode in ("label_map", "components", "semantic"):
        read_mask_annotation(path, "a", MaskSettings(mode), Journal(str(path)))


TEXT = [
    row[1]
    for table in (annotation_cases.COCO, annotation_cases.LABELME, annotation_cases.GEOJSON)
    for row in table
]
GOOD_JSON = [
    annotation_cases.coco(),
    annotation_cases.rle([100, 50, 250]),
    annotation_cases.via(
        {
            "filename": "a.png",
            "regions": [{"shape_attributes": annotation_cases.POLYGON, "region_attributes": {"c": "L1"}}],
        }
    ),
    *(text for text in TEXT if isinstance(text, str) and len(text) < 5000),
]
PNG = base64.b64encode(image("PNG", np.full((4, 5), 255, np.uint8))).decode()
ZIPPED = base64.b64encode(zlib.compress(image("PNG", np.full((4, 5), 255, np.uint8)))).decode()
GOOD_JSON += [
    json.dumps(
        {
            "imagePath": "a.png",
            "imageWidth": 20,
            "imageHeight": 20,
            "shapes": [{"label": "L1", "shape_type": "mask", "points": [[2, 3], [6, 6]], "mask": PNG}],
        }
    ),
    json.dumps(
        {
            "size": {"height": 20, "width": 20},
            "objects": [
                {"classTitle": "L1", "geometryType": "bitmap", "bitmap": {"origin": [2, 3], "data": ZIPPED}}
            ],
        }
    ),
]
GOOD_XML = [
    annotation_cases.cvat(
        "<image id='0' name='a.png' width='20' height='20'><polygon label='L1' points='1,1;9,1;9,9'/><mask label='L1' rle='4,5' left='2' top='2' width='3' height='3'/><ellipse label='L1' cx='5' cy='5' rx='2' ry='3'/></image>"
    )
]
GOOD_CSV = [
    annotation_cases.CSV_HEAD + 'a.png,"{""name"":""circle"",""cx"":5,""cy"":5,""r"":2}","{""c"":""L1""}"\n'
]
READERS: dict[str, tuple[Callable[[Path], object], str, list[bytes]]] = {
    "json": (annotation, "a.json", [text.encode() for text in GOOD_JSON]),
    "xml": (annotation, "a.xml", [text.encode() for text in GOOD_XML]),
    "csv": (annotation, "a.csv", [text.encode() for text in GOOD_CSV]),
    "txt": (annotation, "a.txt", [b"0 0.1 0.1 0.9 0.1 0.9 0.9\n1 0.2 0.2 0.3 0.2 0.3 0.3\n", b"hello"]),
    "photograph": (photograph, "a.png", [image("PNG"), image("JPEG"), image("BMP"), image("WEBP", lossless=True), image("PNG", PIXELS[..., 0])]),
    "tiff": (photograph, "a.tif", [image("TIFF"), image("TIFF", compression="tiff_lzw"), image("TIFF", PIXELS[..., 0], tiffinfo={274: 6})]),
    "deep": (photograph, "a.png", [deep(".png"), deep(".tiff"), image("PNG", PIXELS[..., 0].astype(np.uint16) * 257)]),
    "mask": (mask, "m.png", [image("PNG", PIXELS[..., 0] // 64), image("TIFF", PIXELS[..., 0] // 64), image("BMP", PIXELS[..., 0])]),
    "table": (io.read_table, "t.csv", [b"image_id,label\na,L1\nb,L2\n", "\ufeffimage_id;label\n\"a\";\"L1\"\n".encode()]),
    "yaml": (read_config_file, "c.yaml", [b"model: {backbone: resnet18}\nseeds: [1, 2]\nresults: a\n", config_cases.BOMB.encode()]),
    "manifest": (read_manifest, "manifest.csv", [b"image_id,path,sha256,width,height,label,patient_id,n_cells,source\na,a,0,1,1,L1,,1,s\n"]),
    "splits": (read_splits, "splits.csv", [b"image_id,label,patient_id,fold,role,flip\na,L1,,0,train,none\n"]),
    "truth": (read_coco, "annotations.json", [annotation_cases.coco().encode(), annotation_cases.rle([100, 50, 250]).encode()]),
    "detections": (read_detections, "detections.json", [b'[{"image_id":"a","category_id":1,"bbox":[1,1,2,2],"score":0.5,"segmentation":{"size":[4,4],"counts":"52209"}}]']),
    "own": (lambda path: read_own_json(path, "config", "model"), "provenance.json", [b'{"config": {"model": 1}}']),
}  # fmt: skip
PIECES = [
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xd8\x00", b'"', b"'", b"[", b"]", b"{", b"}", b",", b":", b"-", b"\n", b"\r",
    b"NaN", b"-Infinity", b"1e400", b"9" * 5000, b"null", b"true", b"\\ud800", b"[" * 2000, b'{"a":' * 2000, b"&a ", b"*a",
    b"<a>" * 200, b"<!DOCTYPE a [", b"&lt;", b"\x1b[2J", b"=1+1", b"\xc3\xa9", b"\xe9", b"4294967296", b"-1", b"0", b"\xff" * 8,
]  # fmt: skip


@pytest.fixture(scope="module", params=READERS)
def reader(request):
    return request.param


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Return a good file with bytes cut out, doubled, overwritten or put in."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 4, 9, 40, 10**6])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


def stop(*_: object) -> None:
    raise TimeoutError(f"still busy after {SECONDS} s")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_only_input_errors_come_out(reader, tmp_path_factory, data):
    read, name, seeds = READERS[reader]
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / name
    path.write_bytes(data.draw(damaged(seeds)))
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        read(path)
    except InputError as error:
        message = str(error)
        assert name in message or "annotation" in message
        assert "\x1b" not in message and "\n" not in message and len(message) < 3000
    finally:
        signal.alarm(0)
    assert [found.name for found in folder.iterdir()] == [name]


def test_good_files_are_read(tmp_path):
    for kind, (read, name, seeds) in READERS.items():
        if kind in ("yaml", "txt", "json", "detections"):
            continue
        (tmp_path / name).write_bytes(seeds[0])
        read(tmp_path / name)
