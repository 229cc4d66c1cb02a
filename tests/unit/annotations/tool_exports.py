"""A small data set as each annotation tool exports it: what docs/annotation_tools.md runs its commands on.

Two photographs: one L1 cell on a.png, one L2 cell and, where the tool has them, a box on b.png.
"""

import json
from pathlib import Path

import numpy as np
import roifile
from PIL import Image

from blastvote.annotations.shapes.raster import rasterise
from blastvote.io import write_image

from .samples.cell import HEIGHT, WIDTH
from .samples.parts import roi_bytes, rows_rle, zipped, zipped_png

T = np.arange(24) * np.pi / 12
CELLS = {
    name: (label, [[round(x + 12 * np.cos(t), 2), round(y + 12 * np.sin(t), 2)] for t in T])
    for name, label, x, y in (("a", "L1", 30, 25), ("b", "L2", 45, 30))
}
MASKS = {name: rasterise([np.array(points)], HEIGHT, WIDTH) for name, (_, points) in CELLS.items()}
ROI_BOX = roifile.ImagejRoi(
    roitype=roifile.ROI_TYPE.RECT, left=1, top=1, right=9, bottom=9, name="box"
).tobytes()
SIZE = {"width": WIDTH, "height": HEIGHT}


def photographs(folder: Path, form: str = "{}.png") -> None:
    """Write both photographs: noise, and a dark disc for each cell."""
    for seed, name in enumerate(CELLS):
        coarse = np.random.default_rng(seed).integers(150, 230, (HEIGHT // 10, WIDTH // 10, 3))
        image = np.kron(coarse, np.ones((10, 10, 1))).astype(np.uint8)
        image[MASKS[name]] = (90, 40, 120)
        write_image(folder / form.format(name), image)


def text(path: Path, content: object) -> None:
    """Write a text, or anything else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def flat(points):
    return [value for point in points for value in point]


def via(folder):
    entries = {}
    for name, (label, points) in CELLS.items():
        x, y = zip(*points, strict=True)
        shape = {"name": "polygon", "all_points_x": x, "all_points_y": y}
        region = {"shape_attributes": shape, "region_attributes": {"subtype": label}}
        entries[f"{name}.png1"] = {
            "filename": f"{name}.png",
            "size": 1,
            "regions": [region],
            "file_attributes": {},
        }
    text(
        folder / "via_project.json",
        {"_via_settings": {}, "_via_img_metadata": entries, "_via_attributes": {}},
    )


def cvat(folder):
    label, points = CELLS["a"]
    polygon = f'<polygon label="{label}" points="{";".join(f"{x},{y}" for x, y in points)}"/>'
    box = '<box label="L2" xtl="5" ytl="5" xbr="9" ybr="9"/>'
    mask = (
        f'<mask label="L2" rle="{rows_rle(MASKS["b"])}" left="0" top="0" width="{WIDTH}" height="{HEIGHT}"/>'
    )
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    images = f'<image id="0" name="a.png" {size}>{polygon}</image><image id="1" name="b.png" {size}>{mask}{box}</image>'
    text(folder / "annotations.xml", f"<annotations><version>1.1</version><meta/>{images}</annotations>")


def coco(folder):
    """As Roboflow writes it: names with a checksum, the own name beside it, and a category for the project."""
    names = [f"{name}_png.rf.{number:032x}.jpg" for number, name in enumerate(CELLS)]
    images = [
        {"id": n, "file_name": file, **SIZE, "extra": {"name": f"{name}.png"}}
        for n, (file, name) in enumerate(zip(names, CELLS, strict=True))
    ]
    annotations = [
        {"id": n, "image_id": n, "category_id": n + 1, "segmentation": [flat(points)], "iscrowd": 0}
        for n, (_, points) in enumerate(CELLS.values())
    ]
    annotations.append({"id": 2, "image_id": 1, "category_id": 2, "segmentation": [], "bbox": [5, 5, 4, 4]})
    categories = [{"id": n, "name": name} for n, name in enumerate(("smears", "L1", "L2"))]
    document = {"images": images, "annotations": annotations, "categories": categories}
    text(folder / "train/_annotations.coco.json", document)


def labelme(folder):
    for name, (label, points) in CELLS.items():
        shapes = [{"label": label, "points": points, "shape_type": "polygon", "group_id": None, "flags": {}}]
        size = {"imageHeight": HEIGHT, "imageWidth": WIDTH}
        document = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": f"{name}.png", **size}
        text(folder / f"outlines/{name}.json", document)


def label_studio(folder):
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    tasks = []
    for n, (name, (label, points)) in enumerate(CELLS.items()):
        percent = [[100 * x / WIDTH, 100 * y / HEIGHT] for x, y in points]
        value = {"points": percent, "closed": True, "polygonlabels": [label]}
        result = [{"id": "r1", "type": "polygonlabels", **size, "value": value}]
        box = {"x": 5, "y": 5, "width": 5, "height": 5, "rectanglelabels": [label]}
        result += [{"id": "r2", "type": "rectanglelabels", **size, "value": box}] if n else []
        data = {"image": f"/data/upload/3/cb0618f{n}-{name}.png"}
        tasks.append({"id": n, "data": data, "annotations": [{"id": n, "result": result}]})
    text(folder / "project-3.json", tasks)


def qupath(folder):
    for name, (label, points) in CELLS.items():
        ring = [*points, points[0]]
        cell = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"objectType": "detection", "classification": {"name": label}},
        }
        box = [[1, 1], [79, 1], [79, 59], [1, 59], [1, 1]]
        field = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [box]},
            "properties": {"objectType": "annotation"},
        }
        text(folder / f"outlines/{name}.geojson", {"type": "FeatureCollection", "features": [field, cell]})


def yolo(folder):
    for number, (name, (_, points)) in enumerate(CELLS.items()):
        line = f"{number} " + " ".join(f"{x / WIDTH:.6f} {y / HEIGHT:.6f}" for x, y in points)
        text(folder / f"labels/{name}.txt", line + ("\n1 0.1 0.1 0.05 0.05\n" if number else "\n"))
    text(folder / "data.yaml", "train: images\nnc: 2\nnames: [L1, L2]\n")


def supervisely(folder):
    for name, (label, points) in CELLS.items():
        bitmap = {"data": zipped_png(MASKS[name][5:50, 5:70]), "origin": [5, 5]}
        shape = (
            {"geometryType": "polygon", "points": {"exterior": points, "interior": []}}
            if name == "a"
            else {"geometryType": "bitmap", "bitmap": bitmap}
        )
        document = {"description": "", "tags": [], "size": SIZE, "objects": [{"classTitle": label, **shape}]}
        text(folder / f"ds0/ann/{name}.png.json", document)
    text(folder / "meta.json", {"classes": [{"title": "L1"}, {"title": "L2"}]})


def darwin(folder):
    for name, (label, points) in CELLS.items():
        paths = [[{"x": x, "y": y} for x, y in points]]
        item = {"name": f"{name}.png", "path": "/", "slots": [SIZE]}
        annotations = [{"id": name, "name": label, "polygon": {"paths": paths}}]
        text(folder / f"release/{name}.json", {"version": "2.0", "item": item, "annotations": annotations})


def superannotate(folder):
    for name, (label, points) in CELLS.items():
        metadata = {"name": f"{name}.png", **SIZE}
        instances = [{"type": "polygon", "className": label, "points": flat(points), "exclude": []}]
        text(folder / f"export/{name}.png.json", {"metadata": metadata, "instances": instances, "tags": []})
    text(folder / "export/classes/classes.json", [])


def isat(folder):
    for name, (label, points) in CELLS.items():
        info = {"description": "ISAT", "name": f"{name}.png", **SIZE}
        objects = [{"category": label, "group": 1, "segmentation": points, "layer": 1.0, "iscrowd": False}]
        text(folder / f"outlines/{name}.json", {"info": info, "objects": objects})


def cellpose(folder):
    for name, mask in MASKS.items():
        write_image(folder / f"smears/{name}_cp_masks.png", mask.astype(np.uint16))
        (folder / f"smears/{name}_seg.npy").write_bytes(b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}")


def label_maps(folder):
    (folder / "masks").mkdir()
    for name, mask in MASKS.items():
        Image.fromarray(mask.astype(np.uint16)).save(folder / f"masks/{name}.tif")


def one_a_cell(folder):
    for name, mask in MASKS.items():
        for number, part in enumerate((mask, np.roll(mask, -16, axis=1))):
            write_image(folder / f"masks/{name}_{number}.png", part.astype(np.uint8) * 255)


def bowl(folder):
    for name, mask in MASKS.items():
        for number, part in enumerate((mask, np.roll(mask, -16, axis=1))):
            write_image(
                folder / f"stage1_train/{name}/masks/{number}f3{name}.png", part.astype(np.uint8) * 255
            )
        photographs(folder / f"stage1_train/{name}/images")
        for other in set(MASKS) - {name}:
            (folder / f"stage1_train/{name}/images/{other}.png").unlink()


def nnunet(folder):
    photographs(folder / "imagesTr", "{}_0000.png")
    for name, mask in MASKS.items():
        write_image(folder / f"labelsTr/{name}.png", mask.astype(np.uint8))


def colours(folder):
    for name, mask in MASKS.items():
        pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        pixels[mask] = (255, 0, 0) if name == "a" else (0, 0, 255)
        write_image(folder / f"masks/{name}.png", pixels)


def voc(folder):
    text(folder / "a.xml", "<annotation><filename>a.png</filename><object><bndbox/></object></annotation>")


def imagej(folder):
    (folder / "rois").mkdir()
    for name, (label, points) in CELLS.items():
        (folder / f"rois/{name}.zip").write_bytes(
            zipped({"0001.roi": roi_bytes(points, int(label[1])), "box.roi": ROI_BOX})
        )


TOOLS = {
    function.__name__: function
    for function in (
        *(via, cvat, coco, labelme, label_studio, qupath, yolo, supervisely, darwin, superannotate, isat),
        *(cellpose, label_maps, one_a_cell, bowl, nnunet, colours, voc, imagej),
    )
}


def export_all(root: Path) -> None:
    """Write the photographs and the export of every tool, each below a folder of its own."""
    for name, export in TOOLS.items():
        photographs(root / name / "smears")
        export(root / name)
