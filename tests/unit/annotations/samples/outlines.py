"""The one cell as each format writes outlines."""

from .cell import DISC, FLAT, HEIGHT, PAIRS, PERCENT, WIDTH, XY
from .parts import roi_bytes, task, zipped
from .sample import Sample

REGION = {
    "shape_attributes": {"name": "polygon", "all_points_x": FLAT[0::2], "all_points_y": FLAT[1::2]},
    "region_attributes": {"class": "L1"},
}
ENTRY = {"filename": "a.png", "size": 1, "regions": [REGION], "file_attributes": {}}
CVAT_POINTS = ";".join(f"{x},{y}" for x, y in PAIRS)

OUTLINES = {
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
        beside={"data.yaml": "train: images\nnc: 2\nnames: [debris, L1]\n"},
    ),
    "imagej roi": Sample("a.roi", roi_bytes(DISC, 1), "imagej_roi", image="a", class_name="1"),
    "imagej roi set": Sample(
        "a.zip", zipped({"0001.roi": roi_bytes(DISC, 1)}), "imagej_roi", image="a", class_name="1"
    ),
}
