"""Supervisely: holes, boxes, bitmaps."""

import base64
import copy
import zlib

from ..documents import BOX, HOLE, OUTER, RING_AREA, areas, read, reasons
from ..samples import SAMPLES
from ..samples.cell import HEIGHT, WIDTH


def test_supervisely_holes_boxes_and_bitmaps(tmp_path):
    shape = {"classTitle": "L1", "geometryType": "polygon", "points": {"exterior": OUTER, "interior": [HOLE]}}
    bitmap = SAMPLES["supervisely bitmap"].content["objects"][0]
    shifted = bitmap | {"bitmap": bitmap["bitmap"] | {"origin": [WIDTH - 3, 0]}}
    document = {
        "tags": [{"name": "L3", "value": None}],
        "size": {"height": HEIGHT, "width": WIDTH},
        "objects": [
            shape,
            shape | {"geometryType": "rectangle"},
            shape | {"geometryType": "line"},
            shifted,
            bitmap | {"bitmap": {"data": "AAAA", "origin": [0, 0]}},
        ],
    }
    found = read(tmp_path, document, "a.png.json")
    assert areas(found) == [RING_AREA] and found.images["a.png"].label == "L3"
    assert reasons(found)["object 1"] == BOX and "type 'line'" in reasons(found)["object 2"]
    assert reasons(found)["object 3"] == "its mask reaches beyond the image"
    assert "its bitmap cannot be read" in reasons(found)["object 4"]


def test_supervisely_bombs_are_left_out(tmp_path):

    data = base64.b64encode(zlib.compress(b"\0" * 100_000_000)).decode()
    document = copy.deepcopy(SAMPLES["supervisely bitmap"].content)
    document["objects"][0]["bitmap"]["data"] = data
    assert "its bitmap cannot be read" in reasons(read(tmp_path, document, "a.png.json"))["object 0"]
