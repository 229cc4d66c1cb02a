"""Do the intervals cover and the tests hold their size? Simulated with known truth, seeded and bounded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from blastvote.evaluate.scoring.coco import RankedClass, average_precisions, rank
from blastvote.evaluate.statistics.resampling import (
    BootstrapSettings,
    bootstrap,
    bootstrap_p_value,
    holm,
    mcnemar_test,
    sign_flip_test,
    spread,
)


def mean_of(values: np.ndarray):  # type: ignore[no-untyped-def]
    """Return the weighted mean as a bootstrap statistic (1, B)."""
    return lambda weights: (weights @ values / weights.sum(axis=1))[None]


def singles(number: int) -> list[str]:
    return [f"u{place}" for place in range(number)]


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_intervals_cover_about_95_percent(interval: str) -> None:
    """An accuracy of 0.8 on 120 images of two labels: 400 studies, standard error of the share 1.1 %."""
    rng = np.random.default_rng(1)
    covered = 0
    for study in range(400):
        easy, hard = rng.random(60) < 0.9, rng.random(60) < 0.7
        values = np.concatenate([easy, hard]).astype(float)
        result = bootstrap(
            mean_of(values),
            singles(120),
            ["easy"] * 60 + ["hard"] * 60,
            BootstrapSettings(400, interval, seed=study),
        )
        covered += bool(result.low[0] <= 0.8 <= result.high[0])
    assert 0.915 <= covered / 400 <= 0.98


def smear_results(rng: np.random.Generator, n_images: int) -> list[RankedClass]:
    """Return ranked detections of images that differ in how many cells they have and how easy they are."""
    true = rng.integers(1, 7, n_images)
    easy = rng.beta(6, 2, n_images)
    hits = rng.binomial(true, easy)
    false = rng.poisson(1.0, n_images)
    image = np.repeat(np.arange(n_images), hits + false)
    place = np.arange(len(image)) - np.repeat(np.cumsum(hits + false) - hits - false, hits + false)
    right = place < hits[image]
    score = np.where(right, rng.beta(5, 2, len(image)), rng.beta(2, 3, len(image)))
    flags = np.repeat(right.astype(np.uint8)[:, None], 10, axis=1)
    return rank(image, np.zeros(len(image), dtype=int), score, flags, true[:, None])


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_intervals_of_coco_ap_cover_about_95_percent(interval: str) -> None:
    """200 studies of 60 images; the true AP is that of 60,000 images. Standard error of the share: 1.5 %."""
    truth = average_precisions(smear_results(np.random.default_rng(0), 60_000))[0, 0, 0]
    rng = np.random.default_rng(1)
    covered = 0
    for study in range(200):
        ranked = smear_results(rng, 60)
        result = bootstrap(
            lambda weights, ranked=ranked: average_precisions(ranked, weights)[:, 0].T,  # type: ignore[misc]
            singles(60),
            [""] * 60,
            BootstrapSettings(300, interval, seed=study),
        )
        covered += bool(result.low[0] <= truth <= result.high[0])
    assert 0.90 <= covered / 200 <= 0.985


def test_images_of_a_patient_are_drawn_together() -> None:
    """Five equal images a patient: drawing patients covers, pretending that images are independent does not."""
    rng = np.random.default_rng(2)
    covered = {"patients": 0, "images": 0}
    for study in range(200):
        values = np.repeat(rng.normal(size=30), 5)
        patients = np.repeat(singles(30), 5).tolist()
        for name, units in (("patients", patients), ("images", singles(150))):
            result = bootstrap(mean_of(values), units, [""] * 150, BootstrapSettings(300, seed=study))
            covered[name] += bool(result.low[0] <= 0 <= result.high[0])
    assert covered["patients"] / 200 >= 0.88
    assert covered["images"] / 200 <= 0.75


def test_mcnemar_holds_its_size_and_finds_a_difference() -> None:
    rng = np.random.default_rng(3)
    rejected = {"alike": 0, "different": 0}
    for _ in range(1000):
        hard = rng.random(300)
        # Two methods right with the same chance on every image, and one that is better by 8 points.
        chance = np.where(hard < 0.5, 0.9, 0.6)
        a, b = rng.random(300) < chance, rng.random(300) < chance
        better = rng.random(300) < np.minimum(chance + 0.12, 1)
        rejected["alike"] += mcnemar_test(a, b) <= 0.05
        rejected["different"] += mcnemar_test(better, b) <= 0.05
    # The exact test is conservative: its size is at most, and not far below, 5 %.
    assert 0.02 <= rejected["alike"] / 1000 <= 0.06
    assert rejected["different"] / 1000 >= 0.7


def test_sign_flip_holds_its_size_with_seeds() -> None:
    """Images differ in difficulty and five seeds share it: the sum over seeds keeps them together."""
    rng = np.random.default_rng(4)
    rejected = 0
    for _ in range(600):
        chance = rng.beta(2, 1, 100)[:, None]
        a = rng.random((100, 5)) < chance
        b = rng.random((100, 5)) < chance
        rejected += sign_flip_test(a.sum(axis=1).astype(int) - b.sum(axis=1)) <= 0.05
    assert 0.025 <= rejected / 600 <= 0.075


@given(right=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
@settings(deadline=None)
def test_with_one_seed_the_sign_flip_test_is_mcnemar(right: list[tuple[bool, bool]]) -> None:
    a, b = np.array(right).T
    assert sign_flip_test(a.astype(int) - b) == pytest.approx(mcnemar_test(a, b), abs=1e-12)


@given(differences=st.lists(st.integers(-4, 4), min_size=1, max_size=10))
@settings(deadline=None, max_examples=40)
def test_the_sign_flip_distribution_is_exact(differences: list[int]) -> None:
    values = np.array(differences)
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(values))).reshape(len(values), -1)
    sums = np.abs(values) @ signs
    expected = np.mean(np.abs(sums) >= abs(values.sum()))
    assert sign_flip_test(values) == pytest.approx(expected, abs=1e-12)


def test_the_bootstrap_p_value_holds_its_size() -> None:
    rng = np.random.default_rng(5)
    rejected = 0
    for study in range(400):
        values = rng.normal(size=100)
        result = bootstrap(mean_of(values), singles(100), [""] * 100, BootstrapSettings(400, seed=study))
        rejected += bootstrap_p_value(result.draws)[0] <= 0.05
    assert 0.025 <= rejected / 400 <= 0.085


def test_the_bootstrap_p_value_by_hand() -> None:
    draws = np.array([[1.0] * 99, [-1.0, *[1.0] * 98], [0.0] * 99, [np.nan] * 99])
    assert bootstrap_p_value(draws)[:3].tolist() == [0.02, 0.04, 1.0]
    assert np.isnan(bootstrap_p_value(draws)[3])


def test_few_units_cannot_give_a_small_p_value() -> None:
    """Two patients of 50 images that agree: every draw is on one side, but a fair coin does that half the time."""
    values = np.repeat([0.2, 0.3], 50)
    result = bootstrap(mean_of(values), ["p"] * 50 + ["q"] * 50, [""] * 100, BootstrapSettings(2000))
    assert (result.draws > 0).all()
    assert result.n_units == 2
    assert bootstrap_p_value(result.draws, result.n_units)[0] == 0.5
    five = bootstrap(mean_of(np.ones(5)), singles(5), list("aabbc"), BootstrapSettings(2000))
    assert five.n_units == 4  # the only unit of its stratum never varies
    assert bootstrap_p_value(five.draws, five.n_units)[0] == 2 / 2**4
    many = bootstrap(mean_of(np.ones(40)), singles(40), [""] * 40, BootstrapSettings(99))
    assert bootstrap_p_value(many.draws, many.n_units)[0] == 2 / 100


def test_the_bootstrap_p_value_holds_its_size_with_few_units() -> None:
    rng = np.random.default_rng(7)
    rejected = 0
    for study in range(400):
        values = rng.normal(size=5)
        result = bootstrap(mean_of(values), singles(5), [""] * 5, BootstrapSettings(200, seed=study))
        rejected += bootstrap_p_value(result.draws, result.n_units)[0] <= 0.05
    assert rejected == 0


def test_strata_keep_their_size() -> None:
    seen = []

    def count(weights: np.ndarray) -> np.ndarray:
        seen.append(weights)
        return weights[:, :3].sum(axis=1)[None].astype(float)

    result = bootstrap(count, singles(10), ["a"] * 3 + ["b"] * 7, BootstrapSettings(50))
    assert (result.draws == 3).all()
    assert all((weights.sum(axis=1) == 10).all() for weights in seen)
    assert len(np.unique(np.concatenate(seen), axis=0)) > 20


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(6).exponential(size=40)
    for name, theirs in (("percentile", "percentile"), ("bca", "BCa")):
        ours = bootstrap(mean_of(values), singles(40), [""] * 40, BootstrapSettings(999, name, seed=9))
        # Unit names sort as text, so values are put in that order to see the same draws.
        ordered = values[np.argsort(singles(40))]
        expected = stats.bootstrap(
            (ordered,), np.mean, n_resamples=999, method=theirs, rng=np.random.default_rng(9)
        ).confidence_interval
        assert (ours.low[0], ours.high[0]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_degenerate_data_have_what_can_be_had(interval: str) -> None:
    setting = BootstrapSettings(100, interval)
    perfect = bootstrap(mean_of(np.ones(20)), singles(20), [""] * 20, setting)
    assert (perfect.low[0], perfect.high[0]) == (1.0, 1.0)
    alone = bootstrap(mean_of(np.array([0.3])), ["u"], ["a"], setting)
    assert alone.estimate[0] == 0.3
    assert np.isnan([alone.low[0], alone.high[0]]).all()
    lonely = bootstrap(mean_of(np.arange(4.0)), singles(4), list("abcd"), setting)
    assert lonely.low[0] < 1.5 < lonely.high[0]
    one_patient = bootstrap(mean_of(np.arange(4.0)), ["p"] * 4, ["a"] * 4, setting)
    assert np.isnan(one_patient.low[0])


def test_statistics_that_some_draws_leave_undefined() -> None:
    values = np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])

    def maybe(weights: np.ndarray) -> np.ndarray:
        total = (weights * np.nan_to_num(values)).sum(axis=1) / 6
        return np.where(weights[:, 0] > 1, np.nan, total)[None]

    result = bootstrap(maybe, singles(6), [""] * 6, BootstrapSettings(200))
    assert np.isfinite([result.low[0], result.high[0]]).all()


def test_holm_by_hand() -> None:
    adjusted = holm(np.array([0.01, 0.04, 0.03, np.nan]))
    assert adjusted[:3].tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert np.isnan(adjusted[3])


def test_spread_needs_two_values() -> None:
    assert np.isnan(spread(np.array([[0.5]]), axis=0))[0]
    assert spread(np.array([[0.4], [0.6]]), axis=0)[0] == pytest.approx(np.sqrt(0.02))


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="bayes"):
        BootstrapSettings(interval="bayes")
    with pytest.raises(ValueError, match="level"):
        BootstrapSettings(confidence=95)
