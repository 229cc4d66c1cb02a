"""The rank correlation of contrast measures with AP: known answers, undefined values, and the table."""

from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from blastvote.contrast.measures import MEASURES
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.tables.looks import BETWEEN, contrast_and_ap, correlation

METHODS = ("none", "he", "dhe", "eff")


def one(both: np.ndarray, between: str) -> float:
    return float(correlation(both, np.ones((1, both.shape[1]), dtype=np.int64), between)[0])


def test_hard_images_play_no_part_between_methods() -> None:
    rng = np.random.default_rng(1)
    hard = 10 * rng.random((30, 1))
    better = rng.random((30, 4))
    # Within an image the measure says which method is better; across images it says the opposite.
    both = np.stack([better - hard, better + hard])
    assert one(both, "methods") == pytest.approx(1)
    assert one(both, "images") < -0.9


def test_one_image_or_one_method_is_spearman() -> None:
    x, y = np.random.default_rng(2).random((2, 12))
    expected = stats.spearmanr(x, y).statistic
    assert one(np.stack([x[None], y[None]]), "methods") == pytest.approx(expected)
    assert one(np.stack([x[:, None], y[:, None]]), "images") == pytest.approx(expected)


def test_undefined_values_are_left_out() -> None:
    both = np.random.default_rng(3).random((2, 20, 4))
    without = both[:, :, 1:]
    both[:, :, 0] = np.nan
    for way in BETWEEN:
        assert one(both, way) == pytest.approx(one(without, way))
    both[0] = 1.0
    assert np.isnan(one(both, "methods"))
    assert np.isnan(one(np.full((2, 5, 3), np.nan), "images"))


def test_a_weight_is_a_repetition() -> None:
    both = np.random.default_rng(4).random((2, 6, 5))
    weights = np.array([[2, 0, 1, 1, 3, 0]])
    repeated = np.repeat(both, weights[0], axis=1)
    assert correlation(both, weights, "methods")[0] == pytest.approx(one(repeated, "methods"))


def test_the_table(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, dict(zip(METHODS, (0.5, 0.7, 0.8, 0.95), strict=True)), (1, 2), 28)
    analysis = Analysis(study, made_up.evaluation(100))
    pooled = analysis.detections("unseen")
    names = pooled["none", 1].images["image_id"]
    rows = [
        {"image_id": name, "method": method, "measure": 0.0}
        | dict.fromkeys(MEASURES, 0.5)
        | {"entropy": np.mean([pooled[method, s].images["ap_matterport"].iloc[n] for s in (1, 2)])}
        | {"psnr": np.nan if method == "none" else float(n)}
        for method in METHODS
        for n, name in enumerate(names)
    ]
    table = contrast_and_ap(analysis, pd.DataFrame(rows)).set_index(["measure", "between"])
    assert len(table) == 2 * len(MEASURES)
    assert table.loc["entropy", "correlation"].tolist() == pytest.approx([1, 1])
    assert np.isnan(table.at[("loe", "methods"), "correlation"])
    psnr = table.loc[("psnr", "images")]
    assert psnr["ci_images_low"] < psnr["correlation"] < psnr["ci_images_high"]
    assert (table["n_methods"] == 4).all()
