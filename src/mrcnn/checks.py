"""Rules for the values of settings: each says what it accepts, in words for the message."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST = 1_000_000
"""Largest whole number that a setting takes where nothing smaller is said."""


@dataclass(frozen=True)
class Rule:
    """What a setting accepts, as a function and in words ("it must be ...")."""

    accepts: Callable[[Any], bool]
    expected: str

    def optional(self) -> "Rule":
        """Return the rule that takes None too."""
        return Rule(lambda value: value is None or self.accepts(value), f"{self.expected}, or None")


def whole(least: int, most: int = MOST, multiple_of: int = 1) -> Rule:
    """Whole numbers from `least` to `most`; truth values are none."""
    limits = f"from {least} to {most}" if most != MOST else f"of at least {least} (and at most {MOST})"
    kind = f"a multiple of {multiple_of}" if multiple_of > 1 else "a whole number"
    return Rule(lambda v: _is_whole(v) and least <= v <= most and v % multiple_of == 0, f"{kind} {limits}")


def number(
    low: float | None = None, high: float | None = None, above: bool = False, below: bool = False
) -> Rule:
    """Finite numbers from `low` to `high`, or above and below them; truth values are none."""
    words = [f"{'above' if above else 'from'} {low}" if low is not None else ""]
    words += [f"{'below' if below else 'to'} {high}" if high is not None else ""]

    def accepts(value: Any) -> bool:
        if not _is_number(value):
            return False
        enough = low is None or value > low or (value == low and not above)
        return enough and (high is None or value < high or (value == high and not below))

    return Rule(accepts, " ".join(["a finite number", *filter(None, words)]))


def several(entry: Rule, count: int | None, what: str) -> Rule:
    """Tuples of `count` entries (None: at least one) that `entry` accepts."""
    return Rule(
        lambda v: (
            isinstance(v, tuple)
            and (len(v) == count if count is not None else len(v) > 0)
            and all(map(entry.accepts, v))
        ),
        f"{what}, each {entry.expected}",
    )


def choice(*allowed: Any) -> Rule:
    """One of the values; 1 is not True."""
    words = ", ".join(str(value) for value in allowed)
    return Rule(lambda v: any(type(v) is type(a) and v == a for a in allowed), f"one of {words}")


def mapping(entries: Mapping[str, Rule]) -> Rule:
    """Pairs of some of these names and values that their rules accept; names are unique."""
    words = "; ".join(f"{name}: {rule.expected}" for name, rule in entries.items())
    return Rule(
        lambda v: len(dict(v)) == len(v) and all(k in entries and entries[k].accepts(x) for k, x in v),
        f"settings of some of {words}",
    )


def check(settings: Any, rules: Mapping[str, Rule]) -> None:
    """Raise ValueError for the first field of `settings` that its rule does not accept: name, value, expectation."""
    for field, rule in rules.items():
        value = getattr(settings, field)
        try:
            accepted = rule.accepts(value)
        except (TypeError, ValueError):  # not even of the right form
            accepted = False
        if not accepted:
            text = repr(value) if len(repr(value)) <= 200 else f"{repr(value)[:200]}..."
            raise ValueError(f"{type(settings).__name__}: {field} is {text}; it must be {rule.expected}")


def plain(value: Any) -> Any:
    """Return a value without anything that can change: lists become tuples, mappings sorted tuples of pairs.

    NumPy's arrays and numbers become Python's.
    """
    if isinstance(value, Mapping):
        return tuple(sorted((str(key), plain(entry)) for key, entry in value.items()))
    if hasattr(value, "tolist"):
        value = value.tolist()
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))
