"""Numbers and names as the text of a figure: wrapped, cut, counted."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
import pandas as pd


def wrap(text: object, width: int, lines: int = 3) -> str:
    """Break a label into lines of at most `width` characters, at spaces, ``_``, ``-``, ``/`` where possible.

    What does not fit into `lines` lines ends in an ellipsis.
    """
    pieces = [part for part in re.split(r"(?<=[\s_\-/.])", str(text)) if part]
    rows = [""]
    for piece in pieces:
        if len(rows[-1]) + len(piece.rstrip()) > width and rows[-1]:
            rows.append("")
        while len(piece.rstrip()) > width:
            rows[-1] += piece[:width]
            piece = piece[width:]
            rows.append("")
        rows[-1] += piece
    rows = [row.strip() for row in rows if row.strip()] or [""]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1][: max(1, width - 1)] + "…"]
    return "\n".join(rows)


def shorten(text: object, width: int) -> str:
    """Cut a label to `width` characters in its middle: what tells variants of a method apart stands at the end."""
    whole = str(text)
    if len(whole) <= width:
        return whole
    head = (width - 1) // 2
    return f"{whole[:head].rstrip()}…{whole[len(whole) - (width - 1 - head) :].lstrip()}"


def count_text(values: Any, unit: str) -> str:
    """Return ``n = 301 images``, or a range where the numbers differ; an empty string where none is known.

    Means over seeds can be fractions: they keep a decimal, so that a third of an image is not none.
    """
    numbers = pd.to_numeric(
        pd.Series(np.atleast_1d(np.asarray(values, dtype=object))), errors="coerce"
    ).dropna()
    if numbers.empty:
        return ""
    low, high = (f"{round(value, 1):,.1f}".removesuffix(".0") for value in (numbers.min(), numbers.max()))
    plural = unit[:-1] if low == high == "1" and unit.endswith("s") else unit
    return f"n = {low} {plural}" if low == high else f"n = {low}–{high} {plural}"


def number(value: Any) -> float:
    """Return a value as float; missing or unreadable becomes NaN."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def p_text(p: float) -> str:
    """Return a p-value as ``p = 0.063``: two significant digits, at least two decimals, halves up; "" for NaN.

    Examples
    --------
    >>> [p_text(p) for p in (0.0625, 0.1875, 0.0995, 1.0, 0.0004)]
    ['p = 0.063', 'p = 0.19', 'p = 0.10', 'p = 1.00', 'p < 0.001']
    """
    if math.isnan(p):
        return ""
    if p < 0.001:
        return "p < 0.001"
    # As the decimal number that the tables hold: sign-flip tests give sixteenths, which end in a half.
    rounded = Context(prec=2, rounding=ROUND_HALF_UP).plus(Decimal(repr(float(p))))
    return f"p = {rounded:.{max(2, 1 - rounded.adjusted())}f}"
