"""The one cell as formats write masks: run lengths, a bitmap, a brush stream."""

from .cell import BOTTOM, HEIGHT, LEFT, MASK, RIGHT, TOP, WIDTH
from .parts import brush, pair_runs, rows_rle, task, zipped_png
from .sample import Sample

MASKS = {
    "cvat mask": Sample(
        "annotations.xml",
        f'<annotations><meta/><image id="0" name="a.png" width="{WIDTH}" height="{HEIGHT}">'
        f'<mask label="L1" rle="{rows_rle(MASK[TOP:BOTTOM, LEFT:RIGHT])}" left="{LEFT}" top="{TOP}" '
        f'width="{RIGHT - LEFT}" height="{BOTTOM - TOP}" z_order="0"></mask></image></annotations>',
        "cvat",
    ),
    "darwin mask": Sample(
        "a.json",
        {
            "version": "2.0",
            "item": {"name": "a.png", "slots": [{"width": WIDTH, "height": HEIGHT}]},
            "annotations": [
                {"id": "x", "name": "L1", "mask": {}},
                {
                    "id": "y",
                    "name": "__raster_layer__",
                    "raster_layer": {
                        "dense_rle": pair_runs(MASK * 3),
                        "mask_annotation_ids_mapping": {"x": 3},
                        "total_pixels": WIDTH * HEIGHT,
                    },
                },
            ],
        },
        "darwin",
    ),
    "supervisely bitmap": Sample(
        "a.png.json",
        {
            "tags": [],
            "size": {"height": HEIGHT, "width": WIDTH},
            "objects": [
                {
                    "classTitle": "L1",
                    "geometryType": "bitmap",
                    "bitmap": {"data": zipped_png(MASK[TOP:BOTTOM, LEFT:RIGHT]), "origin": [LEFT, TOP]},
                }
            ],
        },
        "supervisely",
    ),
    "label studio brush": Sample(
        "export.json",
        [
            task(
                {"type": "brushlabels", "value": {"format": "rle", "rle": brush(MASK), "brushlabels": ["L1"]}}
            )
        ],
        "label_studio",
        image="/data/upload/1/ab12cd34-a.png",
    ),
}
