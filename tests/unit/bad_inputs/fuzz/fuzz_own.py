"""Readers of the study's own files, and of other tools' detections, for the fuzz."""

import io as streams
import json
from pathlib import Path

import annotation_cases
import numpy as np
from detection_cases import LABEL_MAP, LINES, label_maps, outside_detections
from fuzz_damage import damaged
from fuzz_pictures import damaged_pictures
from fuzz_reader import Reader, of

from blastvote import rle
from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.source.pixel_sizes import read_pixel_sizes
from blastvote.dataset.split.perceptual_hash import HASH_COLUMNS, near_duplicates, read_hashes
from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.evaluate.scoring.run_scores import ARRAYS, VERSION, RunScores
from blastvote.evaluate.statistics.study import read_votes
from blastvote.io import own_file, read_own_json
from blastvote.segmentation.limits import COLUMNS, read_limits

PACKED = rle.encode(np.pad(np.ones((2, 2), bool), 1))
RESULT = {"image_id": "a", "category_id": 1, "bbox": [1, 1, 2, 2], "score": 0.5, "segmentation": PACKED}
BY_POINTS = {"image_id": 1, "category_id": 2, "score": 1, "segmentation": [[0, 0, 3, 0, 3, 3]]}
LISTED = {
    "image_id": "a.png",
    "category_id": 1,
    "score": 0.1,
    "segmentation": {"size": [4, 4], "counts": [4, 4, 8]},
}
RESULTS = [json.dumps(results).encode() for results in ([RESULT], [BY_POINTS, LISTED])]


def scores(path: Path) -> None:
    with own_file(path):  # as `load_study`
        RunScores.load(path)


def hashes(path: Path) -> None:
    near_duplicates(read_hashes(path))


def _scores() -> bytes:
    stream = streams.BytesIO()
    arrays = {"version": np.array(VERSION), "class_names": np.array(["L1"]), "min_confidence": np.array(0.5)}
    columns = {"images.image_id": np.array(["a"]), "detections.score": np.array([0.5])}
    np.savez(stream, **arrays, **columns, **{name: np.zeros((1, 3)) for name in ARRAYS})
    return stream.getvalue()


SCORES = [_scores()]
HASH = ",".join(["0123456789abcdef" * 4] * len(HASH_COLUMNS))
HASHES = [f"image_id,{','.join(HASH_COLUMNS)}\na,{HASH}\nb,{HASH}\n".encode()]
MANIFEST = [b"image_id,path,sha256,width,height,label,patient_id,n_cells,source\na,a,0,1,1,L1,,1,s\n"]
TRUTH = [annotation_cases.coco().encode(), annotation_cases.rle([100, 50, 250]).encode()]
LIMITS = [f"{','.join(COLUMNS)}\nmax_gt_instances,5,7,7,a\n".encode()]
CELLS = [f"{LINES}a,2,L2,,,,,\n".encode()]

READERS = {
    "manifest": of(read_manifest, "manifest.csv", "table", MANIFEST),
    "splits": of(read_splits, "splits.csv", "table", [b"image_id,label,patient_id,fold,role,flip\na,L1,,0,train,none\n"]),
    "sizes": of(read_pixel_sizes, "sizes.csv", "table", [b"image_id,pixel_size_um,uncertainty,source,red_cells\na,0.2,0,config,0\n"]),
    "limits": of(lambda path: read_limits(path, {"options": {}}), "limits.csv", "table", LIMITS),
    "hashes": of(hashes, "hashes.csv", "table", HASHES),
    "truth": of(read_coco, "annotations.json", "json", TRUTH),
    "detections": of(read_detections, "detections.json", "json", RESULTS[:1]),
    "external": of(outside_detections, "detections.json", "json", RESULTS),
    "cells": Reader(label_maps, "cells.csv", damaged("table", CELLS), CELLS, {"a.png": LABEL_MAP}),
    "label_map": Reader(
        label_maps, "a.png", damaged_pictures(("PNG",), ("L", "P", "I;16"), (LABEL_MAP,)), [LABEL_MAP], {"cells.csv": CELLS[0]}
    ),
    "scores": Reader(scores, "scores.npz", damaged("zip", SCORES), SCORES),
    "votes": of(read_votes, "votes.csv", "table", [b"image_id,label,vote,seen_in_training\na,L1,L2,False\n"]),
    "own": of(lambda path: read_own_json(path, "config", "model"), "provenance.json", "json", [b'{"config": {"model": 1}}']),
}  # fmt: skip
