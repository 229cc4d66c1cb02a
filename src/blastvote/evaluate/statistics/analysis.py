"""A study with its bootstrap: each set of intervals is drawn once and shared by all tables."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from blastvote.evaluate.statistics.average_precision import PooledDetections, pooled_detections
from blastvote.evaluate.statistics.intervals import (
    Intervals,
    Key,
    classification_intervals,
    detection_intervals,
)
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.study import PooledVotes, Study, pooled_votes


@dataclass(frozen=True)
class Analysis:
    """A study, how to bootstrap it, and which methods to compare.

    Attributes
    ----------
    study : Study
    settings : BootstrapSettings
    reference : str, optional
        The method all others are compared with first.
    """

    study: Study
    settings: BootstrapSettings = field(default_factory=BootstrapSettings)
    reference: str | None = None
    _made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the pairs of methods that are compared."""
        return method_pairs(self.study.methods, self.reference)

    def detections(self, split: str) -> dict[Key, PooledDetections]:
        """Return the pooled detections of every method and seed on `val`, `test` or `unseen`."""
        made = self._made.get(("detections", split))
        if made is None:
            made = {key: pooled_detections(self.study, *key, split) for key in self.study.runs}
            self._made["detections", split] = made
        return made

    def votes(self, subset: str) -> dict[Key, PooledVotes]:
        """Return the pooled votes of every method and seed on `test` or `unseen`."""
        made = self._made.get(("votes", subset))
        if made is None:
            made = {key: pooled_votes(self.study, *key, subset) for key in self.study.runs}
            self._made["votes", subset] = made
        return made

    def detection_intervals(self, split: str) -> Intervals:
        """Return the detection metrics of a split with intervals and paired differences."""
        pooled = self.detections(split)
        # Where nothing leaked, `unseen` is `test` and has the same intervals.
        name = ("detection", tuple(next(iter(pooled.values())).keys()))
        if name not in self._made:
            self._made[name] = detection_intervals(self.study, pooled, self.settings, self.pairs)
        return self._made[name]

    def classification_intervals(self, subset: str, convention: str) -> Intervals:
        """Return the classification metrics of a subset with intervals and paired differences."""
        votes = self.votes(subset)
        name = ("classification", convention, tuple(next(iter(votes.values())).image_ids))
        if name not in self._made:
            self._made[name] = classification_intervals(
                self.study, votes, convention, self.settings, self.pairs
            )
        return self._made[name]


def method_pairs(methods: tuple[str, ...] | list[str], reference: str | None = None) -> list[tuple[str, str]]:
    """Return all pairs of methods, those with the reference first and the reference second in its pairs.

    Examples
    --------
    >>> method_pairs(["none", "he", "eff"], "none")
    [('he', 'none'), ('eff', 'none'), ('eff', 'he')]
    """
    first = [(method, reference) for method in methods if reference in methods and method != reference]
    others = [method for method in methods if method != reference]
    return [(a, b) for a, b in first if b is not None] + [(b, a) for a, b in combinations(others, 2)]
