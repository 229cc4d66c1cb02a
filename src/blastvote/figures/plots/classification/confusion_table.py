"""A confusion table taken apart for drawing: the matrix, and what stands beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

MARGINS = ("FN", "undetected", "background", "missed")
"""Columns that are not predicted classes."""


@dataclass(frozen=True)
class ConfusionTable:
    """A confusion table taken apart.

    Attributes
    ----------
    row_names, column_names : tuple of str
        All names in the order of the table, margins last.
    values : float array (rows, columns)
        NaN where the table says nothing.
    n_classes : int
        The first so many rows and columns are the matrix.
    """

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    values: np.ndarray
    n_classes: int

    @property
    def total(self) -> int:
        """Number of things with an actual class: the matrix and what undetected or background adds to it."""
        counted = [i for i, name in enumerate(self.column_names) if i < self.n_classes or name != "FN"]
        return round(float(np.nansum(self.values[: self.n_classes, counted])))

    def share(self) -> np.ndarray:
        """Return the matrix as shares of its actual class, everything that is counted in the row included."""
        counted = [i for i, name in enumerate(self.column_names) if i < self.n_classes or name != "FN"]
        block = np.nan_to_num(self.values[: self.n_classes])
        total = block[:, counted].sum(axis=1, keepdims=True)
        return np.divide(
            block[:, : self.n_classes], total, out=np.zeros((self.n_classes,) * 2), where=total > 0
        )


def read_confusion(table: pd.DataFrame) -> ConfusionTable:
    """Take a table apart: the actual classes are in the index or the first column.

    Raises
    ------
    ValueError
        Where a class has a row and no column, or the other way round.
    """
    if table.shape[1] and not pd.api.types.is_numeric_dtype(table.iloc[:, 0]):
        table = table.set_index(table.columns[0])
    rows, columns = [str(name) for name in table.index], [str(name) for name in table.columns]
    aside_rows = [name for name in rows if name in {"FP", "background"}]
    classes = [name for name in rows if name not in aside_rows]
    aside = [name for name in columns if name in MARGINS and name not in classes]
    if sorted(classes) != sorted(name for name in columns if name not in aside):
        raise ValueError(f"confusion table: rows {rows} and columns {columns} do not name the same classes.")
    frame = table.set_axis(rows, axis=0).set_axis(columns, axis=1)
    frame = (
        frame.loc[[*classes, *aside_rows], [*classes, *aside]]
        .apply(pd.to_numeric, errors="coerce")
        .astype("Float64")
    )
    return ConfusionTable(
        (*classes, *aside_rows), (*classes, *aside), frame.to_numpy(float, na_value=math.nan), len(classes)
    )
