"""Do the intervals cover and the tests hold their size? Simulated with known truth, seeded and bounded."""

import numpy as np
import pytest
from scipy import stats

from blastvote.evaluate.scoring.coco import RankedClass, average_precisions, rank
from blastvote.evaluate.statistics import resampling
from blastvote.evaluate.statistics.crossed import crossed
from blastvote.evaluate.statistics.influence import influences
from blastvote.evaluate.statistics.paired import holm, sign_flip_test
from blastvote.evaluate.statistics.resampling import (
    BootstrapResult,
    BootstrapSettings,
    spread,
)
from blastvote.evaluate.statistics.sampling import make_sampling


def mean_of(values: np.ndarray):  # type: ignore[no-untyped-def]
    """Return the weighted mean as a bootstrap statistic (1, B)."""
    return lambda weights: (weights @ values / weights.sum(axis=1))[None]


def drawing(draws: int = 200, interval: str = "percentile", seed: int = 0) -> BootstrapSettings:
    return BootstrapSettings(draws, interval, 0.95, seed)


def bootstrap(statistic, units, strata, settings) -> BootstrapResult:  # type: ignore[no-untyped-def]
    return resampling.bootstrap(statistic, make_sampling(units, strata), settings)


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
            drawing(400, interval, study),
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
            drawing(300, interval, study),
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
            result = bootstrap(mean_of(values), units, [""] * 150, drawing(300, "percentile", study))
            covered[name] += bool(result.low[0] <= 0 <= result.high[0])
    assert covered["patients"] / 200 >= 0.88
    assert covered["images"] / 200 <= 0.75


def test_the_sign_flip_test_is_exact() -> None:
    values = np.array([0.3, -0.1, 0.2, 0.25, -0.05, 0.1])
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(values))).reshape(len(values), -1)
    sums = np.abs(values @ signs)
    expected = np.mean(sums >= abs(values.sum()) - 1e-12)
    assert sign_flip_test(values) == pytest.approx(expected, abs=1e-12)


def test_the_least_p_value_of_so_many_seeds() -> None:
    for m in range(2, 11):
        assert sign_flip_test(np.full(m, 0.1) + 0.01 * np.arange(m)) == pytest.approx(2 / 2**m)
    assert np.isnan(sign_flip_test(np.array([0.1])))
    assert sign_flip_test(np.zeros(5)) == 1.0


@pytest.mark.parametrize(("seed_sd", "image_sd"), [(1.0, 1.0), (0.35, 1.0), (0.0, 1.0), (1.0, 0.0)])
def test_crossed_intervals_cover_trainings_and_images(seed_sd: float, image_sd: float) -> None:
    """500 studies of five seeds and forty patients; `benchmarks/study/verdict_coverage.py` has more of them."""
    rng = np.random.default_rng(8)
    sampling = make_sampling(singles(40), [""] * 40)
    covered = 0
    for _ in range(500):
        scores = (
            seed_sd * rng.normal(size=(5, 1)) + image_sd * rng.normal(size=(1, 40)) + rng.normal(size=(5, 40))
        )
        by_seed = scores.mean(axis=1)
        parts = ((scores - by_seed[:, None]) / 40)[:, None, :]
        low, high = crossed(by_seed[:, None], parts, sampling).difference_interval(0.95)
        covered += bool(low[0] <= 0 <= high[0])
    assert 0.92 <= covered / 500 <= 0.975


@pytest.mark.parametrize("sizes", [[60] + [2] * 29, [1, 1, 2, 2, 3, 3, 4, 6, 9, 14] * 3, [4] * 30])
def test_crossed_intervals_cover_patients_of_different_size(sizes: list[int]) -> None:
    """One of thirty patients with half of the images: taken as thirty alike, 74 % were covered."""
    rng, seeds = np.random.default_rng(6), 8
    patient = np.repeat(np.arange(len(sizes)), sizes)
    sampling = make_sampling([f"p{number:02d}" for number in patient], [str(n % 3) for n in patient])
    covered = 0
    for _ in range(500):
        image = rng.standard_normal(len(sizes))[patient] + rng.standard_normal(len(patient))
        scores = image + rng.standard_normal((seeds, len(patient))) + 0.15 * rng.standard_normal((seeds, 1))
        by_seed = scores.mean(axis=1, keepdims=True)
        parts = sampling.sums((scores - by_seed)[:, None, :] / len(patient))
        low, high = crossed(by_seed, parts, sampling).difference_interval(0.95)
        covered += bool(low[0] <= 0 <= high[0])
    assert 0.92 <= covered / 500 <= 0.985


def test_influences_are_those_of_a_mean() -> None:
    values = np.random.default_rng(2).normal(size=30)
    found = influences(mean_of(values), 30)[0]
    assert found == pytest.approx((values - values.mean()) / 30, rel=2e-2)


def test_scores_at_the_edge_have_wilsons_limits() -> None:
    sampling = make_sampling(singles(20), [""] * 20)
    found = crossed(np.ones((3, 1)), np.zeros((3, 1, 20)), sampling)
    low, high = found.score_interval(0.95, np.zeros(1), np.ones(1))
    assert high[0] == 1
    assert low[0] == pytest.approx(20 / (20 + 1.96**2), abs=1e-3)
    assert found.p_value()[0] == 0


def test_strata_keep_their_size() -> None:
    seen = []

    def count(weights: np.ndarray) -> np.ndarray:
        seen.append(weights)
        return weights[:, :3].sum(axis=1)[None].astype(float)

    result = bootstrap(count, singles(10), ["a"] * 3 + ["b"] * 7, drawing(50))
    assert (result.draws == 3).all()
    assert all((weights.sum(axis=1) == 10).all() for weights in seen)
    assert len(np.unique(np.concatenate(seen), axis=0)) > 20


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(6).exponential(size=40)
    for name, theirs in (("percentile", "percentile"), ("bca", "BCa")):
        ours = bootstrap(mean_of(values), singles(40), [""] * 40, drawing(999, name, 9))
        # Unit names sort as text, so values are put in that order to see the same draws.
        ordered = values[np.argsort(singles(40))]
        expected = stats.bootstrap(
            (ordered,), np.mean, n_resamples=999, method=theirs, rng=np.random.default_rng(9)
        ).confidence_interval
        assert (ours.low[0], ours.high[0]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_degenerate_data_have_what_can_be_had(interval: str) -> None:
    setting = drawing(100, interval)
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

    result = bootstrap(maybe, singles(6), [""] * 6, drawing(200))
    assert np.isfinite([result.low[0], result.high[0]]).all()


def test_holm_by_hand() -> None:
    adjusted = holm(np.array([0.01, 0.04, 0.03, np.nan]))
    assert adjusted[:3].tolist() == pytest.approx([0.04, 0.09, 0.09])  # all four were planned
    assert np.isnan(adjusted[3])


def test_spread_needs_two_values() -> None:
    assert np.isnan(spread(np.array([[0.5]]), axis=0))[0]
    assert spread(np.array([[0.4], [0.6]]), axis=0)[0] == pytest.approx(np.sqrt(0.02))


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="bayes"):
        drawing(interval="bayes")
    with pytest.raises(ValueError, match="level"):
        BootstrapSettings(100, "percentile", 95, 0)


def test_variance_and_degrees_of_freedom_by_hand() -> None:
    sampling = make_sampling(singles(12), [""] * 12)
    scores = np.random.default_rng(3).normal(size=(4, 12)) + np.arange(4)[:, None]
    by_seed = scores.mean(axis=1)
    parts = ((scores - by_seed[:, None]) / 12)[:, None, :]
    residual = scores - by_seed[:, None] - scores.mean(axis=0) + scores.mean()
    seeds = by_seed.var(ddof=1) / 4
    units = scores.mean(axis=0).var(ddof=1) / 12
    both = (residual**2).sum() / (3 * 11) / (4 * 12)
    found = crossed(by_seed[:, None], parts, sampling)
    total = seeds + units - both
    assert found.standard_error[0] ** 2 == pytest.approx(total)
    assert found.df[0] == pytest.approx(total**2 / (seeds**2 / 3 + units**2 / 11 + both**2 / 33))
    # Seeds that agree by chance do not make the interval narrower than that of the images alone.
    alike = crossed(np.full((4, 1), 0.5), parts, sampling)
    assert alike.standard_error[0] ** 2 == pytest.approx(units)
