"""Tables and sheets that cannot be used."""

import os
from pathlib import Path

import numpy as np
from case import Case, group

from blastvote import io
from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.source.labels.read import read_labels
from blastvote.dataset.source.pixel_sizes import read_pixel_sizes
from blastvote.dataset.source.source import open_source
from blastvote.dataset.split.perceptual_hash import read_hashes
from blastvote.dataset.split.splits import read_splits
from blastvote.segmentation.limits import read_limits
from blastvote.study.configuration.external import has_validation

PICTURE = np.full((40, 40, 3), 200, np.uint8)
CLASSES = ["L1", "L2"]


def source(path: Path, **settings: object):
    folder = path.parent / "smears"
    if not folder.exists():
        for name in ("a", "b"):
            io.write_image(folder / f"{name}.png", PICTURE)
    return open_source({"images": str(folder), **settings}, CLASSES)


def labels(path: Path):
    return read_labels(source(path, labels=str(path)), CLASSES)


def sheet(path: Path):
    return open_source({"images": str(path)}, CLASSES)


def make_smears(path: Path) -> None:
    source(path)


def with_smears(text: str):
    """Return what writes a table beside a folder of smears, so that nothing is made while it is read."""

    def make(path: Path) -> None:
        make_smears(path)
        path.write_text(text, encoding="utf-8")

    return make


TABLES = [
    ("nothing", lambda path: None, "there is no such file"),
    ("a folder", lambda path: path.mkdir(), "is a folder; expected one file"),
    ("a pipe", os.mkfifo, "is a pipe, a socket or a device"),
    ("no bytes", b"", "the table is empty"),
    ("blank lines", "\n \n\t\n", "the table is empty"),
    ("commas", ",,,\n,,\n", "the table is empty"),
    ("another column", "name,label\n", "column 'image_id' is missing; the table has ['name', 'label']"),
    ("a value too many", "image_id,label\na,L1\nb,L1,p1\n", "line 3 has 3 values, but the header names 2 columns"),
    ("a column twice", "image_id,label,x,label\na,L1,,L2\n", "columns 2 and 4 are both called 'label'"),
    ("no header", "L1,30,40,20,20,a.png\n", "the first line has '20' in columns 4 and 5, a value, no name of a column"),
    ("100,000 columns", ",".join(f"c{n}" for n in range(100_000)), "has 100000 columns; expected at most 1000"),
    ("an open quotation mark", 'image_id,label\n"a,L1\nb,L1\n', "line 3: not a well-formed CSV table (unexpected end of data)"),
    ("a quotation mark within", 'image_id,label\n"a"b,L1\n', "line 2: not a well-formed CSV table"),
    ("zero bytes", b"image_id,label\na\0,L1\n", "line 2 holds a NUL byte"),
    ("a spreadsheet", b"PK\x03\x04\x14\0\x06\0", "is a workbook (Excel, LibreOffice), not a CSV"),
    ("UTF-16 cut off", "image_id,label\n".encode("utf-16")[:-1], "not well-formed UTF-16 at byte 30"),
]  # fmt: skip
LABELS = [
    ("no column for the image", "label\nL1\n", "name no image or no label"),
    ("no column for the label", "image_id\na\n", "name no image or no label"),
    ("only a header", "image_id,label\n", "has a header and no line below it"),
    ("no image of ours", "image_id,label\nz,L1\n", "none of its 1 lines names one of the 2 images; the first says 'z'"),
    ("an unknown label", "image_id,label\na,L9\n", "line 2 labels 'a' as 'L9'; expected one of ['L1', 'L2']"),
    ("two labels of an image", "image_id,label\na,L1\na.png,L2\n", "line 3 names 'a.png' again with other values"),
    ("escape codes", "image_id,label\na,\x1b[31mL1\n", "as '\\x1b[31mL1'"),
]  # fmt: skip
SHEETS = [
    ("no path", "image_id,label\na,L1\n", "column 'path' is missing"),
    ("photographs that are not there", "path\nz.png\n", "1 of 1 images do not exist"),
    ("a folder for a photograph", "path\nsmears\n", "1 of 1 images do not exist"),
    ("one photograph twice", "path,image_id\nsmears/a.png,x\nsmears/a.png,y\n", "line 3 names 'smears/a.png' again"),
    ("an id twice", "path,image_id\nsmears/a.png,x\nsmears/b.png,X\n", "occurs twice (capitals do not count"),
    ("an id that leaves the folder", "path,image_id\nsmears/a.png,../x\n", "is not safe as a file name"),
    ("an id with a wildcard", "path,image_id\nsmears/a.png,{method}\n", "is not safe as a file name"),
    ("an id that is a formula", "path,image_id\nsmears/a.png,=1+1\n", "is not safe as a file name"),
    ("a mask that is not there", "path,mask\nsmears/a.png,m.png\n", "1 mask images do not exist"),
]  # fmt: skip
SIZES = "image_id,pixel_size_um,uncertainty,source,red_cells\n"
MANIFEST = "image_id,path,sha256,width,height,label,patient_id,n_cells,source\n"
CASES = [
    *group(lambda path: io.read_table(path, required=["image_id"]), "t.csv", *TABLES),
    *group(labels, "labels.csv", *((name, with_smears(text), says) for name, text, says in LABELS)),
    *group(sheet, "sheet.csv", *((name, with_smears(text), says) for name, text, says in SHEETS)),
    *group(
        read_manifest,
        "manifest.csv",
        ("a column is missing", "image_id\n", "column 'path' is missing"),
        ("an id twice", MANIFEST + "a,a,0,1,1,L1,,1,s\n" * 2, "image_id 'a' occurs twice"),
        ("a width that is text", MANIFEST + "a,a,0,wide,1,L1,,1,s\n", "line 2 has width 'wide'; expected a whole number"),
        ("a negative number of cells", MANIFEST + "a,a,0,1,1,L1,,-1,s\n", "line 2 has n_cells '-1'"),
        ("a height of 5,000 digits", MANIFEST + f"\na,a,0,1,{'9' * 5000},L1,,1,s\n", f"line 3 has height '{'9' * 60}'; expected a whole number of at most 18"),
    ),
    *group(
        read_splits,
        "splits.csv",
        ("another table", "a,b\n", "is missing"),
        ("a fold of 19 digits", f"image_id,label,patient_id,fold,role,flip\na,L1,,{'9' * 19},train,none\n", "line 2 has fold '9999999999999999999'; expected a whole number of at most 18 digits. Make the splits"),
    ),
    *group(read_pixel_sizes, "pixel_sizes.csv", *((text, SIZES + f"a,{text},0,config,0\n", f"line 2 has pixel_size_um '{text[:60]}'; expected a number") for text in ("", "wide", "1e999", "nan"))),
    *group(lambda path: read_limits(path, {"options": {}}), "limits.csv", ("a limit that is text", "setting,configured,used,cells_in_an_image,image_id\nmax_gt_instances,5,many,5,a\n", "line 2 has used 'many'")),
    *group(has_validation, "external.csv", ("a number that is text", "n_val\nNone\n", "line 2 has n_val 'None'; expected a whole number")),
    *group(read_hashes, "hashes.csv", ("hashes that are none", "image_id,phash_none,phash_horizontal,phash_vertical,phash_both\na,f,f,f,f\n", "column 'phash_none' holds something else than hashes. Delete")),
    Case("images: a folder without images", lambda p: p.mkdir(), "holds no images", lambda p: open_source({"images": str(p)}, CLASSES)),
    Case("images: no folder", lambda p: None, "does not exist", lambda p: open_source({"images": str(p)}, CLASSES)),
    Case("images: a file", "x", "is a file", lambda p: open_source({"images": str(p)}, CLASSES)),
    Case("images: no name", lambda p: None, "'dataset.images' is empty", lambda p: open_source({"images": ""}, CLASSES)),
    Case("images: an alias to no class", make_smears, "which is not in 'classes'", lambda p: source(p, class_aliases={"x": "L9"})),
    Case("images: annotations that are not there", make_smears, "does not exist", lambda p: source(p, annotations="gone.json")),
    Case("images: one stem twice", lambda p: (io.write_image(p / "a.png", PICTURE), io.write_image(p / "a.jpg", PICTURE)), "differ in their ending only", lambda p: open_source({"images": str(p)}, CLASSES)),
]  # fmt: skip
