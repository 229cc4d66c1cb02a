"""No step holds all photographs or masks: what one more photograph takes is a small part of it."""

import json
import runpy
import tracemalloc
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from blastvote import io
from blastvote.annotations.shapes.raster import ellipse_polygon
from blastvote.dataset.check.checks import check_dataset, true_images
from blastvote.dataset.coco import write_coco
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.report.check.build import Checked, write_check
from blastvote.report.check.gallery import Gallery
from blastvote.vote import vote

ROOT = Path(__file__).resolve().parents[4]
CLASSES = ["L1", "L2", "L3"]
SIZE = (480, 640)
FEW, MANY = 3, 15
SPLIT_COLUMNS = ["image_id", "fold", "role", "flip"]
PHOTOGRAPH = SIZE[0] * SIZE[1] * 3


def write(folder: Path, count: int) -> dict:
    """Write photographs with ten cells each and their VIA file; return the section ``dataset``."""
    rng = np.random.default_rng(0)
    entries = {}
    for n in range(count):
        coarse = rng.integers(150, 255, (SIZE[0] // 16, SIZE[1] // 16, 3), dtype=np.uint8)
        io.write_image(folder / f"photos/a{n}.png", np.kron(coarse, np.ones((16, 16, 1), np.uint8)))
        centres = rng.uniform((60, 60), (SIZE[1] - 60, SIZE[0] - 60), (10, 2))
        shapes = [ellipse_polygon(centre, (30, 25)).T.tolist() for centre in centres]
        regions = [
            {
                "shape_attributes": {"name": "polygon", "all_points_x": x, "all_points_y": y},
                "region_attributes": {"class": CLASSES[n % 3]},
            }
            for x, y in shapes
        ]
        entries[f"a{n}"] = {"filename": f"a{n}.png", "size": 1, "regions": regions, "file_attributes": {}}
    io.write_json(folder / "via.json", entries)
    return {"images": str(folder / "photos"), "annotations": str(folder / "via.json")}


def script(name: str, **snakemake: object) -> None:
    """Run the main function of one of the workflow's scripts."""
    runpy.run_path(str(ROOT / "workflow/scripts" / name))["main"](SimpleNamespace(threads=1, **snakemake))


def check(folder: Path, dataset: dict) -> None:
    rule = partial(vote, rule="pathologist")
    collection = collect(open_source(dataset, CLASSES), CLASSES, rule)
    gallery = Gallery(301)  # as in a large study: pictures are small, whatever the number here
    report, facts = check_dataset(collection, CLASSES, rule, look=gallery.add)
    write_check(folder / "check", Checked(report, facts, collection, CLASSES, gallery.pictures))
    write_coco(folder / "coco.json", true_images(facts, collection), CLASSES)


def enhance(folder: Path, _: dict) -> None:
    ids = sorted(path.stem for path in (folder / "photos").iterdir())
    reading = {"exif": "apply", "white_level": 65535}
    params = SimpleNamespace(variant={"function": "clahe"}, method="clahe", image_ids=ids, reading=reading)
    targets = [folder / f"enhanced/{image_id}.png" for image_id in ids]
    output = SimpleNamespace(images=targets, record=folder / "record.csv")
    sources = [folder / f"photos/{image_id}.png" for image_id in ids]
    script("contrast/enhance.py", params=params, input=sources, output=output)


def splits(folder: Path) -> Path:
    ids = sorted(path.stem for path in (folder / "photos").iterdir())
    rows = [(i, 0, "train", flip) for i in ids for flip in ("none", "horizontal", "vertical")]
    table = pd.DataFrame(rows, columns=SPLIT_COLUMNS)
    io.write_csv(folder / "splits.csv", table)
    return folder / "splits.csv"


def flip(folder: Path, _: dict) -> None:
    images = sorted((folder / "photos").iterdir())
    files = SimpleNamespace(splits=splits(folder), images=images)
    params = SimpleNamespace(image_ids=[path.stem for path in images])
    script("contrast/flip.py", params=params, input=files, output=[folder / f"flipped{len(images)}"])


def flip_annotations(folder: Path, dataset: dict) -> None:
    if not (folder / "coco.json").is_file():
        check(folder, dataset)
    files = SimpleNamespace(splits=splits(folder), annotations=folder / "coco.json")
    params = SimpleNamespace(classes=CLASSES)
    script("contrast/flipped_annotations.py", params=params, input=files, output=[folder / "flipped.json"])


def detections(folder: Path, dataset: dict) -> Path:
    """Write the true cells as what a network found in them, all in a test."""
    flip_annotations(folder, dataset)
    truth = json.loads((folder / "coco.json").read_text())
    ids = {image["id"]: image["file_name"].rsplit(".")[0] for image in truth["images"]}
    found = [
        {key: cell[key] for key in ("category_id", "bbox", "segmentation")}
        | {"image_id": ids[cell["image_id"]], "score": 0.9}
        for cell in truth["annotations"]
    ]
    io.write_json(folder / "detections.json", found)
    table = pd.DataFrame([(i, 0, "test", "none") for i in ids.values()], columns=SPLIT_COLUMNS)
    io.write_csv(folder / "tested.csv", table)
    rows = [(i, CLASSES[n % 3]) for n, i in enumerate(ids.values())]
    io.write_csv(folder / "labels.csv", pd.DataFrame(rows, columns=["image_id", "label"]))
    return folder / "detections.json"


def score(folder: Path, dataset: dict) -> None:
    if not (folder / "detections.json").is_file():
        detections(folder, dataset)
    files = SimpleNamespace(
        detections=folder / "detections.json", labels=folder / "labels.csv", splits=folder / "tested.csv",
        annotations=folder / "coco.json", flipped_annotations=folder / "flipped.json", external=[],
    )  # fmt: skip
    params = SimpleNamespace(classes=CLASSES, min_confidence=0.7, rule="pathologist")
    outputs = {"scores": "scores.npz", "cells": "cells.csv", "votes": "votes.csv"}
    output = SimpleNamespace(**{key: folder / name for key, name in outputs.items()})
    script("networks/score.py", wildcards=SimpleNamespace(fold=0), params=params, input=files, output=output)
    assert pd.read_csv(folder / "votes.csv")["vote"].notna().all()


def peak(step, folder: Path, dataset: dict) -> int:
    """Return the most bytes of arrays and objects that a step holds at a time."""
    tracemalloc.start()
    try:
        step(folder, dataset)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(f"study{count}") for count in (FEW, MANY)]
    made = [(folder, write(folder, count)) for folder, count in zip(folders, (FEW, MANY), strict=True)]
    flip_annotations(*made[0])  # what is imported and compiled once does not count
    enhance(*made[0])
    score(*made[0])
    detections(*made[1])
    return made


@pytest.mark.parametrize("step", [check, enhance, flip_annotations, flip, score])
def test_one_more_photograph_takes_little(studies, step):
    few, many = (peak(step, folder, dataset) for folder, dataset in studies)
    growth = (many - few) / (MANY - FEW)
    assert growth < 0.1 * PHOTOGRAPH, f"each photograph takes {growth / PHOTOGRAPH:.0%} of its pixels"


def test_a_step_that_holds_photographs_is_found(studies):
    def hold(folder: Path, _: dict) -> None:
        assert [io.read_image(path) for path in sorted((folder / "photos").iterdir())]

    few, many = (peak(hold, folder, dataset) for folder, dataset in studies)
    assert (many - few) / (MANY - FEW) > 0.9 * PHOTOGRAPH
