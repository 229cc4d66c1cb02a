"""The measures of a contrast method: against scikit-image, by hand, and at the edges of what images can be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from blastvote.contrast import enhance_and_describe, measures
from blastvote.contrast.measures import MEASURES, contrast_measures, order_changes
from blastvote.contrast.numerics import measures_numba, measures_numpy
from blastvote.contrast.numerics.measures_numpy import joint_histogram
from blastvote.io import read_image

GOLDEN = Path(__file__).resolve().parents[2] / "data" / "golden" / "contrast"
EXPECTED = pd.read_csv(GOLDEN / "measures.csv")


@pytest.mark.parametrize("small", [0, measures.SMALL], ids=["numba", "numpy"])
@pytest.mark.parametrize("row", EXPECTED.to_dict("records"), ids=lambda row: str(row["file"]))
def test_as_scikit_image(row: dict[str, float], small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`measures.csv` is what scikit-image 0.26.0 says (structural_similarity and the like, defaults, grey)."""
    monkeypatch.setattr(measures, "SMALL", small)
    before, after = read_image(GOLDEN / "syn320a.png"), read_image(GOLDEN / str(row["file"]))
    found = contrast_measures(before, after)
    for name in ("ssim", "psnr", "entropy"):
        assert found[name] == pytest.approx(row[name], rel=0, abs=1e-9)


@pytest.mark.parametrize("shape", [(7, 7), (7, 90), (38, 8), (39, 64), (203, 310)])
def test_numpy_and_numba_agree_to_the_bit(shape: tuple[int, int]) -> None:
    """A study's table of contrast does not depend on which of them counted."""
    rng = np.random.default_rng(5)
    one = rng.integers(0, 256, shape, dtype=np.uint8)
    other = np.clip(0.7 * one + rng.normal(20, 10, shape), 0, 255).astype(np.uint8)
    found = [
        (loops.mean_ssim(one, other, measures.C1, measures.C2), loops.joint_histogram(one, other),
         loops.block_extremes(other, 7))
        for loops in (measures_numba, measures_numpy)
    ]  # fmt: skip
    for compiled, plain in zip(*found, strict=True):
        assert np.array_equal(compiled, plain)


def test_an_unchanged_image() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    found = contrast_measures(image, image)
    assert (found["ssim"], found["psnr"], found["ambe"], found["loe"]) == (pytest.approx(1), None, 0, 0)


def test_by_hand() -> None:
    before = np.full((32, 32), 99, dtype=np.uint8)
    after = before.copy()
    after[:, 16:] = 9
    found = contrast_measures(before, after)
    assert found["entropy"] == 1
    assert found["ambe"] == 45
    assert found["eme"] == 0  # each block of 16 pixels is of one grey
    after[0, 0] = 0
    assert contrast_measures(before, after)["eme"] == pytest.approx(20 * np.log10(100) / 4)
    assert found["psnr"] == pytest.approx(10 * np.log10(255**2 / (90**2 / 2)))


def test_order_changes_are_those_of_all_pairs() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.integers(0, 6, (2, 8, 9), dtype=np.uint8)
    x, y = a.ravel(), b.ravel()
    changed = (x[:, None] >= x[None, :]) != (y[:, None] >= y[None, :])
    assert order_changes(joint_histogram(a, b)) == pytest.approx(changed.mean())
    assert order_changes(joint_histogram(a, 255 - a)) > 0.5
    assert order_changes(joint_histogram(a, 2 * a + 1)) == 0


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 40), (7, 7, 3), (3, 100, 3)])
def test_small_and_grey_images(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    found = contrast_measures(image, 255 - image)
    assert list(found) == list(MEASURES)
    assert (found["ssim"] is None) == (min(shape[:2]) < 7)
    assert all(value is None or np.isfinite(value) for value in found.values())


def test_the_record_has_them() -> None:
    image = np.random.default_rng(4).integers(0, 90, (30, 30, 3), dtype=np.uint8)
    enhanced, record = enhance_and_describe(image, "he")
    assert {name: record[name] for name in MEASURES} == contrast_measures(image, enhanced)
