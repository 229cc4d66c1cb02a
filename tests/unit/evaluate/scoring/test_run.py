"""Scoring a run: what is stored, for which images, and that it survives the disk."""

from pathlib import Path

import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd
import pytest
from pycocotools import mask as coco_mask

from blastvote.errors import InputError
from blastvote.evaluate import matterport_ap, matterport_ap_range
from blastvote.evaluate.scoring.coco import IGNORED, TRUE
from blastvote.evaluate.scoring.run import RunScores, score_run

NAMES = ["c1", "c2", "c3"]


@pytest.fixture(scope="module")
def case() -> tuple[dict, list[dict]]:
    rng = np.random.default_rng(4)
    truth = synthetic.make_truth(rng, 15, 3)
    return truth, synthetic.make_detections(rng, truth, 3)


def score(truth: dict, found: list[dict], folder: Path, splits: pd.DataFrame | None = None) -> RunScores:
    path = synthetic.dump(folder / "truth.json", truth)
    return score_run(found, path, synthetic.all_test(truth) if splits is None else splits, 0, NAMES, 0.5)


def arrays(annotations: list[dict]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes (dummy, not zero), class ids and masks of COCO entries."""
    masks = [coco_mask.decode(entry["segmentation"]) for entry in annotations]
    planes = np.stack(masks, axis=-1) if masks else np.zeros((synthetic.HEIGHT, synthetic.WIDTH, 0))
    ids = np.array([entry["category_id"] for entry in annotations], dtype=int)
    return np.ones((len(annotations), 4)), ids, planes.astype(bool)


def test_matterport_ap_of_every_image(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    truth, found = case
    images = score(truth, found, tmp_path).images.set_index("sample_id")
    checked = 0
    for image in truth["images"]:
        true = [a for a in truth["annotations"] if a["image_id"] == image["id"] and not a["iscrowd"]]
        detected = [
            d for d in synthetic.ranked(found) if d["image_id"] == image["image_id"] and d["score"] >= 0.5
        ]
        scores = [d["score"] for d in detected]
        row = images.loc[image["image_id"]]
        if not true and not detected:
            assert np.isnan(row["ap_matterport"])
            continue
        inputs = (*arrays(true), *arrays(detected)[:2], scores, arrays(detected)[2])
        assert row["ap_matterport"] == pytest.approx(matterport_ap(*inputs), abs=1e-12)
        assert row["ap_matterport_range"] == pytest.approx(matterport_ap_range(*inputs), abs=1e-12)
        checked += 1
    assert checked >= 10


def test_the_order_of_the_file_plays_no_part(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    truth, found = case
    tied = [{**entry, "score": 0.9} for entry in found]
    score(truth, tied, tmp_path).save(tmp_path / "one.npz")
    score(truth, tied[::-1], tmp_path).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_it_survives_the_disk_byte_for_byte(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    scores = score(*case, tmp_path)
    scores.save(tmp_path / "one.npz")
    RunScores.load(tmp_path / "one.npz").save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    again = RunScores.load(tmp_path / "one.npz")
    pd.testing.assert_frame_equal(again.images, scores.images, check_dtype=False)
    assert np.array_equal(again.mask_flags, scores.mask_flags)


def test_images_without_annotation_have_votes_but_no_scores(
    case: tuple[dict, list[dict]], tmp_path: Path
) -> None:
    truth, found = case
    marked = [image | ({"annotated": False} if image["id"] == 1 else {}) for image in truth["images"]]
    # The fourth has a class but no outlines: it was labelled, not annotated. The seventh is really empty.
    marked[3]["label"] = "c1"
    cells = [entry for entry in truth["annotations"] if entry["image_id"] != 4]
    images = [image for image in marked if image["id"] != 2]
    cells = [entry for entry in cells if entry["image_id"] != 2]
    without = {**truth, "images": images, "annotations": cells}
    scores = score(without, found, tmp_path, synthetic.all_test(truth))
    rows = scores.images.set_index("sample_id")
    assert not rows.loc["img000", "annotated"]
    assert not rows.loc["img001", "annotated"]
    assert not rows.loc["img003", "annotated"]
    assert rows.loc["img006", "annotated"]
    assert rows["annotated"].sum() == len(truth["images"]) - 3
    hidden = ~scores.images["annotated"].to_numpy()[scores.detections["image"]]
    assert hidden.sum() > 0
    assert (scores.mask_flags[hidden] == IGNORED).all()
    assert scores.true_counts[~scores.images["annotated"].to_numpy()].sum() == 0


@pytest.mark.parametrize(("flip", "axes"), [("horizontal", [1]), ("vertical", [0]), ("both", [0, 1])])
def test_flipped_validation_copies(
    flip: str, axes: list[int], case: tuple[dict, list[dict]], tmp_path: Path
) -> None:
    truth, found = case
    found = [{**entry, "score": entry["score"] + 1e-6 * n} for n, entry in enumerate(found)]  # no ties
    flipped = []
    for entry in found:
        mask = np.flip(coco_mask.decode(entry["segmentation"]), axes)
        flipped.append(
            {
                **entry,
                "image_id": f"{entry['image_id']}__{flip}",
                "segmentation": synthetic.encode(mask),
                "bbox": synthetic.box(mask),
            }
        )
    splits = synthetic.all_test(truth)
    copies = pd.concat([splits, splits.assign(role="val", flip=flip)])
    scores = score(truth, found + flipped, tmp_path, copies)
    val = scores.images["role"] == "val"
    assert val.sum() == len(truth["images"])
    assert scores.images["seen"].all()
    for column in ("ap_matterport", "correct", "missed", "touching_pairs"):
        assert scores.images.loc[val, column].tolist() == pytest.approx(
            scores.images.loc[~val, column].tolist(), nan_ok=True
        )
    in_val = val.to_numpy()[scores.detections["image"]]
    assert np.array_equal(scores.box_flags[in_val], scores.box_flags[~in_val])


def test_polygons_and_uncompressed_rle_are_read(tmp_path: Path) -> None:
    image = {"id": 1, "image_id": "p", "height": 20, "width": 30}
    polygon = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[2, 2, 12, 2, 12, 12, 2, 12]]}
    counts = {"size": [20, 30], "counts": [20 * 20, 10, 190]}
    runs = {"id": 2, "image_id": 1, "category_id": 2, "segmentation": counts}
    categories = [{"id": n, "name": name} for n, name in enumerate(NAMES, start=1)]
    truth = {"images": [image], "annotations": [polygon, runs], "categories": categories}
    scores = score(truth, [], tmp_path)
    assert scores.images["n_true"].tolist() == [2]
    assert scores.true_counts.tolist() == [[1, 1, 0]]


def test_the_truth_itself_is_perfect(tmp_path: Path) -> None:
    truth = synthetic.make_truth(np.random.default_rng(2), 12, 3, crowds=False)
    names = {image["id"]: image["image_id"] for image in truth["images"]}
    found = [
        {
            "image_id": names[entry["image_id"]],
            "category_id": entry["category_id"],
            "bbox": entry["bbox"],
            "score": 0.9,
            "segmentation": entry["segmentation"],
        }
        for entry in truth["annotations"]
    ]
    scores = score(truth, found, tmp_path)
    assert (scores.images["ap_matterport"].dropna() == 1).all()
    assert (scores.mask_flags == TRUE).all()
    assert (scores.box_flags == TRUE).all()
    assert scores.images["correct"].tolist() == scores.images["n_true"].tolist()
    assert scores.images["touching_pairs_separated"].tolist() == scores.images["touching_pairs"].tolist()


def test_mistakes_are_named(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    truth, found = case
    wrong = dict(found[0], segmentation=synthetic.encode(np.ones((5, 7), dtype=bool)))
    with pytest.raises(InputError, match="7x5"):
        score(truth, [wrong], tmp_path)
    with pytest.raises(InputError, match="no such file"):
        score_run([], tmp_path / "none.json", synthetic.all_test(truth), 0, NAMES, 0.5)
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(InputError, match="not a COCO file"):
        score_run([], tmp_path / "list.json", synthetic.all_test(truth), 0, NAMES, 0.5)
    with pytest.raises(InputError, match="no such scores file"):
        RunScores.load(tmp_path / "none.npz")
