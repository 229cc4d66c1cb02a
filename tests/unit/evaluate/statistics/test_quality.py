"""F1, panoptic quality and boundary distances: against panoptica, by hand, and in the table."""

from pathlib import Path

import evaluate_study as made_up
import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from blastvote import rle
from blastvote.dataset.truth import TrueCell, TrueImage, Truth
from blastvote.evaluate.scoring.boundaries import boundary, boundary_distances
from blastvote.evaluate.scoring.matching import Overlap
from blastvote.evaluate.scoring.quality import LEVELS, ImageQuality, image_quality, match_best
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.metrics.mask_quality import quality_metrics, quality_names
from blastvote.evaluate.tables.detection_quality import detection_quality

GOLDEN = Path(__file__).resolve().parents[3] / "data" / "golden" / "quality"


def scene(number: int) -> ImageQuality:
    """Return our counts of a stored scene."""
    with np.load(GOLDEN / "scenes.npz") as stored:
        planes = [stored[f"{side}{number}"] for side in ("found", "true")]
        classes = [stored[f"{side}_class{number}"] for side in ("found", "true")]
    masks = [
        [rle.encode(plane == n + 1) for n in range(len(kinds))]
        for plane, kinds in zip(planes, classes, strict=True)
    ]
    areas = [np.array([rle.area(mask) for mask in side], dtype=np.float64) for side in masks]
    shared = rle.shared_pixels(*masks, areas[0])
    overlap = Overlap(classes[0], areas[0], classes[1], areas[1], shared)
    return image_quality(overlap, (masks[0], masks[1]), np.zeros(len(masks[0]), dtype=bool), 3)


@pytest.mark.parametrize("number", range(8))
def test_counts_and_overlaps_are_panopticas(number: int) -> None:
    expected = pd.read_csv(GOLDEN / "panoptica.csv")
    ours = scene(number).counts
    for row in expected[expected["scene"] == number].to_dict("records"):
        hits, false, missed, overlap = ours[row["class"], LEVELS.index(row["iou"])]
        assert (hits, false, missed) == (row["tp"], row["fp"], row["fn"])
        whole = hits + (false + missed) / 2
        if hits:
            found = (overlap / hits, hits / whole, overlap / whole)
            assert found == pytest.approx((row["sq"], row["rq"], row["pq"]), rel=0, abs=1e-9)


def test_distances_are_panopticas() -> None:
    expected = pd.read_csv(GOLDEN / "panoptica.csv").query("iou == 0.5").dropna()
    for number, rows in expected.groupby("scene"):
        sums = [(rows["tp"] * rows[name]).sum() for name in ("sq_assd", "sq_hd95")]
        ours = scene(int(str(number))).boundary
        assert ours == pytest.approx([rows["tp"].sum(), *sums], rel=0, abs=1e-9)
    assert len(expected) > 10


def test_boundary_is_that_of_an_erosion() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        mask = ndimage.binary_opening(rng.random((23, 17)) < 0.8) | (rng.random((23, 17)) < 0.05)
        expected = np.argwhere(mask & ~ndimage.binary_erosion(mask))
        found = boundary(rle.encode(mask))
        assert set(map(tuple, found)) == set(map(tuple, expected))


def test_distances_by_hand() -> None:
    plane = np.zeros((40, 60), dtype=bool)
    plane[10:30, 10:30] = True
    one, moved = rle.encode(plane), rle.encode(np.roll(plane, 3, axis=1))
    assert boundary_distances(one, one) == (0.0, 0.0)
    mean, p95 = boundary_distances(one, moved)
    # Of 76 boundary pixels, 20 lie 3 pixels away (the left side), 3 x 2 + 20 on the other side nearer.
    assert p95 == 3.0
    assert 0 < mean < 3
    assert boundary_distances(one, rle.encode(np.zeros_like(plane))) == (np.inf, np.inf)
    whole = rle.encode(np.ones((40, 60), dtype=bool))
    assert len(boundary(whole)) == 2 * 60 + 2 * 38


def test_as_many_pairs_as_possible() -> None:
    # The best pair first would leave the second detection without a cell.
    rows, columns = match_best(np.array([[0.9, 0.6], [0.7, 0.0]]), 0.5)
    assert list(zip(rows, columns, strict=True)) == [(0, 1), (1, 0)]


def test_a_detection_in_a_crowd_is_not_false() -> None:
    inside, beside = synthetic.disc(40, 40, 8), synthetic.disc(100, 40, 8)
    found = [
        {
            "image_id": "a",
            "category_id": kind,
            "bbox": synthetic.box(mask),
            "score": 0.9,
            "segmentation": rle.encode(mask),
        }
        for kind, mask in ((1, inside), (2, inside), (1, beside))
    ]
    crowd = TrueCell("L1", rle.encode(synthetic.disc(40, 40, 20)), crowd=True)
    image = TrueImage("a", "a.png", synthetic.WIDTH, synthetic.HEIGHT, (crowd,))
    splits = pd.DataFrame({"image_id": ["a"], "fold": 0, "role": "test", "flip": "none"})
    scores = score_run(found, Truth([image], ["L1", "L2"]), splits, 0, ["L1", "L2"], 0.5)
    # Of class 1 the one beside the crowd is false; the crowd is none of class 2.
    assert scores.quality[0, :, 0, 1].tolist() == [1, 1]
    assert scores.quality[0, :, 0, [0, 2, 3]].sum() == 0


def test_means_over_classes_and_cells_by_hand(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, {"none": 0.8}, n_images=12)
    analysis = Analysis(study, made_up.evaluation(20))
    pooled = analysis.detections("test")["none", 1]
    sizes = np.full(len(pooled.images), 0.25)
    sizes[0] = np.nan
    weights = np.ones((1, len(sizes)), dtype=np.int64)
    found = dict(zip(quality_names(), quality_metrics(pooled, sizes, weights)[:, 0], strict=True))
    counts = pooled.quality.sum(axis=0)[:, 0]
    of_class = [hits / (hits + (false + missed) / 2) for hits, false, missed, _ in counts]
    assert found["rq", 0.5] == pytest.approx(np.mean(of_class))
    assert found["pq", 0.5] == pytest.approx(np.mean(counts[:, 3] / (counts[:, :3] @ [1, 0.5, 0.5])))
    assert found["f1", 0.5] == pytest.approx(counts[:, 0].sum() / (counts[:, :3] @ [1, 0.5, 0.5]).sum())
    number, mean, p95 = pooled.boundaries.sum(axis=0)
    assert found["boundary_mean_px", 0.5] == pytest.approx(mean / number)
    assert found["boundary_p95_px", 0.5] == pytest.approx(p95 / number)
    known = pooled.boundaries[1:].sum(axis=0)
    assert found["boundary_mean_um", 0.5] == pytest.approx(0.25 * known[1] / known[0])
    twice = quality_metrics(pooled, sizes, 2 * weights)[:, 0]
    assert list(found.values()) == pytest.approx(twice, nan_ok=True)


def test_table_has_intervals_and_micrometres_where_known(tmp_path: Path) -> None:
    names = [f"img{number:03d}" for number in range(14)]
    manifest = pd.DataFrame({"image_id": names, "pixel_size_um": [0.2] * 13 + [""]})
    with_sizes = made_up.build(tmp_path, {"none": 0.7, "eff": 0.9}, (1, 2, 3), 14, manifest=manifest)
    table = detection_quality(Analysis(with_sizes, made_up.evaluation(50)))
    rows = table[(table["split"] == "test") & (table["method"] == "eff")].set_index(["metric", "iou"])
    assert len(rows) == len(quality_names())
    at_half = rows.xs(0.5, level="iou")
    assert (at_half["ci_low"] < at_half["mean"]).all()
    assert (at_half["mean"] < at_half["ci_high"]).all()
    assert (at_half["ci_images_low"] < at_half["ci_images_high"]).all()
    assert rows.at[("boundary_mean_um", 0.5), "mean"] < rows.at[("boundary_mean_px", 0.5), "mean"]
    assert (rows.loc["f1", "mean"].diff().dropna() <= 0).all()
    without = detection_quality(Analysis(made_up.build(tmp_path, {"none": 0.7}), made_up.evaluation(20)))
    assert not without["metric"].str.endswith("_um").any()
    assert without["ci_low"].isna().all()
