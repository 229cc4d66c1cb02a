"""The vote: how the cells found in one image decide the subtype of the image.

A rule is data, not code: which class wins as soon as one of its cells is seen, how a cell counts, and who
wins a tie. The pathologists' rule of Revanda, Fatichah and Suciati (2022, section 3.7) is one such rule;
other class names need only another `VoteRule`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.errors import InputError

WEIGHTS = ("count", "score", "area")
SCORE_UNITS = 1_000_000


@dataclass(frozen=True)
class VoteRule:
    """A vote rule.

    Attributes
    ----------
    name
        What the rule is called in the config.
    weight
        What one cell contributes to its class: `count` (1), `score` (its confidence) or `area` (its pixels).
    priority
        Classes that win as soon as one of their cells is seen, whatever the others sum to; the first listed
        that occurs wins.
    ties
        Classes that win a tie, the first listed first. A tie among classes not listed here goes to the class
        that stands earlier in the config.
    classes
        The classes the rule was made for, or None when it fits any. A vote with another class is refused.
    """

    name: str
    weight: str = "count"
    priority: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    classes: tuple[str, ...] | None = None


RULES: Mapping[str, VoteRule] = {
    "pathologist": VoteRule("pathologist", priority=("L3",), ties=("L2",), classes=("L1", "L2", "L3")),
    "plurality": VoteRule("plurality"),
    "score_weighted": VoteRule("score_weighted", weight="score"),
    "area_weighted": VoteRule("area_weighted", weight="area"),
}


def make_rule(rule: str | VoteRule | Mapping[str, Any], class_names: Sequence[str] | None = None) -> VoteRule:
    """Return the `VoteRule` that a name, a mapping from the config or a rule object stands for.

    Parameters
    ----------
    rule
        A name of `RULES`; a `VoteRule`; or a mapping with the key `rule` and, where it differs from the named
        rule, `priority` and `ties` (a class name or a list of them), for example
        ``{"rule": "pathologist", "priority": "M7", "ties": "M1"}``.
    class_names
        The classes of the config; when given, the rule's classes are checked against them.

    Raises
    ------
    InputError
        For an unknown rule or key, or for a rule that names a class the config does not have.
    """
    vote_rule = rule if isinstance(rule, VoteRule) else _rule_from_config(rule)
    if class_names is None:
        return vote_rule
    unknown = [name for name in (*vote_rule.priority, *vote_rule.ties) if name not in class_names]
    if unknown:
        raise InputError(
            f"The vote rule '{vote_rule.name}' names the class '{unknown[0]}', but the classes are "
            f"{', '.join(class_names)}. Set the rule's priority and ties to some of these, or choose "
            "'plurality'."
        )
    # The pathologists' rule on two of its three classes, or on renamed ones, is what the user asked for
    # once its priority and ties exist there.
    return replace(vote_rule, classes=tuple(class_names))


def _rule_from_config(rule: str | Mapping[str, Any]) -> VoteRule:
    if not isinstance(rule, (str, Mapping)):
        raise InputError(
            f"The vote rule is {rule!r}; expected one of {', '.join(RULES)}, or a mapping with the key 'rule'."
        )
    options = {"rule": rule} if isinstance(rule, str) else dict(rule)
    unknown = sorted(set(options) - {"rule", "priority", "ties"}, key=str)
    if unknown:
        raise InputError(f"The vote has no setting '{unknown[0]}'; it knows rule, priority and ties.")
    name = options.get("rule", "pathologist")
    if not isinstance(name, str) or name not in RULES:
        raise InputError(f"There is no vote rule '{name}'; choose one of {', '.join(RULES)}.")
    vote_rule = RULES[name]
    for key in ("priority", "ties"):
        value = options.get(key)
        if value is not None:
            if not isinstance(value, str | list | tuple):
                raise InputError(f"The vote's {key} is {value!r}; expected a class or a list of classes.")
            names = (value,) if isinstance(value, str) else tuple(value)
            changes: dict[str, Any] = {key: names, "classes": None}
            vote_rule = replace(vote_rule, **changes)
    return vote_rule


def vote(counts: Mapping[str, float], rule: str | VoteRule | Mapping[str, Any] = "pathologist") -> str | None:
    """Return the subtype that an image's cells vote for.

    Parameters
    ----------
    counts
        Number of cells of each class, in the order of the config (which settles ties that the rule leaves
        open). For the weighted rules: the sum of the scores or areas. A class left out has none.
    rule
        A name of `RULES`, a mapping as in the config, or a `VoteRule`. The pathologists' rule: any L3 gives
        L3; else n(L2) >= n(L1) and n(L2) > 0 gives L2; else n(L1) > 0 gives L1 (the paper's section 3.7).

    Returns
    -------
    str or None
        The winning class; None when there is no cell at all (the image is undetected).

    Raises
    ------
    InputError
        For an unknown rule, a class the rule does not know, or a count that is negative or not a number.

    Examples
    --------
    >>> vote({"L1": 3, "L2": 3, "L3": 0}, rule="pathologist")
    'L2'
    >>> vote({"L1": 0, "L2": 0, "L3": 0}) is None
    True
    """
    vote_rule = make_rule(rule)
    if not hasattr(counts, "keys"):
        raise InputError(f"The counts are {counts!r}; expected numbers by class: {{'L1': 3, 'L2': 0}}.")
    counts = dict(counts)
    for name, count in counts.items():
        if vote_rule.classes is not None and name not in vote_rule.classes:
            raise InputError(
                f"The vote rule '{vote_rule.name}' is made for {', '.join(vote_rule.classes)} and does not know the "
                f"class '{name}'. Give it priority and ties for your classes, or choose 'plurality'."
            )
        if not (isinstance(count, (Real, np.bool_)) and count >= 0 and math.isfinite(count)):
            raise InputError(
                f"The count of class '{name}' is {count!r}; expected a number of cells, 0 or more."
            )
    for name in vote_rule.priority:
        if counts.get(name, 0) > 0:
            return name
    most = max(counts.values(), default=0)
    if most <= 0:
        return None
    tied = [name for name, count in counts.items() if count == most]
    return next((name for name in vote_rule.ties if name in tied), tied[0])


def weigh(cells: pd.DataFrame, rule: VoteRule, class_names: Sequence[str]) -> dict[str, float]:
    """Return what each class's cells sum to under the rule's weight, in the order of `class_names`.

    Scores are stored to six decimals and summed as whole millionths: neither the order of the cells nor
    rounding can ever settle a tie.
    """
    return weigh_images(cells, np.zeros(len(cells), np.intp), 1, rule, class_names)[0]


def weigh_images(
    cells: pd.DataFrame, rows: NDArray[np.intp], n_images: int, rule: VoteRule, class_names: Sequence[str]
) -> list[dict[str, float]]:
    """Return what `weigh` returns for each of many images; `rows` (N,) says which image each cell is in."""
    if rule.weight not in WEIGHTS:
        raise InputError(f"The vote weight '{rule.weight}' is unknown; choose one of {', '.join(WEIGHTS)}.")
    unknown = sorted(set(cells["class"]) - set(class_names))
    if unknown:
        raise InputError(f"A cell has the class '{unknown[0]}'; the classes are {', '.join(class_names)}.")
    index_of = {name: number for number, name in enumerate(class_names)}
    columns = np.array([index_of[name] for name in cells["class"]], dtype=np.intp)
    if rule.weight == "count":
        amounts = np.ones(len(cells), np.int64)
    else:
        by_area = rule.weight == "area"
        amounts = cells["area_px"].to_numpy(np.int64) if by_area else score_units(cells["score"].to_numpy())
    sums = np.zeros((n_images, len(class_names)), np.int64)
    np.add.at(sums, (rows, columns), amounts)
    units = SCORE_UNITS if rule.weight == "score" else None
    return [
        {name: total / units if units else total for name, total in zip(class_names, row, strict=True)}
        for row in sums.tolist()
    ]


def score_units(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return scores in whole millionths."""
    return np.rint(np.asarray(score, dtype=np.float64) * SCORE_UNITS).astype(np.int64)


def vote_many(weights: NDArray[np.number], rule: VoteRule, class_names: Sequence[str]) -> NDArray[np.int64]:
    """Return the votes of many images at once, equal to `vote` on each row.

    Parameters
    ----------
    weights : ndarray, (N, K)
        What the cells of each class sum to in each image, classes in the order of the config.
    rule
        A rule that fits the classes (`make_rule`).
    class_names
        The K names.

    Returns
    -------
    ndarray, (N,) int64
        Index of the winning class, -1 when undetected.
    """
    index = {name: number for number, name in enumerate(class_names)}
    # Walked from the weakest claim to the strongest: each later rule overwrites the earlier.
    winner = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)
    most = weights.max(axis=1)
    for name in reversed(rule.ties):
        winner = np.where((most > 0) & (weights[:, index[name]] == most), index[name], winner)
    for name in reversed(rule.priority):
        winner = np.where(weights[:, index[name]] > 0, index[name], winner)
    return winner.astype(np.int64)
