"""How many points a protocol adds that tests on images whose copies were trained on.

Two studies of the same images, methods and seeds are compared: `paper` tests all originals, those with a copy in
training or validation among them; `kfold` tests each image with a network that saw none of its patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.errors import InputError
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.crossed import crossed
from blastvote.evaluate.statistics.intervals import (
    Intervals,
    Key,
    classification_intervals,
    detection_intervals,
)
from blastvote.evaluate.statistics.sampling import Sampling, make_sampling
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import Study

METRICS = ("ap50_matterport", "ap50", "ap", "accuracy", "sensitivity")
ALL, COPIED = "all images", "copied against others"
COLUMNS = (
    *("contrast", "metric", "method", "paper", "kfold", "difference", "ci_low", "ci_high", "p_value"),
    *("n_images", "n_copied", "n_seeds"),
)
Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Part:
    """A score of every method and seed on some images: its value, and what each unit of all images adds (U,)."""

    value: Mapping[Key, float]
    units: Mapping[Key, Values]


def leak_inflation(paper: Study, kfold: Study, settings: EvaluationSettings) -> pd.DataFrame:
    """Return `leak_inflation.csv`: two contrasts a method and metric, with intervals over trainings and patients.

    *All images* is the score under `paper` minus that under `kfold`. *Copied against others* is the score on the images
    with a copy minus that on the others under `paper`, minus the same of the same images under `kfold`: what is left is
    what knowing an image adds, whatever else differs between the protocols.

    Raises
    ------
    InputError
        If the two studies differ in methods, seeds or images, or no image of `paper` has a copy.
    """
    copied = _check(paper, kfold)
    images = sorted(_test_images(paper))
    labels = [paper.labels.get(name, "") for name in images]
    sampling = make_sampling(paper.unit_of(images), labels)
    quick = replace(
        settings, bootstrap=replace(settings.bootstrap, draws=2)
    )  # no interval over images is wanted here
    rows: list[dict[str, Any]] = []
    for metric in METRICS:
        parts = {
            (name, which): _part(Analysis(study, quick), metric, chosen, (images, sampling))
            for name, study in (("paper", paper), ("kfold", kfold))
            for which, chosen in (("all", set(images)), ("copied", copied), ("others", set(images) - copied))
        }
        for method in paper.methods:
            for contrast, terms in ((ALL, {"all": 1}), (COPIED, {"copied": 1, "others": -1})):
                row: dict[str, Any] = {"contrast": contrast, "metric": metric, "method": method}
                row |= _contrast(parts, terms, [(method, seed) for seed in paper.seeds], sampling, settings)
                rows.append(
                    row | {"n_images": len(images), "n_copied": len(copied), "n_seeds": len(paper.seeds)}
                )
    return (
        pd.DataFrame(rows, columns=list(COLUMNS))
        .sort_values("contrast", kind="stable")
        .reset_index(drop=True)
    )


def _test_images(study: Study) -> set[str]:
    runs = study.runs[study.methods[0], study.seeds[0]]
    return {str(name) for run in runs for name in run.votes["image_id"]}


def _check(paper: Study, kfold: Study) -> set[str]:
    """Return the images whose copies were seen under `paper`."""
    for what, first, second in (
        ("methods", set(paper.methods), set(kfold.methods)),
        ("seeds", set(paper.seeds), set(kfold.seeds)),
        ("test images", _test_images(paper), _test_images(kfold)),
    ):
        if first != second:
            odd = sorted(map(str, first ^ second))
            raise InputError(
                f"The two studies differ in their {what} ({', '.join(odd[:3])}). Run both with the same configuration "
                "but for 'protocol'."
            )
    votes = paper.runs[paper.methods[0], paper.seeds[0]][0].votes
    seen = votes["seen_in_training"].astype(str).str.lower() == "true"
    if not seen.any():
        raise InputError(
            "No test image of the first study has a copy in training. Name the study of protocol paper first."
        )
    return set(votes.loc[seen, "image_id"].astype(str))


def _part(
    analysis: Analysis, metric: str, chosen: set[str], everything: tuple[Sequence[str], Sampling]
) -> _Part:
    images, sampling = everything
    study, settings = analysis.study, analysis.settings.bootstrap
    intervals: Intervals
    if metric in ("accuracy", "sensitivity"):
        votes = analysis.votes("test")
        kept = {key: entry.subset(np.isin(entry.image_ids, list(chosen))) for key, entry in votes.items()}
        intervals = classification_intervals(study, kept, "strict", settings)
        ids = next(iter(kept.values())).image_ids
    else:
        pooled = analysis.detections("test")
        own = {
            key: entry.subset(entry.images["image_id"].astype(str).isin(chosen).to_numpy(dtype=bool))
            for key, entry in pooled.items()
        }
        intervals = detection_intervals(study, own, settings)
        ids = next(iter(own.values())).images["image_id"].astype(str).tolist()
    column, number = intervals.metrics.index(metric), {name: i for i, name in enumerate(images)}
    columns = np.array([number[name] for name in ids], dtype=np.intp)
    units = {}
    for key in study.runs:
        of_images = np.zeros(len(images))
        of_images[columns] = intervals.influences[key][column]
        units[key] = sampling.sums(of_images)
    return _Part({key: float(intervals.by_seed[key][column]) for key in study.runs}, units)


def _contrast(
    parts: Mapping[tuple[str, str], _Part],
    terms: Mapping[str, int],
    keys: Sequence[Key],
    sampling: Sampling,
    settings: EvaluationSettings,
) -> dict[str, float]:
    """Return the contrast under both protocols, their difference, its interval and p-value."""

    def value(protocol: str) -> Values:
        return np.array(
            [sum(sign * parts[protocol, which].value[key] for which, sign in terms.items()) for key in keys]
        )

    def units(protocol: str) -> Values:
        return np.stack(
            [sum(sign * parts[protocol, which].units[key] for which, sign in terms.items()) for key in keys]
        )  # type: ignore[misc]

    of_paper, of_kfold = value("paper"), value("kfold")
    both = crossed((of_paper - of_kfold)[:, None], (units("paper") - units("kfold"))[:, None, :], sampling)
    low, high = both.difference_interval(settings.bootstrap.confidence_level)
    return {
        "paper": float(of_paper.mean()),
        "kfold": float(of_kfold.mean()),
        "difference": float(both.value[0]),
        "ci_low": float(low[0]),
        "ci_high": float(high[0]),
        "p_value": float(both.p_value()[0]),
    }
