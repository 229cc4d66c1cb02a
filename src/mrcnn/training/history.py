"""The history of a training as a table: one row per epoch."""

import csv
import io
from pathlib import Path
from typing import Any

from mrcnn.files import atomic_path
from mrcnn.training.state import HISTORY_FILE

_NOT_WRITTEN = ("seconds",)  # differs between equal runs: the file stays the same byte for byte


def write_history(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write all rows to ``history.csv`` in `folder`, whole; 6 significant digits, missing values empty."""
    columns = [key for key in dict.fromkeys(key for row in rows for key in row) if key not in _NOT_WRITTEN]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _text(value) for key, value in row.items()} for row in rows)
    with atomic_path(folder / HISTORY_FILE) as temporary:
        temporary.write_bytes(text.getvalue().encode())


def _text(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value


def monitored(columns: list[str], asked: str | None, metrics: list[str]) -> str:
    """Name of the column that decides which epoch is best.

    Raises
    ------
    ValueError
        If the column asked for is not there.
    """
    if asked is None:
        return metrics[0] if metrics else "val_loss" if "val_loss" in columns else "loss"
    if asked not in columns:
        raise ValueError(f"TrainingConfig: monitor is {asked!r}; it must be one of {', '.join(columns)}")
    return asked


def better(value: float, best: float | None, column: str) -> bool:
    """Whether `value` beats `best`: lower for columns with "loss" in their name, higher for others."""
    if value != value:  # NaN is never better
        return False
    return best is None or (value < best if "loss" in column else value > best)
