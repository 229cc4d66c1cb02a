"""Commands that were given what they cannot use, and damaged files of a study."""

import argparse
import json
import os
from pathlib import Path

import numpy as np
from case import Case, group

from blastvote import io
from blastvote.cli import _parser
from blastvote.commands import values
from blastvote.dataset.coco import read_coco
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.evaluate.statistics.study import load_study, read_votes
from blastvote.io import read_own_image, read_own_json
from blastvote.study.crate import write_crate

PICTURE = np.full((40, 40, 3), 200, np.uint8)


def command(*words: str):
    """Return what runs a command with the path in place of ``PATH``."""

    def run(path: Path) -> None:
        options: argparse.Namespace = _parser().parse_args(
            [word.replace("PATH", str(path)) for word in words]
        )
        options.run(options)

    return run


def photograph(path: Path) -> None:
    io.write_image(path, PICTURE)


def finished(provenance: str):
    def make(path: Path) -> None:
        path.mkdir()
        (path / "provenance.json").write_text(provenance, encoding="utf-8")

    return make


DEEP = "[" * 100_000
COMMANDS = [
    ("enhance: no such method", photograph, "Did you mean 'clahe'?", command("enhance", "PATH", "--method", "claeh", "--out", "out")),
    ("enhance: no such parameter", photograph, "moode", command("enhance", "PATH", "--method", "he", "--param", "moode=1", "--out", "out")),
    ("enhance: no pair", photograph, "is not of the form name=value", command("enhance", "PATH", "--param", "mode", "--out", "out")),
    ("enhance: brackets in brackets", photograph, "nested too deeply", command("enhance", "PATH", "--param", f"mode={DEEP}", "--out", "out")),
    ("enhance: NaN", photograph, "clip_limit", command("enhance", "PATH", "--method", "clahe", "--param", "clip_limit=NaN", "--out", "out")),
    ("enhance: infinity", photograph, "clip_limit", command("enhance", "PATH", "--method", "clahe", "--param", "clip_limit=Infinity", "--out", "out")),
    ("enhance: 10^400", photograph, "clip_limit", command("enhance", "PATH", "--method", "clahe", "--param", "clip_limit=1e400", "--out", "out")),
    ("enhance: no image", lambda path: None, "there is no such image file", command("enhance", "PATH", "--out", "out")),
    ("enhance: a text", "hello", "is not an image that can be read", command("enhance", "PATH", "--out", "out")),
    ("enhance: a link to itself", lambda path: path.symlink_to(path.name), "cannot be read", command("enhance", "PATH", "--out", "out")),
    ("enhance: its own folder", photograph, "would be overwritten by its own result", command("enhance", "PATH", "--out", ".")),
    ("enhance: a white level of 0", photograph, "--white-level is 0; expected", command("enhance", "PATH", "--white-level", "0", "--out", "out")),
    ("check: no folder", lambda path: None, "does not exist", command("check", "PATH", "--annotations", "gone.json")),
    ("check: an alias to no class", lambda path: path.mkdir(), "not in 'classes'", command("check", "PATH", "--annotations", "PATH", "--alias", "x=L9")),
    ("check: an alias without a class", lambda path: path.mkdir(), "is not of the form name=class", command("check", "PATH", "--alias", "x")),
    ("check: a class twice", lambda path: path.mkdir(), "'L1' occurs twice", command("check", "PATH", "--classes", "L1,L1")),
    ("check: an empty class", lambda path: path.mkdir(), "holds an empty name", command("check", "PATH", "--classes", "L1,,L2")),
    ("check: a finding that is none", lambda path: path.mkdir(), "which is no finding of the check", command("check", "PATH", "--stop-on", "darc")),
    ("check: nothing", lambda path: None, "Name the folder of photographs", command("check")),
    ("simulate: a folder with other files", lambda path: photograph(path / "images" / "a.png"), "holds other files", command("simulate", "--out", "PATH")),
    ("simulate: NaN", lambda path: None, "pixel_size_um", command("simulate", "--out", "PATH", "--pixel-size", "nan")),
    ("simulate: no images", lambda path: None, "images_per_class", command("simulate", "--out", "PATH", "--per-class", "0")),
    ("simulate: a negative side", lambda path: None, "width", command("simulate", "--out", "PATH", "--size", "-5", "10")),
    ("summary: no results", lambda path: None, "Run the workflow first", command("summary", "--results", "PATH")),
    ("summary: a config that is none", "a: [", "not valid YAML at line 1", command("summary", "--config", "PATH")),
    ("summary: results that are a list", "results: [a]", "'results' is ['a']", command("summary", "--config", "PATH")),
    ("crate: no results", lambda path: None, "Finish the study first", command("crate", "--results", "PATH", "--out", "out")),
    ("crate: a folder that exists", finished("{}"), "exists. Name a new folder", command("crate", "--results", "PATH", "--out", "PATH")),
    ("predict: a score of NaN", photograph, "--min-score is nan; expected a score from 0 to 1", command("predict", "PATH", "--min-score", "nan", "--out", "out")),
    ("predict: a score of 2", photograph, "--min-score is 2.0", command("predict", "PATH", "--min-score", "2", "--out", "out")),
    ("predict: no threads", photograph, "--threads is 0", command("predict", "PATH", "--threads", "0", "--out", "out")),
    ("predict: a pixel size of infinity", photograph, "--pixel-size is 'inf'", command("predict", "PATH", "--pixel-size", "inf", "--out", "out")),
    ("pixel size: NaN", lambda path: None, "--pixel-size is 'nan'", lambda path: values.pixel_size("nan")),
    ("pixel size: 0", lambda path: None, "--pixel-size is '0'", lambda path: values.pixel_size("0")),
    ("pixel size: text", lambda path: None, "--pixel-size is 'wide'", lambda path: values.pixel_size("wide")),
]  # fmt: skip
AGAIN = "Delete it and run again."


def scores(**arrays: object):
    return lambda path: np.savez(path, **arrays)


def study(path: Path) -> None:
    votes = path.with_name("votes.csv")
    load_study([("he", 1, 0, path, votes)], ["L1"])


OWN = [
    ("half of an image", b"\x89PNG\r\n\x1a\n", read_own_image, "a.png", "is not an image that can be read"),
    ("a pipe for an image", os.mkfifo, read_own_image, "a.png", "is a pipe"),
    (
        "provenance cut off",
        '{"config": ',
        lambda p: read_own_json(p, "config"),
        "provenance.json",
        "not valid JSON",
    ),
    ("provenance without config", "{}", lambda p: read_own_json(p, "config"), "provenance.json", "'config'"),
    (
        "provenance that is a list",
        "[]",
        lambda p: read_own_json(p, "config"),
        "provenance.json",
        "list indices",
    ),
    (
        "provenance in brackets",
        DEEP,
        lambda p: read_own_json(p, "config"),
        "provenance.json",
        "nested too deeply",
    ),
    ("scores cut off", b"PK\x03\x04", study, "scores.npz", ""),
    ("scores that are text", "hello", study, "scores.npz", ""),
    ("scores without a version", scores(a=1), study, "scores.npz", "version"),
    ("scores of another version", scores(version=99), study, "scores.npz", "another version"),
    ("votes cut off", b"", read_votes, "votes.csv", "No columns to parse"),
    ("votes that are no text", b"image_id,label\n\xff\xfe\n", read_votes, "votes.csv", "codec"),
]
CASES = [
    *(Case(name, content, says, read, "x.png") for name, content, says, read in COMMANDS),
    *(Case(f"own: {name}: remedy", content, AGAIN, read, file) for name, content, read, file, _ in OWN),
    *(Case(f"own: {name}", content, says, read, file) for name, content, read, file, says in OWN),
    Case(
        "own: a crate of damaged provenance",
        finished("{"),
        AGAIN,
        lambda p: write_crate(p, p.with_name("out")),
    ),
    *group(
        read_coco,
        "annotations.json",
        ("a list", "[]", "annotations.json"),
        ("cut off", '{"images": [', "not valid JSON"),
        ("NaN", '{"images": NaN}', "holds NaN"),
        (
            "no annotations",
            json.dumps({"images": [], "annotations": [{}], "categories": []}),
            "annotations.json",
        ),
    ),
    *group(
        read_detections,
        "detections.json",
        ("an object", "{}", "holds a JSON dict; expected a COCO results list"),
        ("no keys", "[{}]", "detections.json"),
        ("a score that is NaN", '[{"score": NaN}]', "holds NaN"),
        ("nothing", lambda path: None, "Run the inference first"),
    ),
]
