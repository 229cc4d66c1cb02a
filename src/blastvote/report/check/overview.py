"""The numbers of a data set as the check's page shows them: per class, per patient, and how they are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.source.collect import Collection
from blastvote.report.check.tables import cell_areas

BINS = 30
MOST_PATIENTS = 500
"""Patients whose rows the page shows."""


@dataclass(frozen=True)
class Histogram:
    """How a quantity is spread; `bars` are heights from 0 to 1 in bins of equal width from `low` to `high`."""

    title: str
    meaning: str
    bars: list[float]
    low: str
    middle: str
    high: str


@dataclass(frozen=True)
class Group:
    """Images and cells of a class or of a patient; `cells` by class, in the order of the classes."""

    name: str
    images: int
    patients: int
    cells: list[int]


def classes_of(facts: Sequence[ImageFacts], collection: Collection, classes: Sequence[str]) -> list[Group]:
    """Return images, patients and cells of the images of each label."""
    return _groups(facts, collection, classes, "label", classes)


def patients_of(facts: Sequence[ImageFacts], collection: Collection, classes: Sequence[str]) -> list[Group]:
    """Return images and cells of each named patient, at most `MOST_PATIENTS`."""
    names = sorted(set(collection.labels["patient_id"]) - {""})
    return _groups(facts, collection, classes, "patient_id", names[:MOST_PATIENTS])


def _groups(
    facts: Sequence[ImageFacts], collection: Collection, classes: Sequence[str], by: str, names: Sequence[str]
) -> list[Group]:
    cells = {
        fact.image_id: Counter(cell.class_name for cell in fact.cells if not cell.crowd) for fact in facts
    }
    groups = []
    for name in names:
        rows = collection.labels[collection.labels[by] == name]
        own = sum((cells.get(image_id, Counter()) for image_id in rows["image_id"]), Counter())
        patients = len(set(rows["patient_id"]) - {""})
        groups.append(Group(name, len(rows), patients, [own[one] for one in classes]))
    return groups


def histograms(facts: Sequence[ImageFacts]) -> list[Histogram]:
    """Return how cells and photographs are spread; without those that have nothing to show."""
    seen = [fact for fact in facts if fact.width]
    cells = [float(np.sqrt(area)) for fact in seen for area in cell_areas(fact)]
    scores = [fact.agreement.score for fact in seen if fact.agreement.score is not None]
    parts = [
        ("Cells per image", "how many cells an image has", [float(fact.n_cells) for fact in seen], 0),
        ("Size of cells", "the root of a cell's area, in pixels", cells, 0),
        ("Light", "mean grey value of an image, 0 to 255", [fact.appearance.light for fact in seen], 0),
        ("Sharpness", "falls with blur", [fact.appearance.sharpness for fact in seen], 2),
        ("Agreement", "of outlines with their photograph, 0 to 1", scores, 2),
    ]
    return [_histogram(title, meaning, values, digits) for title, meaning, values, digits in parts if values]


def _histogram(title: str, meaning: str, values: Sequence[float], digits: int) -> Histogram:
    low, high = min(values), max(values)
    counts, _ = np.histogram(values, BINS, (low, high if high > low else low + 1))
    shown = [f"{value:.{digits}f}" for value in (low, float(np.median(values)), high)]
    return Histogram(title, meaning, (counts / counts.max()).round(3).tolist(), *shown)
