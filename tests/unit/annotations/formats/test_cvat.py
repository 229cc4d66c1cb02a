"""CVAT for images: shapes, groups, tags, run-length masks."""

import numpy as np
import pytest

from blastvote.errors import InputError

from ..documents import BOX, OUTER, areas, cvat, cvat_points, read, reasons
from ..samples.cell import HEIGHT, WIDTH


def test_cvat_shapes_groups_and_tags(tmp_path):
    found = read(
        tmp_path,
        cvat(
            '<tag label="L2" source="manual"></tag>'
            f'<polygon label="L1" points="{cvat_points(OUTER)}" group_id="3">'
            '<attribute name="sure">yes</attribute></polygon>'
            '<polygon label="L1" points="40,10;50,10;50,20;40,20" group_id="3"/>'
            '<polygon label="L1" points="40,30;50,30;50,40;40,40" group_id="0"/>'
            '<ellipse label="L1" cx="60" cy="40" rx="10" ry="5" rotation="90"/>'
            '<box label="L1" xtl="1" ytl="1" xbr="9" ybr="9" rotation="12"/>'
            '<polyline label="L1" points="1,1;5,5"/><points label="L1" points="1,1"/>'
            '<mask label="L1" rle="3,2" left="0" top="0" width="2" height="2"/>'
            '<mask label="L1" rle="1,3" left="0" top="0" width="2" height="2"/>'
            '<mask label="L1" rle="1,x" left="0" top="0" width="2" height="2"/>'
        ),
        "annotations.xml",
    )
    (image,) = found.images.values()
    assert image.label == "L2" and image.cells[0].attributes == {"sure": "yes"}
    assert areas(found)[:2] == [500, 100] and areas(found)[3] == 3
    assert areas(found)[2] == pytest.approx(np.pi * 50, rel=0.05)
    rows = np.flatnonzero(image.cells[2].mask(HEIGHT, WIDTH).any(axis=1))
    assert rows[0] == 30 and rows[-1] == 49  # turned by a quarter: tall, not wide
    assert reasons(found) == {
        "polygon 2": "a part of the same cell as polygon 1 (group_id)",
        "box 5": BOX,
        "polyline 6": "a polyline that does not end where it starts has no area",
        "points 7": "a shape of type 'points' has no area",
        "mask 8": "its brush mask does not fill a box of 2x2 inside the image",
        "mask 10": "its brush mask holds what is no whole number",
    }


def test_a_closed_polyline_of_cvat_is_a_polygon(tmp_path):
    closed = cvat_points([*OUTER, OUTER[0]])
    found = read(tmp_path, cvat(f'<polyline label="L1" points="{closed}"/>'), "annotations.xml")
    assert areas(found) == [400] and not found.lines


def test_cvat_without_names_or_sizes(tmp_path):
    tracks = (
        '<annotations><meta/><track id="0" label="L1"><polygon frame="0" points="1,1"/></track></annotations>'
    )
    with pytest.raises(InputError, match=r"'CVAT for video' with 1 tracks.*'CVAT for images 1\.1'"):
        read(tmp_path, tracks, "a.xml")
    with pytest.raises(InputError, match="an <image> has no name"):
        read(tmp_path, "<annotations><image/></annotations>", "a.xml")
    mask = '<mask label="L1" rle="1,3" left="0" top="0" width="2" height="2"/>'
    assert "does not say the image's size" in reasons(read(tmp_path, cvat(mask, ""), "a.xml"))["mask 0"]
    huge = read(tmp_path, cvat(mask, 'width="999999" height="999999"'), "a.xml")
    assert reasons(huge)["mask 0"] == "its image is said to have 999999x999999 pixels"
