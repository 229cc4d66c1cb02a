"""A study with its settings: each set of intervals is made once and shared by all tables."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from blastvote.evaluate.statistics.intervals import (
    Intervals,
    Key,
    Pair,
    classification_intervals,
    detection_intervals,
)
from blastvote.evaluate.statistics.metrics.average_precision import PooledDetections, pooled_detections
from blastvote.evaluate.statistics.metrics.mask_quality import quality_intervals
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import PooledVotes, Study, pooled_votes


@dataclass(frozen=True)
class Analysis:
    """A study and how to evaluate it."""

    study: Study
    settings: EvaluationSettings
    _made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def planned(self) -> list[Pair]:
        """Return the planned pairs of methods."""
        return planned_pairs(self.study.methods, self.settings.reference, self.settings.planned_pairs)

    @property
    def null_pair(self) -> Pair | None:
        """Return the null arm with the reference; None without one."""
        return (self.study.null_arm, self.settings.reference) if self.study.null_arm else None

    @property
    def pairs(self) -> list[Pair]:
        """Return all pairs that are compared."""
        return [*self.planned, *([self.null_pair] if self.null_pair else [])]

    def detections(self, split: str) -> dict[Key, PooledDetections]:
        """Return the pooled detections of every run on `val`, `test` or `unseen`."""
        pooled = self._made.get(("detections", split))
        if pooled is None:
            pooled = {key: pooled_detections(self.study, *key, split) for key in self.study.runs}
            self._made["detections", split] = pooled
        return pooled

    def votes(self, subset: str) -> dict[Key, PooledVotes]:
        """Return the pooled votes of every run on `test` or `unseen`."""
        pooled = self._made.get(("votes", subset))
        if pooled is None:
            pooled = {key: pooled_votes(self.study, *key, subset) for key in self.study.runs}
            self._made["votes", subset] = pooled
        return pooled

    def detection_intervals(self, split: str) -> Intervals:
        """Return the detection metrics of a split with intervals and paired differences."""
        pooled = self.detections(split)
        # Where nothing leaked, `unseen` is `test` and has the same intervals.
        name = ("detection", tuple(next(iter(pooled.values())).keys()))
        if name not in self._made:
            self._made[name] = detection_intervals(self.study, pooled, self.settings.bootstrap, self.pairs)
        return self._made[name]

    def quality_intervals(self, split: str) -> Intervals:
        """Return F1, panoptic quality and boundary distances of a split with intervals."""
        pooled = self.detections(split)
        name = ("quality", tuple(next(iter(pooled.values())).keys()))
        if name not in self._made:
            self._made[name] = quality_intervals(self.study, pooled, self.settings.bootstrap)
        return self._made[name]

    def classification_intervals(self, subset: str, convention: str) -> Intervals:
        """Return the classification metrics of a subset with intervals and paired differences."""
        votes = self.votes(subset)
        name = ("classification", convention, tuple(next(iter(votes.values())).image_ids))
        if name not in self._made:
            self._made[name] = classification_intervals(
                self.study, votes, convention, self.settings.bootstrap, self.pairs
            )
        return self._made[name]


def planned_pairs(methods: tuple[str, ...] | list[str], reference: str, which: str) -> list[Pair]:
    """Return the pairs to compare: those with the reference, it second, and with `which` "all" the others too.

    Examples
    --------
    >>> planned_pairs(["none", "he", "eff"], "none", "reference")
    [('he', 'none'), ('eff', 'none')]
    >>> planned_pairs(["none", "he", "eff"], "none", "all")
    [('he', 'none'), ('eff', 'none'), ('eff', 'he')]
    """
    others = [method for method in methods if method != reference]
    first = [(method, reference) for method in others] if reference in methods else []
    return first + [(b, a) for a, b in combinations(others, 2)] if which == "all" else first
