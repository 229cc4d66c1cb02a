"""Read text and JSON that others wrote, and tell what is wrong with them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.io.writing import StrPath


def read_text(path: StrPath, notes: list[str] | None = None) -> str:
    """Read a text file as UTF-8 (a byte-order mark is dropped), UTF-16 with a mark, or else Latin-1.

    Parameters
    ----------
    path
        The file.
    notes
        Receives a sentence where the file is not plain UTF-8.

    Raises
    ------
    InputError
        If the file is missing, may not be read, or is damaged UTF-16.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Expected a readable file.") from error
    encoding = _encoding(data)
    if encoding != "utf-8" and notes is not None:
        notes.append(f"The file is read as {NAMES[encoding]}.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not well-formed UTF-16 at byte {error.start}; the file may be cut off. Save it again as UTF-8."
        ) from error


NAMES = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 without a byte-order mark",
    "utf-16-be": "UTF-16 without a byte-order mark",
    "utf-8-sig": "UTF-8 with a byte-order mark, which is dropped",
    "latin-1": "Latin-1, as it is not UTF-8: check letters with accents",
}


def _encoding(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for places, encoding in ((slice(1, 200, 2), "utf-16-le"), (slice(0, 200, 2), "utf-16-be")):
        if len(data) >= 8 and not any(data[places]):  # every second byte is zero
            return encoding
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def read_json(path: StrPath, notes: list[str] | None = None) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        The file.
    notes
        Receives a sentence where the file is not plain UTF-8, and for every key that an object holds twice; the last
        value counts, as everywhere.

    Raises
    ------
    InputError
        If the file is missing, empty or not JSON; the message names line and column.
    """

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if notes is not None and len(result) < len(pairs):
            seen: set[str] = set()
            twice = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
            notes.append(f"The key {twice[0]!r} occurs twice in one object; the last one counts.")
        return result

    text = read_text(path, notes)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; expected JSON. Save or export it again.")
    try:
        return json.loads(text, object_pairs_hook=build)
    except (json.JSONDecodeError, RecursionError) as error:
        where = "too great a depth"
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, column {error.colno}"
        raise InputError(
            f"{path}: not valid JSON at {where} ({error}). The file may be cut off: save or export it again."
        ) from error


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
