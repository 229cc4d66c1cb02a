"""Text that a spreadsheet would take for a formula when it opens our tables."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]inf")


def guarded(value: Any) -> Any:
    """Return text that a spreadsheet would calculate with ``'`` before it, everything else as it is.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-0.5"), guarded("P7"), guarded(-1)
    ("'=1+1", '-0.5', 'P7', -1)
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def unguarded(value: str) -> str:
    """Return text as it was before `guarded`: our own tables are read by others and by us."""
    return value[1:] if value[:1] == "'" and guarded(value[1:]) == value else value
