"""What the commands of ``blastvote`` take: one function per command adds its arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

Add = Callable[..., Any]  # argparse's add_argument of one command


def enhance(add: Add) -> None:
    """Arguments of `blastvote enhance`."""
    add("images", nargs="+", type=Path, help="image files or folders")
    add(
        "--method",
        default="eff",
        metavar="NAME",
        help="contrast method (see: blastvote methods); default: eff",
    )
    add("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter; repeatable")
    reading(add)
    add("--out", type=Path, required=True, metavar="FOLDER", help="folder of the results (PNG)")


def reading(add: Add) -> None:
    """Arguments on how the pixels of photographs are read."""
    exif = "turn photographs as their EXIF orientation says, or take the pixels as they are stored"
    add("--exif", default="apply", choices=("apply", "ignore"), help=exif)
    white = "the value of 16-bit photographs that is white; 4095 for 12 bits in 16"
    add("--white-level", type=int, default=65535, metavar="N", help=white)


def nothing(add: Add) -> None:
    """A command without arguments."""


def simulate(add: Add) -> None:
    """Arguments of `blastvote simulate`."""
    add("--out", type=Path, required=True, metavar="FOLDER", help="folder of the data set")
    add("--per-class", type=int, default=20, metavar="N", help="images of each subtype; default: 20")
    add("--seed", type=int, default=0, metavar="N", help="the same seed draws the same images; default: 0")
    add("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"), help="pixels; default: 640 480")
    add("--pixel-size", type=float, default=0.18, metavar="UM", help="micrometres per pixel; default: 0.18")


def check(add: Add) -> None:
    """Arguments of `blastvote check`."""
    add("images", nargs="?", default="", help="folder of photographs, or a CSV sheet")
    add("--config", type=Path, metavar="FILE", help="a study's config file, in place of all the rest")
    add("--annotations", default="", metavar="PATH", help="file or folder of an annotation tool, or of masks")
    add("--labels", default="", metavar="FILE", help="CSV with image_id,label,patient_id")
    modes = ("label_map", "binary", "components", "semantic")
    add("--masks", default="label_map", choices=modes, help="what the values of masks mean")
    ignored = "a value that is background; repeatable"
    add("--ignore-value", action="append", type=int, metavar="N", help=ignored)
    colours = "a colour of colour-coded masks and its class, such as #ff0000=L1; repeatable"
    add("--mask-colour", action="append", default=[], metavar="COLOUR=CLASS", help=colours)
    unlabelled = "what becomes of images with neither cells nor a label"
    add("--unlabelled", default="stop", choices=("stop", "leave_out"), help=unlabelled)
    crowds = ("ignore", "cells", "stop")
    add("--crowds", default="ignore", choices=crowds, help="what becomes of COCO's iscrowd: 1")
    stops = "findings that stop beside errors: warning, or a kind (docs/your_data.md); repeatable"
    add("--stop-on", action="append", default=[], metavar="KIND", help=stops)
    reading(add)
    attribute = "the attribute of the cells that holds their class, where it is not their label"
    add("--class-attribute", default="", metavar="NAME", help=attribute)
    add("--alias", action="append", default=[], metavar="NAME=CLASS", help="a name in the files; repeatable")
    names = "comma-separated class names; default: L1,L2,L3"
    add("--classes", default="L1,L2,L3", metavar="NAMES", help=names)
    rule = "vote rule (docs/outputs.md); default: pathologist"
    add("--vote", default="pathologist", metavar="RULE", help=rule)
    add("--out", type=Path, metavar="FOLDER", help="write the report: check.html with pictures, and tables")
    add("--threads", type=int, default=2, metavar="N", help="images looked at side by side; default: 2")


def init(add: Add) -> None:
    """Arguments of `blastvote init`."""
    add("folder", type=Path, help="folder of photographs, with annotations in it or below it")
    add(
        "--out",
        type=Path,
        default=Path("study.yaml"),
        metavar="FILE",
        help="the configuration (default: study.yaml)",
    )
    add("--yes", action="store_true", help="ask nothing, take what is proposed")


def predict(add: Add) -> None:
    """Arguments of `blastvote predict`."""
    add("images", nargs="+", type=Path, help="image files or folders")
    which = "starter, a weight file, or the folder of a run: results/runs/none/seed1/fold0"
    add("--model", default="starter", metavar="RUN|FILE|starter", help=which)
    add(
        "--out", type=Path, required=True, metavar="FOLDER", help="folder of tables, overlays and annotations"
    )
    size = "micrometres a pixel; auto takes the file's tags or estimates it from the red cells"
    add("--pixel-size", default="auto", metavar="UM|auto", help=size)
    add(
        "--min-score",
        type=float,
        default=None,
        metavar="SCORE",
        help="from which score on a cell counts, after the cell check of a model that has one; default: the model's",
    )
    reading(add)
    add("--threads", type=int, default=2, metavar="N", help="threads of the network; default: 2")
    how = "of the network: bfloat16 is faster where the processor has it; default: as trained"
    add("--precision", choices=("float32", "bfloat16"), default=None, help=how)
    what = "of the network: onnx starts sooner, with the extra export; its first call makes a file"
    add("--runtime", choices=("tensorflow", "onnx"), default="tensorflow", help=what)


def summary(add: Add) -> None:
    """Arguments of `blastvote summary`."""
    add("--config", type=Path, metavar="FILE", help="config file that was run; default: that of the demo")
    add("--results", type=Path, metavar="FOLDER", help="results folder, in place of that of a config file")


def run(add: Add) -> None:
    """Arguments of `blastvote run`."""
    add("snakemake", nargs=argparse.REMAINDER, help="arguments of snakemake, such as --cores all")


def export(add: Add) -> None:
    """Arguments of `blastvote export`."""
    add(
        "--results", type=Path, default=Path("results"), metavar="FOLDER", help="of a study; default: results"
    )
    add("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    forms = "COCO results, or label maps with a table (only where no cells overlap)"
    add("--as", dest="form", choices=("coco", "label_maps"), default="coco", help=forms)


def crate(add: Add) -> None:
    """Arguments of `blastvote crate`."""
    add(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="of a finished study; default: results",
    )
    add("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
