"""Scores of a confusion matrix in both conventions."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blastvote.evaluate import classification_scores
from blastvote.evaluate.statistics.metrics.classification import confusion_counts, score_arrays

PAPER = np.array([[114, 10, 1], [25, 30, 0], [1, 0, 108]])
UNDETECTED = np.array([3, 8, 1])


def test_the_papers_convention_gives_the_papers_numbers() -> None:
    scores = classification_scores(PAPER, UNDETECTED, convention="paper")
    assert round(100 * scores.accuracy, 2) == 83.72
    assert round(100 * scores.precision, 2) == 85.17
    assert round(100 * scores.sensitivity, 2) == 81.61
    assert np.round(100 * scores.per_class_sensitivity, 2).tolist() == [91.20, 54.55, 99.08]
    assert (scores.n_images, scores.n_undetected) == (301, 12)
    assert scores.undetected_share == 12 / 301


def test_strict_counts_the_undetected_as_missed() -> None:
    paper = classification_scores(PAPER, UNDETECTED, convention="paper")
    strict = classification_scores(PAPER, UNDETECTED, convention="strict")
    assert round(100 * strict.sensitivity, 2) == 78.29
    assert strict.per_class_sensitivity == pytest.approx([114 / 128, 30 / 63, 108 / 110])
    assert strict.accuracy == paper.accuracy
    assert strict.precision == paper.precision
    assert strict.balanced_accuracy == strict.sensitivity


def test_by_hand_two_classes() -> None:
    # 8 + 2 true a, 1 + 9 true b, and 5 undetected b.
    paper = classification_scores([[8, 2], [1, 9]], [0, 5], "paper")
    strict = classification_scores([[8, 2], [1, 9]], [0, 5], "strict")
    assert paper.accuracy == strict.accuracy == 17 / 25
    assert paper.per_class_precision == pytest.approx([8 / 9, 9 / 11])
    assert paper.per_class_specificity == pytest.approx([9 / 10, 8 / 10])
    assert strict.per_class_specificity == pytest.approx([14 / 15, 8 / 10])
    assert paper.per_class_f1 == pytest.approx([16 / 19, 18 / 21])
    assert strict.per_class_f1 == pytest.approx([16 / 19, 18 / 26])
    # The binary Matthews correlation.
    assert paper.mcc == pytest.approx((8 * 9 - 2 * 1) / np.sqrt(10 * 9 * 10 * 11))


def correlation_of_indicators(actual: np.ndarray, voted: np.ndarray, categories: int) -> float:
    """Gorodkin's R_K from its definition: covariance of the indicator matrices."""
    x = np.eye(categories)[voted]
    y = np.eye(categories)[actual]
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))


@pytest.mark.parametrize("convention", ["paper", "strict"])
def test_mcc_follows_its_definition(convention: str) -> None:
    rng = np.random.default_rng(3)
    actual = rng.integers(0, 4, 200)
    voted = np.where(rng.random(200) < 0.6, actual, rng.integers(0, 4, 200))
    voted = np.where(rng.random(200) < 0.1, -1, voted)
    scores = classification_scores(*confusion_counts(actual, voted, 4), convention)
    kept = voted >= 0 if convention == "paper" else np.ones(200, dtype=bool)
    expected = correlation_of_indicators(actual[kept], voted[kept] % 5, 5)
    assert scores.mcc == pytest.approx(expected)


def test_a_class_never_predicted() -> None:
    scores = classification_scores([[5, 0], [5, 0]])
    assert np.isnan(scores.per_class_precision[1])
    assert scores.precision == pytest.approx((0.5 + 0) / 2)
    assert scores.per_class_f1[1] == 0
    assert scores.mcc == 0


def test_a_class_that_does_not_occur_is_left_out() -> None:
    scores = classification_scores([[4, 1, 0], [0, 5, 0], [0, 0, 0]])
    assert np.isnan(scores.per_class_sensitivity[2])
    assert scores.sensitivity == pytest.approx((0.8 + 1) / 2)
    assert scores.precision == pytest.approx((1 + 5 / 6) / 2)


@pytest.mark.parametrize("convention", ["paper", "strict"])
def test_nothing_detected_at_all(convention: str) -> None:
    scores = classification_scores(np.zeros((3, 3)), [2, 3, 4], convention)
    assert scores.accuracy == 0
    assert scores.undetected_share == 1
    assert np.isnan(scores.sensitivity) if convention == "paper" else scores.sensitivity == 0


@pytest.mark.parametrize(
    ("confusion", "undetected", "convention", "fragment"),
    [
        ([[1, 2, 3], [4, 5, 6]], None, "paper", "shape"),
        ([[1, 0], [0, 1]], [1, 2, 3], "paper", "undetected"),
        ([[1, -1], [0, 1]], None, "paper", "negative"),
        ([[1, np.nan], [0, 1]], None, "paper", "finite"),
        ([[1, 0], [0, 1]], None, "lenient", "lenient"),
    ],
)
def test_mistakes_are_named(confusion, undetected, convention, fragment) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=fragment):
        classification_scores(confusion, undetected, convention)


@settings(deadline=None)
@given(counts=arrays(np.int64, (4, 5), elements=st.integers(0, 30)))
def test_properties(counts: np.ndarray) -> None:
    confusion, undetected = counts[:, :4], counts[:, 4]
    paper = classification_scores(confusion, undetected, "paper")
    strict = classification_scores(confusion, undetected, "strict")
    for scores in (paper, strict):
        for name in ("accuracy", "precision", "sensitivity", "f1", "specificity"):
            value = getattr(scores, name)
            assert np.isnan(value) or 0 <= value <= 1
        assert np.isnan(scores.mcc) or -1 - 1e-9 <= scores.mcc <= 1 + 1e-9
    both = np.isfinite(paper.per_class_sensitivity)
    assert (strict.per_class_sensitivity[both] <= paper.per_class_sensitivity[both]).all()
    # Renaming classes changes no macro mean.
    for order in itertools.islice(itertools.permutations(range(4)), 3, 6):
        swapped = classification_scores(confusion[np.ix_(order, order)], undetected[list(order)], "strict")
        for name in ("accuracy", "precision", "sensitivity", "f1", "specificity", "mcc"):
            assert getattr(swapped, name) == pytest.approx(getattr(strict, name), nan_ok=True, abs=1e-12)


def test_many_matrices_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(0)
    stack = rng.integers(0, 9, (7, 3, 4)).astype(float)
    together = score_arrays(stack[..., :3], stack[..., 3], "strict")
    for number, table in enumerate(stack):
        alone = classification_scores(table[:, :3], table[:, 3], "strict")
        assert together["mcc"][number] == alone.mcc
        assert together["per_class_f1"][number].tolist() == alone.per_class_f1.tolist()


@pytest.mark.parametrize("confusion", [[["a", "b"], ["c", "d"]], [[1, 0], [1]], {"L1": 1}, None])
def test_what_is_no_table_of_numbers_is_told_so(confusion: object) -> None:
    with pytest.raises(ValueError, match="confusion is not a table of numbers"):
        classification_scores(confusion)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="undetected is not a table of numbers"):
        classification_scores([[1, 0], [0, 1]], ["x", "y"])
