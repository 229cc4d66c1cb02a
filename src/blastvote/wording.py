"""Lists and nearest names, as messages say them. Imports nothing of ours, so that everything may use it."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Control characters, line separators, marks that turn the direction of writing, halves of characters.
_UNPRINTABLE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)


def suggest(name: object, known: Iterable[object]) -> str:
    """Return ``" Did you mean 'x'?"`` for the known name nearest to `name`, else an empty text.

    Capitals do not count.

    Examples
    --------
    >>> suggest("claeh", ["he", "clahe"])
    " Did you mean 'clahe'?"
    """
    import difflib  # here: only mistakes need it

    by_fold = {str(item).casefold(): str(item) for item in known}
    match = difflib.get_close_matches(str(name).casefold(), list(by_fold), n=1, cutoff=0.5)
    return f" Did you mean '{by_fold[match[0]]}'?" if match else ""


def listed(items: Iterable[str], most: int = 5) -> str:
    """Return the first `most` items of a list in words, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def printable(text: str, keep: str = "") -> str:
    r"""Return text in which nothing commands a terminal: control characters but those of `keep` are written out.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return _UNPRINTABLE.sub(
        lambda match: match[0] if match[0] in keep else match[0].encode("unicode_escape").decode("ascii"),
        text,
    )
