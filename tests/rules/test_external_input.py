"""Detections of another tool: what is planned, and which mistakes stop the dry run."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from blastvote import rle

SIZE = (192, 192)
METHODS = ("none", "he")


def write(folder: Path, **changes: object) -> None:
    mask = np.zeros(changes.pop("size", SIZE), dtype=bool)
    mask[5:20, 5:20] = True
    entry = {"image_id": "L1_0001", "category_id": 1, "score": 0.5, "segmentation": rle.encode(mask)}
    (folder / "cells").mkdir()
    for method in METHODS:
        (folder / f"cells/{method}.json").write_text(json.dumps([entry | changes]), encoding="utf-8")


def plan(snakemake, folder: Path, *more: str, pattern: str = "cells/{method}.json"):
    segmenter = f"segmenter={{source: external, detections: '{pattern}'}}"
    return snakemake(folder, "--dry-run", "--config", segmenter, *more)


def test_nothing_is_trained(tmp_path: Path, snakemake) -> None:
    write(tmp_path)
    done = plan(snakemake, tmp_path)
    assert done.returncode == 0, done.stderr
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", done.stdout, re.MULTILINE))
    assert (jobs["external"], jobs["score"]) == ("2", "2")
    assert not any(name.startswith(("train", "infer", "flip__")) for name in jobs)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"image_id": "L1_0099"}, ["cells/none.json: detection 0", "no image 'L1_0099'"]),
        ({"category_id": 5}, ["category 5", "1 to 3"]),
        ({"size": (96, 192)}, ["192x96 pixels", "192x192"]),
        ({"score": 1.5}, ["score 1.5"]),
    ],
)
def test_bad_detections_stop_the_plan(
    tmp_path: Path, snakemake, changes: dict[str, object], told: list[str]
) -> None:
    write(tmp_path, **changes)
    done = plan(snakemake, tmp_path)
    output = done.stderr + done.stdout
    assert done.returncode != 0
    assert all(part in output for part in told), output[-2000:]
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("pattern", "more", "told"),
    [
        ("cells/{method}.json", ["seeds=[1,2]"], "without {seed}, but the study has 2 seeds"),
        (
            "cells/{method}_{seed}.json",
            [],
            "cells/none_1.json: there are no detections of method 'none', seed 1",
        ),
        ("", [], "'segmenter.detections' is empty"),
    ],
)
def test_missing_runs_stop_the_plan(
    tmp_path: Path, snakemake, pattern: str, more: list[str], told: str
) -> None:
    write(tmp_path)
    done = plan(snakemake, tmp_path, *more, pattern=pattern)
    assert done.returncode != 0
    assert told in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_detections_without_the_source_are_refused(tmp_path: Path, snakemake) -> None:
    done = snakemake(tmp_path, "--dry-run", "--config", "segmenter={detections: 'cells/{method}.json'}")
    assert done.returncode != 0
    assert "'segmenter.source' is mask_rcnn" in done.stderr + done.stdout
