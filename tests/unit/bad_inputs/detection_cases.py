"""Files of detections and of the truth that cannot be used: other tools' and damaged ones of our own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from annotation_cases import coco
from case import group

from blastvote.dataset.coco import read_coco
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.external.images import KnownImages
from blastvote.external.reading import read_detections_of
from blastvote.io import image_size

CLASSES = ("L1", "L2")
LABEL_MAP = cv2.imencode(
    ".png", np.array([[1, 1, 0, 2], [1, 1, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0]], np.uint8)
)[1].tobytes()
MASK = {"size": [4, 4], "counts": [4, 4, 8]}
GOOD = {"image_id": "a", "category_id": 1, "bbox": [1, 1, 2, 2], "score": 0.5, "segmentation": MASK}


def outside_detections(path: Path) -> object:
    """Read another tool's detections of a study with one image, a.png of 4 x 4 pixels."""
    known = KnownImages({"a": Path("a.png")}, ("horizontal",), lambda _: (4, 4))
    return read_detections(read_detections_of(path, known, CLASSES))  # what is accepted can be scored


def label_maps(path: Path) -> object:
    """Read another tool's label maps, of the folder of `path`, of a study with one image a.png."""
    known = KnownImages(
        {"a": Path("a.png")}, ("horizontal",), lambda _: image_size(path.parent / "a.png")[::-1]
    )
    return read_detections(read_detections_of(path.parent, known, CLASSES))


def with_map(text: str) -> Callable[[Path], None]:
    """Return what writes a table beside a label map of cells 1 and 2."""

    def write(path: Path) -> None:
        path.with_name("a.png").write_bytes(LABEL_MAP)
        path.write_text(text, encoding="utf-8")

    return write


def changed(**values: Any) -> str:
    return json.dumps([GOOD | values])


FAR = "an outline is [0, 0, 1000000000.0, 0, 5, 5]; expected numbers x, y, x, y ... of at least three points, none beyond 1,000,000"
OUTSIDE = [
    ("null", "null", "holds a JSON NoneType; expected a COCO results list"),
    ("a data set", coco(), "This looks like a data set's COCO file, not a results list"),
    ("null for an entry", "[null]", "detection 0 has no 'image_id'"),
    ("another image", changed(image_id="b"), "the study has no image 'b'"),
    ("a class that is not there", changed(category_id=3), "detection 0 has the category 3; expected 1 to 2 (L1, L2"),
    ("a score of 2", changed(score=2), "detection 0 has the score 2; expected a number from 0 to 1"),
    ("a score of 4,001 digits", changed(score=10**4000), "expected a number from 0 to 1. Rescale the scores"),
    ("a mask of another size", changed(segmentation={"size": [2, 2], "counts": [0, 4]}), "its mask is 2x2 pixels, but image 'a' is 4x4"),
    ("an empty mask", changed(segmentation={"size": [4, 4], "counts": [16]}), "its mask has no pixel"),
    ("a point out of all reach", changed(segmentation=[[0, 0, 1e9, 0, 5, 5]]), FAR),
    ("a box of text", changed(bbox=["1", 1, 2, 2]), "detection 0 has the box ['1', 1, 2, 2]; expected [x, y, width, height] in pixels, none beyond 1,000,000"),
    ("a box of three numbers", changed(bbox=[1, 1, 2]), "detection 0 has the box [1, 1, 2]; expected [x, y"),
    ("a box out of all reach", changed(bbox=[1, 1, 2, 10**4000]), "none beyond 1,000,000. Correct it, or leave 'bbox' out"),
    ("a class that is a truth value", changed(category_id=True), "detection 0 has the category True; expected 1 to 2"),
    ("an outline of two points", changed(segmentation=[[0, 0, 3, 3]]), "an outline is [0, 0, 3, 3]"),
]  # fmt: skip
OWN = [
    ("no file yet", lambda path: None, "there is no such file. Run the inference first"),
    ("null for an entry", "[null]", "detection 0 has no 'image_id'; expected image_id, category_id"),
    (
        "a class that is text",
        changed(category_id="a"),
        "detection 0 has the category_id a; expected a number",
    ),
    ("a score that is null", changed(score=None), "detection 0 has the score None; expected a number"),
    ("a box of text", changed(bbox="1 1 2 2"), "detection 0 has the box 1 1 2 2"),
    ("a box of 4,001 digits", changed(bbox=[10**4000, 1, 2, 2]), "detection 0 has the box [1000"),
    ("a box with a truth value", changed(bbox=[1, True, 2, 2]), "detection 0 has the box [1, True, 2, 2]"),
]
LINES = "image_id,cell,class,score,x,y,w,h\na.png,1,L1,0.5,0,0,2,2\n"
LABEL_MAPS = [
    ("a cell without a line", LINES, "cell 2 has no line in"),
    ("a cell that is not there", LINES + "a,3,L2\n", "line 3: the label map a.png has no cell '3'"),
    ("a cell of 5,000 digits", LINES + f"a,{'9' * 5000},L2\n", f"line 3: the label map a.png has no cell '{'9' * 60}'; expected a value"),
    ("a class that is not there", LINES + "a,2,L3\n", "line 3: the class 'L3' is none of L1, L2. Did you mean 'L2'?"),
    ("a score that is text", LINES + "a,2,L2,high\n", "line 3: score is 'high'; expected a number"),
    ("a score of 2", LINES + "a,2,L2,2\n", "line 3 has the score 2; expected a number from 0 to 1"),
    ("a box out of all reach", LINES + "a,2,L2,1,0,0,1e9,2\n", "line 3: w is '1e9'; expected a number"),
    ("an image that is not there", LINES + "b,2,L2\n", "line 3: the study has no image 'b'"),
]  # fmt: skip
IMAGE = {"id": 1, "file_name": "a.png", "width": 20, "height": 20}
TRUTH = [
    (
        "an image without a number",
        coco(images=[IMAGE, IMAGE | {"id": ""}]),
        "not a COCO file of blastvote (ValueError",
    ),
    (
        "a width that is text",
        coco(images=[IMAGE | {"width": ""}]),
        "not a COCO file of blastvote (ValueError",
    ),
    ("a width without end", coco(images=[IMAGE | {"width": 2**64}]), "no run-length mask"),
]
CASES = [
    *group(outside_detections, "found.json", *OUTSIDE),
    *group(label_maps, "cells.csv", *((name, with_map(text), says) for name, text, says in LABEL_MAPS)),
    *group(read_detections, "detections.json", *OWN),
    *group(read_coco, "annotations.json", *TRUTH),
]
