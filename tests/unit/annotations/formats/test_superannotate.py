"""SuperAnnotate: holes, ellipses, boxes, pixel projects."""

import numpy as np
import pytest

from ..documents import BOX, HOLE, OUTER, RING_AREA, areas, flat, read, reasons
from ..samples.cell import HEIGHT, WIDTH


def test_superannotate_holes_ellipses_and_boxes(tmp_path):
    document = {
        "metadata": {"name": "a.png", "width": WIDTH, "height": HEIGHT},
        "instances": [
            {"type": "polygon", "className": "L1", "points": flat(OUTER), "exclude": [flat(HOLE)]},
            {"type": "ellipse", "className": "L1", "cx": 60, "cy": 40, "rx": 10, "ry": 5, "angle": 0},
            {"type": "bbox", "className": "L1", "points": {"x1": 1, "x2": 5, "y1": 1, "y2": 5}},
            {"className": "L1", "parts": [{"color": "#ff0000"}]},
            {"type": "point", "className": "L1", "x": 1, "y": 1},
        ],
        "tags": ["L2"],
    }
    found = read(tmp_path, document, "a.png___objects.json")
    assert areas(found)[0] == RING_AREA and areas(found)[1] == pytest.approx(np.pi * 50, rel=0.05)
    assert found.images["a.png"].label == "L2"
    assert reasons(found)["instance 2"] == BOX and "pixel project" in reasons(found)["instance 3"]
    assert "type 'point'" in reasons(found)["instance 4"]
