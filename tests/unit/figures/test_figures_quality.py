"""Plots of mask quality, of looks against detection, and of a study in which nothing was trained."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from blastvote.figures.plots.learning import learning_curves
from blastvote.figures.plots.looks import contrast_and_ap
from blastvote.figures.plots.quality import mask_quality

IOUS = (0.5, 0.6, 0.7, 0.8, 0.9)


def values_of(fig: Figure, gid: str) -> list[np.ndarray]:
    return [np.asarray(line.get_xydata()) for ax in fig.axes for line in ax.lines if line.get_gid() == gid]


def words(fig: Figure) -> str:
    texts = [text.get_text() for ax in fig.axes for text in [*ax.texts, ax.xaxis.label, ax.title]]
    return " ".join([*texts, fig.get_suptitle()])


def quality(units: tuple[str, ...]) -> pd.DataFrame:
    rows = [
        (method, "test", metric, iou, 0.9 - iou / 2 + place / 100)
        for place, method in enumerate(("none", "eff"))
        for metric, iou in itertools.product(("f1", "pq"), IOUS)
    ]
    rows += [
        ("eff", "test", f"boundary_{what}_{unit}", 0.5, size)
        for unit, size in zip(units, (4.0, 1.0), strict=False)
        for what in ("mean", "p95")
    ]
    table = pd.DataFrame(rows, columns=["method", "split", "metric", "iou", "mean"])
    limits = {"ci_low": np.nan, "ci_high": np.nan, "ci_images_low": table["mean"] - 0.01}
    return table.assign(**limits, ci_images_high=table["mean"] + 0.01, n_images=12)


def test_quality_falls_with_the_iou_and_has_intervals() -> None:
    fig = mask_quality(quality(("px", "um")), ["none", "eff"])
    curves = [found for found in values_of(fig, "value") if len(found) == len(IOUS)]
    assert len(curves) == 4
    assert all((np.diff(curve[:, 1]) < 0).all() for curve in curves)
    assert len(values_of(fig, "interval")) == 4 * len(IOUS) + 2
    assert "n = 12" in words(fig)
    assert "\N{MICRO SIGN}m" in words(fig)
    assert "1.00" in words(fig)


@pytest.mark.parametrize("count", [1, 5, 12])
def test_readable_with_any_number_of_methods(made, assert_readable, count: int) -> None:
    one = quality(("px", "um"))
    one = one[one["method"] == "eff"]
    methods = made.twelve[:count]
    assert_readable(mask_quality(pd.concat([one.assign(method=name) for name in methods]), made.twelve))


def test_distances_are_in_pixels_where_no_size_is_known() -> None:
    fig = mask_quality(quality(("px",)), ["none", "eff"])
    assert "pixels" in words(fig)
    assert "4.00" in words(fig)
    assert "nan" not in words(mask_quality(quality(()), ["none", "eff"]))


def test_nothing_to_compare_is_said() -> None:
    assert "No detection could be compared" in words(mask_quality(quality(("px",)).iloc[:0]))


def test_looks_against_detection() -> None:
    table = pd.DataFrame(
        [
            (measure, way, value, value - 0.1, value + 0.1, 30)
            for measure, value in (("entropy", 0.4), ("loe", -0.25), ("ssim", np.nan))
            for way in ("methods", "images")
        ],
        columns=["measure", "between", "correlation", "ci_images_low", "ci_images_high", "n_images"],
    )
    fig = contrast_and_ap(table)
    drawn = [found[0, 0] for found in values_of(fig, "value")]
    assert drawn == pytest.approx([0.4, np.nan, -0.25] * 2, nan_ok=True)
    assert "+0.40" in words(fig)
    assert "\N{MINUS SIGN}0.25" in words(fig)
    assert "No measure varies" in words(contrast_and_ap(table.assign(correlation=np.nan)))


def test_a_study_without_trainings_says_so() -> None:
    assert "Nothing was trained here" in words(learning_curves(pd.DataFrame(columns=["method", "epoch"])))
