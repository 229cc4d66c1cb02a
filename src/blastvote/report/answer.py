"""The answer of the study in words: verdicts, what they rest on, how sure the study can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blastvote.figures.style import METHOD_NAMES

QUESTION = (
    "Which contrast enhancement makes lymphoblasts on stained blood smears easiest to segment, and the ALL subtype "
    "easiest to tell?"
)

METRICS = {"ap50_matterport": "Segmentation (mAP)", "accuracy": "Subtype (accuracy)"}
"""The two metrics of the answer, one for each half of the question."""


@dataclass(frozen=True)
class Finding:
    """The verdict on one method against the reference in one metric.

    Attributes
    ----------
    kind
        ``better``, ``worse``, ``equivalent`` or ``unclear``: chooses the mark beside the words.
    words
        The verdict.
    detail
        Difference, interval and what the study could have found, in percentage points.
    """

    kind: str
    words: str
    detail: str


def method_name(method: str) -> str:
    """Return a method's name as figures and tables show it."""
    return METHOD_NAMES.get(method, method)


def findings(comparisons: pd.DataFrame, reference: str, methods: Sequence[str]) -> list[dict[str, Any]]:
    """Return one row a method: its name and a `Finding` for each metric of `METRICS`, None where not compared.

    Parameters
    ----------
    comparisons
        ``comparisons.csv``.
    reference
        The method that the others are compared with.
    methods
        In the order of the configuration.
    """
    rows = []
    for method in methods:
        if method != reference:
            found = [_finding(_pair(comparisons, metric, method, reference)) for metric in METRICS]
            rows.append({"method": method, "name": method_name(method), "findings": found})
    return rows


def _pair(comparisons: pd.DataFrame, metric: str, method: str, reference: str) -> dict[str, Any] | None:
    """Return the comparison of `method` minus `reference`, whichever way round the table has it."""
    rows = comparisons[comparisons["metric"] == metric]
    straight = rows[(rows["method_a"] == method) & (rows["method_b"] == reference)]
    if len(straight):
        return dict(straight.iloc[0])
    turned = rows[(rows["method_a"] == reference) & (rows["method_b"] == method)]
    if not len(turned):
        return None
    row = dict(turned.iloc[0])
    mirrored = {"difference": -row["difference"]}
    for low, high in (("ci_low", "ci_high"), ("ci_images_low", "ci_images_high")):
        mirrored |= {low: -row[high], high: -row[low]}
    return row | mirrored


def _finding(row: Mapping[str, Any] | None) -> Finding | None:
    if row is None or pd.isna(row["difference"]):
        return None
    difference = float(row["difference"])
    kinds = {"differs": "better" if difference > 0 else "worse", "equivalent": "equivalent"}
    kind = kinds.get(str(row["verdict"]), "unclear")
    words = {"unclear": "cannot tell", "equivalent": "as good"}.get(kind, kind)
    parts = [f"{signed_points(difference)} points"]
    if not pd.isna(row["ci_low"]):
        parts.append(f"[{signed_points(row['ci_low'])}, {signed_points(row['ci_high'])}]")
    elif not pd.isna(row["ci_images_low"]):
        low, high = signed_points(row["ci_images_low"]), signed_points(row["ci_images_high"])
        parts.append(f"[{low}, {high}] for this one training")
    if not pd.isna(row["smallest_detectable"]):
        parts.append(f"can find {100 * float(row['smallest_detectable']):.1f} or more")
    return Finding(kind, words, ", ".join(parts))


def signed_points(value: float) -> str:
    """Return a difference of fractions in percentage points with its sign; no sign where it rounds to 0."""
    text = f"{100 * float(value):+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def headline(rows: Iterable[Mapping[str, Any]], reference: str) -> list[str]:
    """Return one sentence for each metric of `METRICS`: who is better, worse, as good, and of whom we cannot tell."""
    rows = list(rows)
    return [
        f"{title}: {_sentence([(row['name'], row['findings'][index]) for row in rows], method_name(reference))}"
        for index, title in enumerate(METRICS.values())
    ]


def _sentence(found: Sequence[tuple[str, Finding | None]], reference: str) -> str:
    groups: dict[str, list[str]] = {}
    for name, finding in found:
        if finding is not None:
            groups.setdefault(finding.kind, []).append(name)
    if not groups:
        return "not measured."
    parts = []
    for kind, words in (("better", "better"), ("worse", "worse")):
        if kind in groups:
            parts.append(f"{joined(groups[kind])} {_is(groups[kind])} {words} than {reference}")
    if "equivalent" in groups:
        parts.append(f"{joined(groups['equivalent'])} {_is(groups['equivalent'])} as good as {reference}")
    if "unclear" in groups:
        names = "any method" if len(groups["unclear"]) == len(found) > 1 else joined(groups["unclear"], "or")
        parts.append(f"this study cannot tell whether {names} differs from {reference}")
    return "; ".join(parts) + "."


def joined(names: Sequence[str], word: str = "and") -> str:
    """Return names as a sentence has them: ``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def certainty(comparisons: pd.DataFrame, confidence_level: float) -> list[str]:
    """Return sentences on how sure the study can be: images, trainings, and the smallest difference it can find."""
    if comparisons.empty:
        return ["No two methods were compared."]
    rows = comparisons[comparisons["metric"].isin(METRICS)]
    rows = rows if len(rows) else comparisons
    seeds, images = int(rows["n_seeds"].max()), int(rows["n_images"].max())
    sentences = [
        *null_warning(comparisons),
        f"{images} test images, {seeds} {'training' if seeds == 1 else 'trainings'} per method; "
        f"intervals at a level of {confidence_level:.0%}.",
    ]
    if seeds == 1:
        sentences.append(
            "One training per method cannot tell methods apart: the same method trained again also gives other "
            "numbers. The intervals in brackets are for these trained networks only. Set more 'seeds' for a verdict."
        )
    smallest = rows["smallest_detectable"].dropna()
    if len(smallest):
        low, high = 100 * smallest.min(), 100 * smallest.max()
        sentences.append(
            f"The smallest difference that this study finds four times in five is {low:.1f} to {high:.1f} percentage "
            "points, depending on methods and metric. Smaller ones may exist."
        )
    return sentences


def null_warning(comparisons: pd.DataFrame) -> list[str]:
    """Return a warning where the reference, trained again under other seeds, was called different from itself."""
    again = comparisons["method_a"].astype(str) == comparisons["method_b"].astype(str) + " again"
    metrics = comparisons.loc[again & (comparisons["verdict"] == "differs"), "metric"].tolist()
    if not metrics:
        return []
    return [
        "Warning: the reference, trained again under other seeds, was called different from itself "
        f"({', '.join(metrics)}). Do not trust the verdicts of this study on these metrics."
    ]


def data_statement(config: Mapping[str, Any], n_test: int, n_patients: int) -> str:
    """Return what the numbers rest on: data, protocol, seeds, and whether the paper's images were used."""
    dataset, protocol = config["dataset"], config["protocol"]
    source = (
        "simulated smears, no patient's"
        if dataset["source"] == "simulated"
        else f"images from {dataset['images']}"
    )
    same = "are" if config["evaluation"]["paper_data"] else "are not"
    seeds = ", ".join(map(str, config["seeds"]))
    patients = f" of {n_patients} patients" if n_patients else ""
    return (
        f"Data: {source}. {n_test} test images{patients}. Protocol: {protocol['name']}. Seeds: {seeds}. The images "
        f"{same} those of the paper (Revanda, Fatichah and Suciati 2022); its numbers stand in small print."
    )


def leakage_statement(n_seen: int, n_test: int, protocol: str) -> str:
    """Return whether any test image was seen in training."""
    if n_seen == 0:
        return (
            f"No copy of any of the {n_test} test images was trained on, and no image, patient or look-alike crosses "
            "from training to test (data/leakage.md)."
        )
    return (
        f"Of {n_seen} of the {n_test} test images a flipped copy was trained on: protocol '{protocol}' does so, as the "
        "paper did. Read the rows 'unseen' for images that were not seen."
    )
