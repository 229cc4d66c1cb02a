"""Annotation files that cannot be used."""

import gzip
import json
import os
from pathlib import Path

from case import Case, group, png

from blastvote.annotations import read_annotations

DEEP = "[" * 100_000
POLYGON = {"name": "polygon", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]}
SQUARE = [[1, 1], [9, 1], [9, 9]]


def via(entry: object, key: str = "a.png1") -> str:
    return json.dumps({key: entry})


def coco(**changes: object) -> str:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 20}],
        "annotations": [{"id": 7, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]}],
        "categories": [{"id": 1, "name": "L1"}],
    }
    return json.dumps(document | changes)


def rle(counts: object, size: object = (20, 20)) -> str:
    entry = {"id": 7, "image_id": 1, "category_id": 1, "segmentation": {"size": size, "counts": counts}}
    return coco(annotations=[entry])


def cvat(inside: str, head: str = "") -> str:
    return f"{head}<annotations><meta/>{inside}</annotations>"


TEXTS = [
    ("nothing", lambda path: None, "there is no such file"),
    ("a pipe", os.mkfifo, "is a pipe, a socket or a device, no file"),
    ("a device", lambda path: path.symlink_to("/dev/zero"), "is a pipe, a socket or a device"),
    (
        "a link to itself",
        lambda path: path.symlink_to(path.name),
        "cannot be read (Too many levels of symbolic links)",
    ),
    ("no bytes", b"", "the file is empty; expected JSON"),
    ("blanks", " \n\t\n", "the file is empty; expected JSON"),
    ("half of a file", via({"filename": "a.png", "regions": []})[:-3], "not valid JSON at line 1, column "),
    ("a comma too many", '{"a": 1,\n}', "not valid JSON at line 2, column 1"),
    ("YAML", "a: 1", "not valid JSON at line 1, column 1"),
    ("text", "hello", "not valid JSON at line 1, column 1"),
    ("an image", png(4, 4), "holds a NUL byte, so it is no JSON"),
    ("short UTF-16 without a mark", "{}".encode("utf-16-le"), "line 1 holds a NUL byte"),
    ("UTF-16 cut off", '{"a": 1}'.encode("utf-16")[:-1], "not well-formed UTF-16 at byte"),
    ("UTF-16 with half of a pair", b"\xff\xfe\x00\xd8\x20\x00", "not well-formed UTF-16 at byte"),
    ("a lone surrogate", '{"\\ud800": 1}', "holds \\ud800, half of a character"),
    (
        "a lone surrogate in a name",
        via({"filename": "a\\udfff.png"}).replace("\\\\", "\\"),
        "half of a character",
    ),
    ("brackets in brackets", DEEP, "the JSON is nested too deeply"),
    ("objects in objects", '{"a":' * 100_000, "the JSON is nested too deeply"),
    ("a number of 5,000 digits", f'{{"a": {"9" * 5000}}}', "holds a number that cannot be read"),
    ("a list", "[]", "the format is not known (a list)"),
    ("an empty object", "{}", "the format is not known (an empty object)"),
    ("a number", "3", "the format is not known (a int)"),
    ("null", "null", "the format is not known (a NoneType)"),
    ("other keys", '{"a": 1, "b": 2}', "the format is not known (an object with the keys ['a', 'b'])"),
]
VIA = [
    ("a file name that is a number", via({"filename": 3, "regions": []}), "has no text 'filename'"),
    (
        "a file name that is missing",
        json.dumps({"_via_img_metadata": {"a": {"regions": []}}}),
        "has no text 'filename'",
    ),
    ("metadata that are no object", json.dumps({"_via_img_metadata": 3}), "'_via_img_metadata'"),
    (
        "a VIA 3 project",
        json.dumps({"project": {}, "file": {}, "metadata": {}}),
        "a VIA 3 file; expected VIA 1 or 2",
    ),
]
COCO = [
    ("annotations that are an object", coco(annotations={}), "'annotations' is of type dict; expected a list"),
    ("annotations that are null", coco(annotations=None), "'annotations' is of type NoneType; expected a list"),
    ("an unknown image", coco(annotations=[{"id": 7, "image_id": 3}]), "belongs to image_id 3, which 'images' does not hold"),
    ("no image", coco(annotations=[{"id": 7}]), "not well-formed COCO (KeyError('image_id'))"),
    ("an unknown category", coco(categories=[{"id": 9, "name": "L9"}]), "has category_id 1, which 'categories'"),
    ("one id for two images", coco(images=[{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}]), "the image id 1 stands for 'a' and 'b'"),
    ("one id for two classes", coco(categories=[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]), "the category id 1 stands for 'a' and 'b'"),
    ("an image without a name", coco(images=[{"id": 1}]), "not well-formed COCO (KeyError('file_name'))"),
    ("images that are numbers", coco(images=[3]), "not well-formed COCO"),
    ("an annotation that is a number", coco(annotations=[3]), "not well-formed COCO"),
    ("a mask of another kind", rle({"a": 1}), "does not fill 20 x 20 pixels"),
    ("a mask without a size", rle([400], None), "annotation 7: its 'segmentation' is no run-length mask"),
    ("a mask of negative runs", rle([500, -100]), "add up to 400 pixels, but its size is 20 x 20"),
    ("a mask that is too long", rle([500]), "add up to 500 pixels, but its size is 20 x 20 = 400"),
    ("a mask that is too short", rle([100]), "add up to 100 pixels, but its size is 20 x 20 = 400"),
    ("a mask of 10^6 x 10^6", rle([10**12], [10**6, 10**6]), "is said to have 1000000 x 1000000 pixels"),
    ("a mask of 10^30 x 1", rle([10**30], [10**30, 1]), "expected at most 400,000,000 in all"),
    ("a mask of fractions", rle([0.5, 399.5]), "a run of its mask is no whole number ([0.5, 399.5])"),
    ("a mask of truth values", rle([True, 399]), "a run of its mask is no whole number"),
    ("a compressed mask of odd letters", rle("\u00e9\u00e9"), "does not fill 20 x 20 pixels"),
    ("a compressed mask cut off", rle("ooooo"), "does not fill 20 x 20 pixels"),
]  # fmt: skip
LABELME = [
    ("a shape that is a number", json.dumps({"imagePath": "a.png", "shapes": [3]}), "shape 0 has no points"),
    ("a shape without points", json.dumps({"imagePath": "a.png", "shapes": [{"label": "L1"}]}), "shape 0 has no points"),
    ("flags that are a list", json.dumps({"imagePath": "a.png", "shapes": [], "flags": [1]}), "the annotations are damaged"),
]  # fmt: skip
GEOJSON = [
    ("features that are an object", json.dumps({"type": "FeatureCollection", "features": {}}), "'features' is not a list"),
    ("no features", json.dumps({"type": "FeatureCollection"}), "'features' is not a list"),
    ("properties that are a list", json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}, "properties": [1]}), "the annotations are damaged"),
]  # fmt: skip
XML = [
    ("half of a file", cvat("")[:-5], "not well-formed XML"),
    ("two roots", "<a/><b/>", "not well-formed XML"),
    ("an unknown root", "<html></html>", "the format is not known (XML with the root <html>)"),
    ("entities in entities", '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "declares a document type"),
    ("a file of the system", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "declares a document type"),
    ("elements in elements", "<a>" * 10_000, "nested more than 64 deep"),
    ("boxes", "<annotation><object><bndbox/></object></annotation>", "boxes are no outlines"),
    ("an image without a name", cvat("<image id='0'/>"), "an <image> has no name"),
    ("tracks of a video", cvat("<track id='0'/>"), "which number the images but do not name them"),
    ("UTF-16 cut off", "<a/>".encode("utf-16")[:-1], "not well-formed UTF-16 at byte"),
]  # fmt: skip
CSV_HEAD = "filename,region_shape_attributes,region_attributes\n"
CSV = [
    ("no bytes", b"", "the table is empty"),
    ("a header of another table", "image_id,label\na,L1\n", "the format is not known (a table with the columns"),
    ("a shape that is cut off", CSV_HEAD + 'a.png,"{""name"": ","{}"\n', "line 2: not valid JSON at line 1, column"),
    ("a shape in brackets", CSV_HEAD + f'a.png,"{DEEP}","{{}}"\n', "line 2: the JSON is nested too deeply"),
    ("a shape with NaN", CSV_HEAD + 'a.png,"{""cx"": NaN}","{}"\n', "line 2: holds NaN, which is no number in JSON"),
    ("a shape of 5,000 digits", CSV_HEAD + f'a.png,"{{""cx"": {"9" * 5000}}}","{{}}"\n', "line 2: holds a number that cannot be read"),
    ("a quotation mark that stays open", CSV_HEAD + 'a.png,"{}', "line 2: not a well-formed CSV table (unexpected end of data)"),
    ("a column twice", "filename,filename\n", "columns 1 and 2 are both called 'filename'"),
    ("zero bytes", CSV_HEAD.encode() + b"\0", "line 2 holds a NUL byte"),
]  # fmt: skip
OTHER = [
    ("masks.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O'", "it is never opened"),
    ("rois.zip", b"PK\x03\x04" + bytes(40), "a zip archive without ImageJ's ROIs"),
    ("a.geojson.gz", gzip.compress(b"{}"), "a file packed by gzip. Unpack it (gunzip), or export without"),
    ("cell.roi", b"Iout\x00\xe4" + bytes(3), "ROI 'cell' is damaged"),
    ("notes.txt", "hello", "the format is not known (a text that begins with 'hello')"),
    ("noise.txt", bytes(range(128)), "the format is not known (a binary file)"),
]


def empty_folder(path: Path) -> None:
    path.mkdir()


CASES = [
    *group(read_annotations, "a.json", *TEXTS, *VIA, *COCO, *LABELME, *GEOJSON),
    *group(read_annotations, "a.xml", *XML),
    *group(read_annotations, "a.csv", *CSV),
    *(Case(f"other: {name}", content, says, read_annotations, name) for name, content, says in OTHER),
    Case("other: an empty folder", empty_folder, "holds no annotation files", read_annotations, "folder"),
    Case("other: a folder with one bad file", lambda p: (p.mkdir(), (p / "b.json").write_text("{")), "b.json: not valid JSON", read_annotations, "folder"),
]  # fmt: skip
