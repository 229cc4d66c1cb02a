"""Where the spread comes from, who is best with which probability, and how large the next study should be."""

from dataclasses import fields

import numpy as np
import pandas as pd
from scipy import stats

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.crossed import shared_covariance
from blastvote.evaluate.statistics.intervals import Intervals
from blastvote.evaluate.statistics.resampling import Array
from blastvote.evaluate.statistics.variance import Components, components, expected_half_width
from blastvote.evaluate.tables.comparisons import compared

PARTS = tuple(field.name for field in fields(Components))
SEEDS = range(1, 11)
IMAGES = (50, 100, 150, 200, 250, 300, 350, 400)


def variance_shares(analysis: Analysis, subset: str = "unseen") -> pd.DataFrame:
    """Return `variance_shares.csv`: how much of a score's variance comes from training, patient, image and the rest.

    Of one image in one training; means over methods (`of` = score) or over the planned pairs (`of` = difference).

    Returns
    -------
    DataFrame
        metric, of, seed_share, patient_share, image_share, rest_share, sd_seed, sd_patient, sd_image, sd_rest,
        n_seeds, n_images. Missing with one seed; patients where each image is its own.
    """
    rows = []
    for intervals, metrics, n_images in compared(analysis, subset):
        for of in ("score", "difference"):
            parts = _components(analysis, intervals, of)
            if parts is None:
                continue
            for metric in metrics:
                column = intervals.metrics.index(metric)
                whole = parts.total()[column]
                row: dict[str, object] = {"metric": metric, "of": of}
                values = {name: getattr(parts, name)[column] for name in PARTS}
                row |= {f"{name}_share": v / whole if whole > 0 else np.nan for name, v in values.items()}
                row |= {f"sd_{name}": np.sqrt(value) for name, value in values.items()}
                rows.append(row | {"n_seeds": len(analysis.study.seeds), "n_images": n_images})
    columns = ["metric", "of", *(f"{n}_share" for n in PARTS), *(f"sd_{n}" for n in PARTS)]
    return pd.DataFrame(rows, columns=[*columns, "n_seeds", "n_images"])


def study_design(analysis: Analysis, subset: str = "unseen") -> pd.DataFrame:
    """Return `study_design.csv`: the interval of a difference that other numbers of seeds and images would give.

    From the variances of this study's planned pairs, with as many images for each patient as here.

    Returns
    -------
    DataFrame
        metric, n_seeds (1-10), n_images (50-400), standard_error, half_width (missing for one seed, which has no
        interval, and where this study has one seed).
    """
    rows = []
    level = analysis.settings.bootstrap.confidence_level
    for intervals, metrics, _ in compared(analysis, subset):
        parts = _components(analysis, intervals, "difference")
        if parts is None:
            continue
        density = intervals.sampling.n_units / len(intervals.sampling.unit_of_image)
        for metric in metrics:
            column = intervals.metrics.index(metric)
            for seeds in SEEDS:
                for images in IMAGES:
                    error, width = expected_half_width(parts, seeds, images, density, level)
                    rows.append((metric, seeds, images, error[column], width[column]))
    return pd.DataFrame(rows, columns=["metric", "n_seeds", "n_images", "standard_error", "half_width"])


def ranks(analysis: Analysis, subset: str = "unseen") -> pd.DataFrame:
    """Return `ranks.csv`: the probability of each method to be first, second, ..., by metric.

    The methods' means are drawn together from a t distribution with their covariance over trainings and images.

    Returns
    -------
    DataFrame
        metric, method, mean, rank_1 ... rank_K; probabilities are missing with one seed, and where a training has no
        such score.
    """
    study, rows = analysis.study, []
    columns = [f"rank_{column + 1}" for column in range(len(study.methods))]
    for intervals, metrics, _ in compared(analysis, subset):
        for metric in metrics:
            mean = np.array(
                [intervals.scores[m].value[intervals.metrics.index(metric)] for m in study.methods]
            )
            chances = _rank_chances(analysis, intervals, metric, mean)
            for number, method in enumerate(study.methods):
                row = {"metric": metric, "method": method, "mean": mean[number]}
                rows.append(row | dict(zip(columns, chances[number], strict=True)))
    return pd.DataFrame(rows, columns=["metric", "method", "mean", *columns])


def _rank_chances(analysis: Analysis, intervals: Intervals, metric: str, mean: Array) -> Array:
    """Return the probability of each rank (column) of each method (row)."""
    study, settings = analysis.study, analysis.settings.bootstrap
    column, (k, m) = intervals.metrics.index(metric), (len(mean), len(study.seeds))
    by_seed = np.array([[intervals.by_seed[name, s][column] for s in study.seeds] for name in study.methods])
    if m < 2 or not np.isfinite(by_seed).all():
        return np.full((k, k), np.nan)
    parts = np.stack(
        [
            np.stack([intervals.sampling.sums(intervals.influences[name, s][column]) for s in study.seeds])
            for name in study.methods
        ],
        axis=1,
    )
    # The covariance of two methods follows from the variances of each and of their difference.
    shared = np.empty((k, k))
    for a in range(k):
        for b in range(k):
            both = np.stack([parts[:, a] + parts[:, b], parts[:, a] - parts[:, b]], axis=1)
            plus, minus = shared_covariance(both, intervals.sampling)
            shared[a, b] = (plus - minus) / 4
    covariance = np.atleast_2d(np.cov(by_seed)) / m + shared
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.default_rng(settings.seed)
    wide = np.sqrt((m - 1) / rng.chisquare(m - 1, settings.draws))
    drawn = mean + (rng.standard_normal((settings.draws, k)) * wide[:, None]) @ root.T
    # Methods with the same scores throughout share their ranks by chance, not by rounding.
    drawn = np.round(drawn, 9) + 1e-10 * rng.random(drawn.shape)
    order = stats.rankdata(-drawn, axis=1).astype(int) - 1
    return np.stack([np.bincount(order[:, number], minlength=k) / settings.draws for number in range(k)])


def _components(analysis: Analysis, intervals: Intervals, of: str) -> Components | None:
    """Return the mean components over methods, or over the planned pairs; None without any."""
    study = analysis.study
    of_pairs = []
    for arms in [(name,) for name in study.methods] if of == "score" else analysis.planned:
        signs = (1.0, -1.0)[: len(arms)]
        both = list(zip(signs, arms, strict=True))
        values = sum(x * np.stack([intervals.by_seed[arm, s] for s in study.seeds]) for x, arm in both)
        images = sum(x * np.stack([intervals.influences[arm, s] for s in study.seeds]) for x, arm in both)
        of_pairs.append(components(np.asarray(values), np.asarray(images), intervals.sampling))
    if not of_pairs:
        return None
    return Components(*(np.mean([getattr(part, name) for part in of_pairs], axis=0) for name in PARTS))
