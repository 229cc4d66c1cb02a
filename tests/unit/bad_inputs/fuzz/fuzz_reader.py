"""A reader that the fuzz tries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_damage import damaged
from hypothesis import strategies as st


@dataclass(frozen=True)
class Reader:
    """What reads a file of this name, damaged files of its kind, good ones, and good files that lie beside it."""

    read: Callable[[Path], object]
    name: str
    files: st.SearchStrategy[bytes]
    good: Sequence[bytes]
    beside: dict[str, bytes] = field(default_factory=dict)


def of(
    read: Callable[[Path], object], name: str, form: str, good: Sequence[bytes], **beside: bytes
) -> Reader:
    """Return the reader of a form of `fuzz_damage.FORMS`; `beside` names files by their stems, which end in ``.txt``."""
    return Reader(
        read, name, damaged(form, good), good, {f"{stem}.txt": data for stem, data in beside.items()}
    )
