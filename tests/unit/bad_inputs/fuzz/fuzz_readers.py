"""The readers that the fuzz tries, each with files that it reads, damaged."""

import base64
import io as streams
import json
import zlib
from contextlib import suppress
from pathlib import Path

import annotation_cases
import config_cases
import cv2
import fuzz_networks
import fuzz_own
import numpy as np
import yaml
from detection_cases import CLASSES
from fuzz_damage import damaged
from fuzz_pictures import damaged_pictures
from fuzz_reader import Reader, of
from PIL import Image

from blastvote import io, rle
from blastvote.annotations import read_annotations
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_annotation
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.commands import values
from blastvote.contrast.registry import validate_params
from blastvote.dataset.source.labels.tables import read_label_table
from blastvote.errors import InputError
from blastvote.scale.tags import tagged_pixel_size
from blastvote.study.configuration.load import EMBEDDED, load_config, read_config_file
from tests.unit.annotations.samples import SAMPLES
from tests.unit.annotations.samples.cell import DISC
from tests.unit.annotations.samples.outlines import ENTRY
from tests.unit.annotations.samples.parts import roi_bytes, zipped

SIDE = 20


def annotation(path: Path) -> None:
    for image in read_annotations(path).images.values():
        for cell in image.cells:
            with suppress(InputError):  # a mask of another size: the check of the data set names its file
                cell.run_lengths(SIDE, SIDE)


def annotation_with_attribute(path: Path) -> None:
    read_annotations(path, "subtype")


def photograph(path: Path) -> None:
    tagged_pixel_size(path)
    for settings in (io.ReadSettings(), io.ReadSettings("ignore", 4095)):
        pixels = io.read_image(path, settings)
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
        assert io.image_size(path, settings) == pixels.shape[1::-1]


def mask(path: Path) -> None:
    for mode in ("label_map", "binary", "components", "semantic"):
        read_mask_annotation(path, "a", MaskSettings(mode), Journal(str(path)))


def coloured_mask(path: Path) -> None:
    colours = {"#ff0000": "L1", "0,0,255": "L2", "#ffffff": ""}
    read_mask_annotation(path, "a", MaskSettings(colours=colours), Journal(str(path)))


def parameters(path: Path) -> None:
    """Read lines of a file as words after ``--param``."""
    words = path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    try:
        validate_params("clahe", values.parameters(words))
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def encoded(pixels: np.ndarray) -> bytes:
    stream = streams.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def deep(suffix: str) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 65536, (24, 31, 3), dtype=np.uint16)
    return cv2.imencode(suffix, pixels)[1].tobytes()


def samples(*endings: str) -> list[bytes]:
    """Return the annotation files of every tool (tests/unit/annotations/samples) that end so."""
    return [sample.as_bytes() for sample in SAMPLES.values() if sample.file.endswith(endings)]


PACKED = rle.encode(np.pad(np.ones((2, 2), bool), 1))
PNG = encoded(np.full((4, 5), 255, np.uint8))
REGIONS = [
    {"name": "circle", "cx": 5, "cy": 5, "r": 2}, {"name": "ellipse", "cx": 9, "cy": 9, "rx": 3, "ry": 2, "theta": 0.5},
    {"name": "rect", "x": 2, "y": 3, "width": 5, "height": 4}, {"name": "polyline", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]},
    {"name": "point", "cx": 5, "cy": 5},
]  # fmt: skip
LABELME_SHAPES = [
    {"label": "L1", "shape_type": "mask", "points": [[2, 3], [6, 6]], "mask": base64.b64encode(PNG).decode()},
    {
        "label": "L1",
        "shape_type": "circle",
        "points": [[9, 9], [12, 9]],
        "group_id": 1,
        "flags": {"subtype": True},
    },
    {"label": "L1", "shape_type": "rectangle", "points": [[2, 3], [6, 6]], "group_id": 1},
    {"label": "L2", "shape_type": "rotation", "points": [[2, 3], [6, 3], [6, 6], [2, 6]], "direction": 0.3},
]
FEATURES = [
    {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}
    for kind, coordinates, properties in (
        ("Polygon", [[[1, 1], [19, 1], [19, 19], [1, 19], [1, 1]]], {"objectType": "annotation"}),
        ("MultiPolygon", [[[[2, 2], [9, 2], [9, 9], [2, 2]], [[5, 3], [6, 3], [6, 4], [5, 3]]]], {"subtype": "L2"}),
        ("GeometryCollection", [], {"classification": {"names": ["L1", "x"], "color": [1, 2, 3]}}),
        ("Point", [3, 4], {"classification": "L1"}),
    )
]  # fmt: skip
SIZE = {"height": SIDE, "width": SIDE}
JSON = [
    *samples(".json", ".geojson"),
    annotation_cases.coco().encode(),
    annotation_cases.rle([100, 50, 250]).encode(),
    annotation_cases.rle(PACKED["counts"], PACKED["size"]).encode(),
    *(json.dumps(document).encode() for document in (
        {"a.png1": ENTRY | {"regions": [{"shape_attributes": shape, "region_attributes": {"subtype": "L1"}} for shape in REGIONS],
                            "file_attributes": {"label": "L1"}}},
        {"imagePath": "a.png", "imageWidth": SIDE, "imageHeight": SIDE, "flags": {"L1": True}, "shapes": LABELME_SHAPES},
        {"size": SIZE, "objects": [{"classTitle": "L1", "geometryType": "bitmap", "bitmap": {
            "origin": [2, 3], "data": base64.b64encode(zlib.compress(PNG)).decode()}}]},
        {"type": "FeatureCollection", "features": FEATURES},
    )),
]  # fmt: skip
CVAT = annotation_cases.cvat(
    "<image id='0' name='a.png' width='20' height='20'><polygon label='L1' points='1,1;9,1;9,9' group_id='1'>"
    "<attribute name='subtype'>L1</attribute></polygon><mask label='L1' rle='4,5' left='2' top='2' width='3' height='3'/>"
    "<ellipse label='L1' cx='5' cy='5' rx='2' ry='3' rotation='30'/><box label='L1' xtl='1' ytl='1' xbr='9' ybr='9' rotation='3'/>"
    "<polyline label='L1' points='1,1;9,1'/></image>"
)  # fmt: skip
VIA_ROW = 'a.png,1,"{{""label"":""L1""}}",1,0,"{}","{{""subtype"":""L1""}}"\n'
CSV = [
    (
        "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
        + "".join(VIA_ROW.format(json.dumps(shape).replace('"', '""')) for shape in REGIONS)
    ).encode(),
    *samples(".csv"),
]
YOLO = [*samples(".txt"), b"0 0.1 0.1 0.9 0.1 0.9 0.9\n1 0.2 0.2 0.3 0.2 0.3 0.3\n1 0.5 0.5 0.1 0.1\n"]
ROIS = [zipped({"0001.roi": roi_bytes(DISC, 1), "b.roi": roi_bytes(DISC[:5])})]
CONFIG = [
    yaml.safe_dump(read_config_file(EMBEDDED)).encode(),
    b"model: {backbone: resnet18}\nseeds: [1, 2]\nresults: a\n",
]
YOLO_NAMES = [b"train: images\nnc: 2\nnames: [L1, L2]\n", b"names:\n  0: L1\n  1: L2\n"]
TABLES = [b"image_id,label\na,L1\nb,L2\n", '\ufeffimage_id;label\n"a";"L1"\n'.encode(), b"a\tb\n1\t2\n"]
LABELS = [b"file_name,label,patient\na.png,L1,7\nb.png,2,7.0\n", b"image,L1,L2\na,1,0\nb,0,x\n"]
LOSSLESS = ("PNG", "TIFF", "BMP")
DEEP = (deep(".png"), deep(".tiff"))

READERS: dict[str, Reader] = {
    "json": of(annotation, "a.json", "json", JSON),
    "attribute": of(annotation_with_attribute, "a.json", "json", JSON),
    "xml": of(annotation, "a.xml", "xml", [CVAT.encode(), *samples(".xml")]),
    "csv": of(annotation, "a.csv", "table", CSV),
    "txt": of(annotation, "a.txt", "words", YOLO),
    "yolo_names": of(lambda path: annotation(path.parent / "a.txt"), "data.yaml", "yaml", YOLO_NAMES, a=YOLO[-1]),
    "roi": of(annotation, "a.zip", "zip", ROIS),
    "photograph": Reader(photograph, "a.png", damaged_pictures(("PNG", "JPEG", "BMP", "WEBP")), [PNG]),
    "tiff": Reader(photograph, "a.tif", damaged_pictures(("TIFF",)), [DEEP[1]]),
    "deep": Reader(photograph, "a.png", damaged_pictures(("PNG", "TIFF"), ("I;16",), DEEP), DEEP),
    "mask": Reader(mask, "m.png", damaged_pictures(LOSSLESS, ("1", "L", "P", "I;16", "I", "RGB")), [PNG]),
    "colours": Reader(coloured_mask, "m.png", damaged_pictures(LOSSLESS, ("P", "RGB", "RGBA")), [PNG]),
    "table": of(io.read_table, "t.csv", "table", TABLES),
    "labels": of(lambda path: read_label_table(str(path), {"2": "L2"}, CLASSES, []), "t.csv", "table", LABELS),
    "yaml": Reader(read_config_file, "c.yaml", damaged("yaml", [*CONFIG, config_cases.BOMB.encode()]), CONFIG),
    "config": of(load_config, "c.yaml", "yaml", CONFIG),
    "param": of(parameters, "words.txt", "words", [b"clip_limit=3.5\ntiles=4\n", b"clip_limit=1\n"]),
    **fuzz_own.READERS,
    **fuzz_networks.READERS,
}  # fmt: skip
