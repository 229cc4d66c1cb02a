"""cells.csv and votes.csv from a detections list."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pycocotools import mask as coco_mask

from blastvote.errors import InputError
from blastvote.evaluate.scoring.cells import CELL_COLUMNS, cells_table, seen_images, votes_table

NAMES = ["L1", "L2", "L3"]


def detection(image_id: str, category: int, box: tuple[int, int, int, int], score: float) -> dict:
    """Return a detection whose mask fills its (y1, x1, y2, x2) box in a 20 x 30 image."""
    y1, x1, y2, x2 = box
    plane = np.zeros((20, 30), dtype=np.uint8, order="F")
    plane[y1:y2, x1:x2] = 1
    rle = coco_mask.encode(plane)
    return {
        "image_id": image_id,
        "category_id": category,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "score": score,
        "segmentation": {"size": list(rle["size"]), "counts": rle["counts"].decode("ascii")},
    }


FOUND = [
    detection("b", 2, (1, 2, 5, 8), 0.91),
    detection("a", 1, (0, 0, 4, 4), 0.50),
    detection("b", 1, (6, 6, 9, 9), 0.95),
    detection("b", 2, (10, 10, 12, 12), 0.40),
    detection("elsewhere", 3, (0, 0, 2, 2), 0.99),
]


def test_cells_are_ordered_numbered_and_filtered(tmp_path: Path) -> None:
    path = tmp_path / "detections.json"
    path.write_text(json.dumps(FOUND))
    cells = cells_table(path, ["c", "b", "a"], NAMES, min_confidence=0.5)
    assert tuple(cells.columns) == CELL_COLUMNS
    assert cells["image_id"].tolist() == ["b", "b", "a"]
    assert cells["cell_id"].tolist() == [1, 2, 1]
    assert cells["class"].tolist() == ["L1", "L2", "L1"]
    assert cells["score"].tolist() == [0.95, 0.91, 0.50]
    assert cells.loc[1, ["y1", "x1", "y2", "x2", "area_px"]].tolist() == [1, 2, 5, 8, 24]


def test_votes_cover_images_without_cells() -> None:
    cells = cells_table(FOUND, ["a", "b", "c"], NAMES, 0.5)
    votes = votes_table(
        cells, ["a", "b", "c"], {"a": "L1", "b": "L2", "c": None}, NAMES, "pathologist", seen={"b"}
    )
    assert list(votes.columns) == ["image_id", "label", "n_L1", "n_L2", "n_L3", "vote", "seen_in_training"]
    assert votes["vote"].tolist()[:2] == ["L1", "L2"]
    assert pd.isna(votes["vote"][2])
    assert pd.isna(votes["label"][2])
    assert votes["n_L2"].tolist() == [0, 1, 0]
    assert votes["seen_in_training"].tolist() == ["false", "true", "false"]


def test_no_detections_at_all() -> None:
    cells = cells_table([], ["a"], NAMES, 0.9)
    assert list(cells.columns) == list(CELL_COLUMNS)
    assert len(cells) == 0
    votes = votes_table(cells, ["a"], {"a": "L3"}, NAMES)
    assert len(votes) == 1
    assert votes["vote"].isna().all()


def test_weighted_votes_read_scores_and_areas() -> None:
    cells = cells_table(FOUND, ["b"], NAMES, 0.05)
    assert votes_table(cells, ["b"], {}, NAMES, "score_weighted")["vote"].tolist() == ["L2"]
    assert votes_table(cells, ["b"], {}, NAMES, "area_weighted")["vote"].tolist() == ["L2"]
    assert votes_table(cells, ["b"], {}, ["L2", "L1"], "area_weighted")["n_L2"].tolist() == [2]


def test_mistakes_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="category 3"):
        cells_table(FOUND, ["b"], NAMES[:2], 0.5)
    with pytest.raises(InputError, match="'L9'"):
        votes_table(cells_table([], [], NAMES, 0.5), ["a"], {"a": "L9"}, NAMES)
    with pytest.raises(InputError, match="no such file"):
        cells_table(tmp_path / "none.json", [], NAMES, 0.5)
    broken = tmp_path / "broken.json"
    broken.write_text('[{"image_id": "a"')
    with pytest.raises(InputError, match="not valid JSON"):
        cells_table(broken, [], NAMES, 0.5)
    with pytest.raises(InputError, match="'bbox'"):
        cells_table([{"image_id": "a", "category_id": 1, "score": 0.5, "segmentation": {}}], [], NAMES, 0.5)


def test_seen_means_trained_or_validated_on_a_copy_in_the_same_fold() -> None:
    splits = pd.DataFrame(
        {
            "image_id": ["a", "b", "a", "b", "c", "d"],
            "fold": [0, 0, 0, 0, 0, 1],
            "role": ["train", "val", "test", "test", "test", "train"],
            "flip": ["horizontal", "both", "none", "none", "none", "none"],
        }
    )
    assert seen_images(splits, 0) == {"a", "b"}
