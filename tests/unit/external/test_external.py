"""Detections of other tools: which files, which images, what stops, and that what is exported reads the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from blastvote import rle
from blastvote.errors import InputError
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.external.export import export_detections
from blastvote.external.images import KnownImages
from blastvote.external.pattern import detection_paths
from blastvote.external.reading import read_detections_of
from blastvote.study.configuration.external import external_record

CLASSES = ["L1", "L2", "L3"]
SIZE = (20, 30)
KNOWN = KnownImages(
    {"a_1": Path("x/a 1.png"), "b": Path("x/b.bmp"), "y_b": Path("y/b.bmp")}, ["horizontal"], lambda _: SIZE
)


def square(top: int, left: int, size: tuple[int, int] = SIZE) -> rle.Rle:
    plane = np.zeros(size, dtype=bool)
    plane[top : top + 5, left : left + 6] = True
    return rle.encode(plane)


def entry(**changes: Any) -> dict[str, Any]:
    return {"image_id": "a_1", "category_id": 2, "score": 0.5, "segmentation": square(2, 3)} | changes


def read(path: Path, *entries: Any) -> list[dict[str, Any]]:
    path.write_text(json.dumps(list(entries)), encoding="utf-8")
    return read_detections_of(path, KNOWN, CLASSES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_1", "a_1"),
        ("a 1.png", "a_1"),
        ("a 1", "a_1"),
        (1, "a_1"),
        (3, "y_b"),
        ("a_1__horizontal",) * 2,
        ("b", "b"),
    ],
)
def test_images_by_all_their_names(tmp_path: Path, name: object, expected: str) -> None:
    assert read(tmp_path / "f.json", entry(image_id=name))[0]["image_id"] == expected


def test_polygons_and_missing_boxes(tmp_path: Path) -> None:
    outline = [3.0, 2.0, 9.0, 2.0, 9.0, 7.0, 3.0, 7.0]
    found = read(tmp_path / "f.json", entry(segmentation=[outline]), entry(bbox=[0.5, 1, 2, 3]))
    assert found[0]["bbox"] == [3, 2, 6, 5]
    assert rle.area(found[0]["segmentation"]) == 30
    assert found[1]["bbox"] == [0.5, 1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"image_id": "a_7"}, ["'a_7'", "Did you mean 'a_1'", "detection 0"]),
        ({"image_id": 4}, ["no image 4"]),
        ({"image_id": "b.bmp"}, ["no image 'b.bmp'"]),  # two folders have it
        ({"category_id": 4}, ["category 4", "1 to 3", "L1, L2, L3"]),
        ({"category_id": 0}, ["category 0"]),
        ({"segmentation": square(2, 3, (30, 20))}, ["20x30", "30x20", "'a_1'"]),
        ({"segmentation": rle.encode(np.zeros(SIZE, bool))}, ["no pixel"]),
        ({"score": 93}, ["score 93", "0 to 1"]),
        ({"score": "high"}, ["score 'high'"]),
    ],
)
def test_bad_entries(tmp_path: Path, changes: dict[str, Any], told: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path / "f.json", entry(**changes))
    assert all(part in str(error.value) for part in [*told, "f.json"])
    assert "\n" not in str(error.value)


def test_files_that_are_no_results(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no 'segmentation'"):
        read(tmp_path / "f.json", {"image_id": "a_1", "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1})
    (tmp_path / "g.json").write_text('{"annotations": []}', encoding="utf-8")
    with pytest.raises(InputError, match="COCO file, not a results list"):
        read_detections_of(tmp_path / "g.json", KNOWN, CLASSES)


def test_patterns(tmp_path: Path) -> None:
    runs = [("he", 1, 0), ("he", 2, 0)]
    for pattern, told in {
        "": "is empty",
        "x/{method}.json": "without {seed}",
        "x/{seed}/{image}.json": "{image} is not known",
        f"{tmp_path}/{{seed}}.json": "no detections of method 'he', seed 2, fold 0",
    }.items():
        (tmp_path / "1.json").touch()
        with pytest.raises(InputError) as error:
            detection_paths(pattern, runs)
        assert told in str(error.value)
    (tmp_path / "2.json").touch()
    assert detection_paths(f"{tmp_path}/{{seed}}.json", runs)["he", 2, 0] == tmp_path / "2.json"


def maps(folder: Path, table: str, size: tuple[int, int] = SIZE) -> Path:
    folder.mkdir()
    labels = np.zeros(size, dtype=np.uint16)
    labels[2:7, 3:9], labels[8:12, 3:9] = 1, 300
    Image.fromarray(labels).save(folder / "a 1_cp_masks.png")
    (folder / "cells.csv").write_text(table, encoding="utf-8")
    return folder


def test_label_maps(tmp_path: Path) -> None:
    found = read_detections_of(
        maps(tmp_path / "m", "image_id,cell,class,score\na_1,300,L3,0.25\na_1,1,L1,\n"), KNOWN, CLASSES
    )
    assert [(one["category_id"], one["score"], one["bbox"]) for one in found] == [
        (3, 0.25, [3, 8, 6, 4]),
        (1, 1.0, [3, 2, 6, 5]),
    ]
    assert rle.area(found[0]["segmentation"]) == 24


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("image_id,cell,class\na_1,1,L1\n", "cell 300 has no line"),
        ("image_id,cell,class\na_1,1,L1\na_1,300,L9\n", "class 'L9'"),
        ("image_id,cell,class\na_1,1,L1\na_1,300,L1\na_1,7,L1\n", "no cell '7'"),
        ("image_id,cell,class\nb,1,L1\n", "no label map of image 'b'"),
        ("image_id,cell,class\nzz,1,L1\n", "no image 'zz'"),
        ("image_id,cell,class,score\na_1,1,L1,2\na_1,300,L1,1\n", "score 2"),
        ("image_id,cell,class,score\na_1,1,L1,x\na_1,300,L1,1\n", "score is 'x'"),
    ],
)
def test_bad_label_maps(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read_detections_of(maps(tmp_path / "m", table), KNOWN, CLASSES)
    assert told in str(error.value)


def test_label_maps_of_another_size_and_without_a_table(tmp_path: Path) -> None:
    folder = maps(tmp_path / "m", "image_id,cell,class\na_1,1,L1\na_1,300,L1\n", (30, 30))
    with pytest.raises(InputError, match="30x30 pixels, but its image is 30x20"):
        read_detections_of(folder, KNOWN, CLASSES)
    (folder / "cells.csv").unlink()
    with pytest.raises(InputError, match=r"holds no cells\.csv"):
        read_detections_of(folder, KNOWN, CLASSES)


def study(tmp_path: Path, *entries: dict[str, Any]) -> Path:
    run = tmp_path / "results/runs/he/seed3/fold0"
    run.mkdir(parents=True)
    (run / "detections.json").write_text(json.dumps(list(entries)), encoding="utf-8")
    return tmp_path / "results"


@pytest.mark.parametrize("form", ["coco", "label_maps"])
def test_what_is_exported_reads_the_same(tmp_path: Path, form: str) -> None:
    box = [3.25, 2.125, 6.1, 5.0]
    ours = [
        entry(score=0.1 + 0.2, bbox=box),
        entry(segmentation=square(9, 9), score=1 / 3, category_id=1, bbox=box),
        entry(image_id="b__horizontal", bbox=box),
    ]
    results = study(tmp_path, *ours)
    pattern = export_detections(results, tmp_path / "out", form, CLASSES)
    path = detection_paths(pattern, [("he", 3, 0)])["he", 3, 0]
    again = read_detections(read_detections_of(path, KNOWN, CLASSES))
    before = read_detections(ours)
    pd.testing.assert_frame_equal(again.frame, before.frame, check_exact=True)
    assert again.rles == before.rles


def test_label_maps_cannot_hold_overlaps(tmp_path: Path) -> None:
    results = study(tmp_path, entry(bbox=[1, 1, 1, 1]), entry(segmentation=square(4, 5), bbox=[1, 1, 1, 1]))
    with pytest.raises(InputError, match="'a_1' overlap"):
        export_detections(results, tmp_path / "out", "label_maps", CLASSES)
    export_detections(results, tmp_path / "coco", "coco", CLASSES)
    with pytest.raises(InputError, match="exists already"):
        export_detections(results, tmp_path / "coco", "coco", CLASSES)


def test_the_record_counts_images_with_detections(tmp_path: Path) -> None:
    results = study(tmp_path, entry(), entry(), entry(image_id="b__horizontal"))
    splits = pd.DataFrame(
        [("a_1", 0, "test", "none"), ("b", 0, "val", "horizontal"), ("y_b", 0, "test", "none")],
        columns=["image_id", "fold", "role", "flip"],
    )
    files = {("he", 3, 0): results / "runs/he/seed3/fold0/detections.json"}
    assert external_record(files, splits).to_numpy().tolist() == [["he", 3, 0, 3, 1, 1]]
