"""COCO AP equals pycocotools' own, on subsets and bootstrap draws too."""

import contextlib
import copy
import io
from pathlib import Path

import evaluate_synthetic as synthetic
import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from blastvote.evaluate.scoring.coco import IGNORED, average_precisions, precision_at_recalls, rank
from blastvote.evaluate.scoring.run import RunScores, score_run

K = 3
NAMES = [f"c{number + 1}" for number in range(K)]


def pycocotools_ap(truth: dict, found: list[dict], kind: str) -> np.ndarray:
    """Return (10, K) AP of COCOeval as users run it, NaN for absent classes."""
    numbers = {image["image_id"]: image["id"] for image in truth["images"]}
    results = [
        {**copy.deepcopy(entry), "image_id": numbers[entry["image_id"]]} for entry in synthetic.ranked(found)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), kind)
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    return np.where(precision[:, 0] > -1, precision.mean(axis=1), np.nan)


def ours(scores: RunScores, kind: str, weights: np.ndarray | None = None) -> np.ndarray:
    flags = {"segm": scores.mask_flags, "bbox": scores.box_flags}[kind]
    found = scores.detections
    ranked = rank(
        found["image"].to_numpy(),
        found["class_index"].to_numpy(),
        found["score"].to_numpy(),
        flags,
        scores.true_counts,
    )
    return average_precisions(ranked, weights)


@pytest.fixture(scope="module", params=[0, 1, 2])
def case(request: pytest.FixtureRequest) -> tuple[dict, list[dict]]:
    rng = np.random.default_rng(request.param)
    truth = synthetic.make_truth(rng, 40, K)
    return truth, synthetic.make_detections(rng, truth, K)


def score(truth: dict, found: list[dict], tmp_path: Path) -> RunScores:
    path = synthetic.dump(tmp_path / "truth.json", truth)
    return score_run(found, path, synthetic.all_test(truth), 0, NAMES, 0.5)


@pytest.mark.parametrize("kind", ["segm", "bbox"])
def test_equal_to_pycocotools(case: tuple[dict, list[dict]], kind: str, tmp_path: Path) -> None:
    truth, found = case
    assert any(annotation["iscrowd"] for annotation in truth["annotations"])
    expected = pycocotools_ap(truth, found, kind)
    assert 0.05 < np.nanmean(expected) < 0.95
    assert ours(score(truth, found, tmp_path), kind)[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("kind", ["segm", "bbox"])
def test_only_the_hundred_best_of_an_image_and_class_count(kind: str, tmp_path: Path) -> None:
    """130 false alarms of one class come before the hits: with 100 an image the last hits are never looked at."""
    rng = np.random.default_rng(8)
    truth = synthetic.make_truth(rng, 6, K, crowds=False)
    first = truth["images"][0]
    found = [
        {
            **{key: cell[key] for key in ("category_id", "bbox", "segmentation")},
            "image_id": name,
            "score": 0.3,
        }
        for cell in truth["annotations"]
        for name in [image["image_id"] for image in truth["images"] if image["id"] == cell["image_id"]]
    ]
    corner = synthetic.disc(3, 3, 2)
    category = truth["annotations"][0]["category_id"]
    found += [
        {
            "image_id": first["image_id"],
            "category_id": category,
            "bbox": synthetic.box(corner),
            "score": 0.9 - 0.001 * number,
            "segmentation": synthetic.encode(corner),
        }
        for number in range(130)
    ]
    expected = pycocotools_ap(truth, found, kind)
    scores = score(truth, found, tmp_path)
    flags = {"segm": scores.mask_flags, "bbox": scores.box_flags}[kind]
    assert (flags[:, 0] == IGNORED).sum() >= 31
    assert ours(scores, kind)[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_a_weight_equals_copies_of_the_image(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    truth, found = case
    # Ties within an image would be ranked differently among copies (a b a b) and under a weight (a a b b).
    found = [{**entry, "score": entry["score"] + 1e-6 * (row % 9)} for row, entry in enumerate(found)]
    weights = np.random.default_rng(5).integers(0, 3, (4, len(truth["images"])))
    drawn = ours(score(truth, found, tmp_path), "segm", weights)
    for row, draw in zip(weights, drawn, strict=True):
        expected = pycocotools_ap(*replicate(truth, found, row), "segm")
        assert draw == pytest.approx(expected, abs=1e-12, nan_ok=True)


def replicate(truth: dict, found: list[dict], times: np.ndarray) -> tuple[dict, list[dict]]:
    """Return the data set with each image repeated, copies side by side."""
    images, annotations, detections = [], [], []
    for image, repeat in zip(truth["images"], times, strict=True):
        for copy_number in range(repeat):
            new = {**image, "id": len(images) + 1, "image_id": f"{image['image_id']}-{copy_number}"}
            images.append(new)
            annotations += [
                {**entry, "image_id": new["id"]}
                for entry in truth["annotations"]
                if entry["image_id"] == image["id"]
            ]
            detections += [
                {**entry, "image_id": new["image_id"]}
                for entry in found
                if entry["image_id"] == image["image_id"]
            ]
    annotations = [{**entry, "id": number + 1} for number, entry in enumerate(annotations)]
    return {**truth, "images": images, "annotations": annotations}, detections


def test_a_threshold_is_a_subset_of_the_stored_flags(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    truth, found = case
    scores = score(truth, found, tmp_path)
    kept = scores.detections["score"].to_numpy() >= 0.6
    rows = scores.detections[kept]
    ranked = rank(
        rows["image"].to_numpy(),
        rows["class_index"].to_numpy(),
        rows["score"].to_numpy(),
        scores.mask_flags[kept],
        scores.true_counts,
    )
    expected = pycocotools_ap(truth, [entry for entry in found if entry["score"] >= 0.6], "segm")
    assert average_precisions(ranked)[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_no_detections_and_absent_classes(tmp_path: Path) -> None:
    truth = synthetic.make_truth(np.random.default_rng(0), 3, 1, crowds=False)
    precision = ours(score(truth, [], tmp_path), "segm")[0]
    assert precision[:, 0].tolist() == [0.0] * 10
    assert np.isnan(precision[:, 1:]).all()


def test_more_than_a_hundred_detections(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    truth = synthetic.make_truth(rng, 2, K, crowds=False)
    found = [entry for _ in range(40) for entry in synthetic.make_detections(rng, truth, K)]
    assert len(found) > 240
    expected = pycocotools_ap(truth, found, "segm")
    assert ours(score(truth, found, tmp_path), "segm")[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_the_curve_and_the_area_agree(case: tuple[dict, list[dict]], tmp_path: Path) -> None:
    scores = score(*case, tmp_path)
    found = scores.detections
    ranked = rank(
        found["image"].to_numpy(),
        found["class_index"].to_numpy(),
        found["score"].to_numpy(),
        scores.mask_flags,
        scores.true_counts,
    )
    areas = average_precisions(ranked)[0]
    for number, entry in enumerate(ranked):
        for level in (0, 5, 9):
            curve = precision_at_recalls(entry.flags[level], int(entry.true_counts.sum()))
            assert curve.mean() == pytest.approx(areas[level, number], abs=1e-12)
            assert (np.diff(curve) <= 0).all()
