"""What annotation tools write beside plain polygons: holes, boxes, groups, tags, several annotators, class lists."""

import json

import numpy as np
import pytest

from blastvote.annotations.objects import even_odd
from blastvote.annotations.shapes.raster import rasterise
from blastvote.errors import InputError

from .documents import (
    BOX,
    HOLE,
    ISLAND,
    OUTER,
    RIGHTWARDS,
    RING,
    areas,
    cvat,
    flat,
    points,
    read,
    reasons,
    text,
)
from .samples import HEIGHT, SAMPLES, WIDTH


def test_cvat_shapes_groups_and_tags(tmp_path):
    found = read(
        tmp_path,
        cvat(
            '<tag label="L2" source="manual"></tag>'
            f'<polygon label="L1" points="{text(OUTER)}" group_id="3"><attribute name="sure">yes</attribute></polygon>'
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
    closed = text([*OUTER, OUTER[0]])
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


def test_labelme_xml_boxes_and_deleted_objects(tmp_path):
    pts = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in OUTER)
    polygon = f"<polygon>{pts}</polygon>"
    objects = [
        f"<name>cell</name><attributes>subtype=L2, sure</attributes>{polygon}",
        f"<name>cell</name><deleted>1</deleted>{polygon}",
        f"<name>cell</name><type>bounding_box</type>{polygon}",
        "<name>cell</name><bndbox/>",
        "<name>cell</name><segm><mask>a_mask_0.png</mask></segm>",
    ]
    content = "".join(f"<object>{inside}</object>" for inside in objects)
    found = read(tmp_path, f"<annotation><filename>a.png</filename>{content}</annotation>", "a.xml")
    assert areas(found) == [400] and found.images["a.png"].cells[0].attributes == {
        "subtype": "L2",
        "sure": "",
    }
    assert reasons(found) == {
        "object 1": "it was deleted in the tool",
        "object 2": BOX,
        "object 3": BOX,
        "object 4": "its mask is an image in another file",
    }


def darwin(*annotations):
    item = {
        "name": "a.png",
        "slots": [{"width": WIDTH, "height": HEIGHT, "source_files": [{"file_name": "b.png"}]}],
    }
    return {"version": "2.0", "item": item, "annotations": list(annotations)}


def test_darwin_paths_are_rings_by_the_even_odd_rule(tmp_path):
    paths = {"paths": [points(ISLAND), points(OUTER), points(HOLE)]}
    ellipse = {"center": {"x": 60, "y": 40}, "radius": {"x": 10, "y": 5}, "angle": np.pi / 2}
    found = read(
        tmp_path,
        darwin(
            {"name": "L1", "polygon": paths},
            {"name": "L1", "polygon": {"paths": [points(OUTER), points(HOLE)]}},
            {"name": "L2", "ellipse": ellipse},
            {"name": "L2", "bounding_box": {"x": 1, "y": 1, "w": 5, "h": 5}},
            {"name": "L2", "tag": {}},
            {"name": "L2", "line": {"path": points(OUTER)}},
            {"id": "m", "name": "L2", "mask": {}},
            {"name": "L2", "frames": {}},
        ),
    )
    assert areas(found)[:2] == [RING + 16, RING] and areas(found)[2] == pytest.approx(np.pi * 50, rel=0.05)
    assert found.images["a.png"].label == "L2" and found.images["a.png"].aliases == ("b.png",)
    assert reasons(found) == {
        "annotation 3": BOX,
        "annotation 5": "a shape of type 'line' has no area",
        "annotation 6": "no mask layer of the file holds its pixels",
        "annotation 7": "an annotation of a video",
    }


def test_darwin_1_has_additional_paths(tmp_path):
    polygon = {"path": points(OUTER), "additional_paths": [points(HOLE)]}
    old = {"image": {"filename": "a.png"}, "annotations": [{"name": "L1", "polygon": polygon}]}
    assert areas(read(tmp_path, old)) == [RING]
    old["annotations"] = [{"name": "L1", "complex_polygon": {"path": [points(OUTER), points(HOLE)]}}]
    assert areas(read(tmp_path, old)) == [RING]


def test_a_mask_layer_of_another_size_is_damage(tmp_path):
    document = json.loads(json.dumps(SAMPLES["darwin mask"].content))
    document["annotations"][1]["raster_layer"]["dense_rle"][1] += 1
    with pytest.raises(InputError, match=r"damaged \(ValueError: a mask layer does not fill 80x60 pixels"):
        read(tmp_path, document)


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
    assert areas(found) == [RING] and found.images["a.png"].label == "L3"
    assert reasons(found)["object 1"] == BOX and "type 'line'" in reasons(found)["object 2"]
    assert reasons(found)["object 3"] == "its mask reaches beyond the image"
    assert "its bitmap cannot be read" in reasons(found)["object 4"]


def test_supervisely_bombs_are_left_out(tmp_path):
    import base64
    import zlib

    data = base64.b64encode(zlib.compress(b"\0" * 100_000_000)).decode()
    document = json.loads(json.dumps(SAMPLES["supervisely bitmap"].content))
    document["objects"][0]["bitmap"]["data"] = data
    assert "its bitmap cannot be read" in reasons(read(tmp_path, document, "a.png.json"))["object 0"]


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
    assert areas(found)[0] == RING and areas(found)[1] == pytest.approx(np.pi * 50, rel=0.05)
    assert found.images["a.png"].label == "L2"
    assert reasons(found)["instance 2"] == BOX and "pixel project" in reasons(found)["instance 3"]
    assert "type 'point'" in reasons(found)["instance 4"]


def test_isat_groups_and_background(tmp_path):
    part = {"category": "L1", "group": 1, "layer": 1.0, "iscrowd": False}
    objects = [
        part | {"segmentation": OUTER},
        part | {"segmentation": [[40, 10], [50, 10], [50, 20], [40, 20]]},
        part | {"segmentation": HOLE, "category": "__background__", "group": 2, "layer": 2.0},
        part | {"segmentation": ISLAND, "group": 3, "layer": 3.0, "iscrowd": True},
    ]
    info = {"description": "ISAT", "name": "a.png", "width": WIDTH, "height": HEIGHT}
    found = read(tmp_path, {"info": info, "objects": objects})
    assert areas(found) == [RING + 100, 16] and found.images["a.png"].cells[1].crowd
    assert {line.object: line.outcome for line in found.lines} == {"object 1": "joined", "object 2": "joined"}


def test_even_odd_of_parts_with_holes():
    far = np.array(OUTER, float) + RIGHTWARDS
    rings = [np.array(ring, float) for ring in (OUTER, HOLE, ISLAND)] + [
        far,
        np.array(HOLE, float) + RIGHTWARDS,
    ]
    polygons, holes = even_odd(rings)
    mask = rasterise(polygons, HEIGHT, 100, holes)
    assert mask.sum() == 2 * RING + 16 and not mask[16, 16] and mask[20, 20] and not mask[20, 60]
