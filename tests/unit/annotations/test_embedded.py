"""Images inside annotation files: a closed list of formats, and bounds, as for files."""

import base64
import json
import zlib
from io import BytesIO

import numpy as np
import pytest
from case import png
from PIL import Image

from blastvote.annotations import read_annotations


def eps() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "EPS")
    return stream.getvalue()


def good() -> bytes:
    stream = BytesIO()
    Image.fromarray(np.full((4, 5), 255, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def labelme(data: bytes, side: int = 20) -> dict:
    shape = {
        "label": "L1",
        "shape_type": "mask",
        "points": [[2, 3], [6, 6]],
        "mask": base64.b64encode(data).decode(),
    }
    return {"imagePath": "a.png", "imageWidth": side, "imageHeight": side, "shapes": [shape]}


def supervisely(data: bytes, side: int = 20) -> dict:
    bitmap = {"origin": [2, 3], "data": base64.b64encode(zlib.compress(data)).decode()}
    objects = [{"classTitle": "L1", "geometryType": "bitmap", "bitmap": bitmap}]
    return {"size": {"height": side, "width": side}, "objects": objects}


@pytest.mark.parametrize("make", [labelme, supervisely])
@pytest.mark.parametrize(
    ("data", "side", "told"),
    [
        (eps(), 20, "no image of a format that is read"),
        (b"", 20, "no image of a format that is read"),
        (good()[:48], 20, "cannot be read"),
        (png(50_000, 50_000), 20, "cannot be read"),
        (png(4, 4)[:20], 20, "cannot be read"),
        (png(21, 4, data=bytes(600)), 20, "it has 21x4 pixels, its photograph 20x20"),
        (good(), 10**6, "1000000x1000000 pixels"),
    ],
    ids=["EPS", "nothing", "half", "huge", "a header alone", "too large", "10^6 x 10^6"],
)
def test_damage_is_left_out_with_its_cause(tmp_path, monkeypatch, make, data, side, told):
    monkeypatch.setattr("subprocess.check_call", lambda *_, **__: pytest.fail("a program was started"))
    path = tmp_path / "a.png.json"
    path.write_text(json.dumps(make(data, side)))
    found = read_annotations(path)
    assert [image.cells for image in found.images.values()] == [()]
    assert told in found.lines[0].reason


@pytest.mark.parametrize("make", [labelme, supervisely])
def test_a_good_one_is_a_cell(tmp_path, make):
    path = tmp_path / "a.png.json"
    path.write_text(json.dumps(make(good())))
    (image,) = read_annotations(path).images.values()
    assert image.cells[0].mask(20, 20).sum() == 20
