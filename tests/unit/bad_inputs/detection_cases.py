"""Files of detections and of the truth that cannot be used: other tools' and damaged ones of our own."""

import json
from pathlib import Path
from typing import Any

from annotation_cases import coco
from case import group

from blastvote.dataset.coco import read_coco
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.external.images import KnownImages
from blastvote.external.reading import read_detections_of

CLASSES = ("L1", "L2")
MASK = {"size": [4, 4], "counts": [4, 4, 8]}
GOOD = {"image_id": "a", "category_id": 1, "bbox": [1, 1, 2, 2], "score": 0.5, "segmentation": MASK}


def outside_detections(path: Path) -> object:
    """Read another tool's detections of a study with one image, a.png of 4 x 4 pixels."""
    known = KnownImages({"a": Path("a.png")}, ("horizontal",), lambda _: (4, 4))
    return read_detections_of(path, known, CLASSES)


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
    *group(read_detections, "detections.json", *OWN),
    *group(read_coco, "annotations.json", *TRUTH),
]
