"""Read text and JSON that others wrote, and tell what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.io.opening import require_regular
from blastvote.io.writing import StrPath

MOST_BYTES = 2**30
"""Text files larger than this are refused: no annotation or table of smears is as large."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_text(path: StrPath, notes: list[str] | None = None) -> str:
    """Read a text file as UTF-8 (a byte-order mark is dropped), UTF-16, or else Latin-1.

    Parameters
    ----------
    path
        The file.
    notes
        Receives a sentence where the file is not plain UTF-8.

    Raises
    ------
    InputError
        If the file is missing, may not be read, is no regular file, too large, or damaged UTF-16.
    """
    path = Path(path)
    data = _bytes_of(path)
    encoding = _encoding(data)
    if encoding != "utf-8" and notes is not None:
        notes.append(f"The file is read as {NAMES[encoding]}.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not well-formed UTF-16 at byte {error.start}; the file may be cut off. Save it again as UTF-8."
        ) from error


def _bytes_of(path: Path) -> bytes:
    require_regular(path, "file")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: has {size / 2**30:.1f} GiB; expected at most {MOST_BYTES // 2**30} GiB of text. Split it, or "
                "check that it is the file you mean."
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Expected a readable file.") from error


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
        Receives a sentence for every key that an object holds twice (the last value counts, as everywhere), on NaN and
        infinity, and on the encoding. Without it NaN and infinity are refused.

    Raises
    ------
    InputError
        If the file is missing, empty or not JSON; the message names line and column.
    """
    text = read_text(path, notes)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; expected JSON. Save or export it again.")
    return parse_json(text, str(path), notes)


def parse_json(text: str, where: str, notes: list[str] | None = None) -> Any:
    """Parse JSON text; `where` names it in messages, everything else is as for `read_json`."""

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if notes is not None and len(result) < len(pairs):
            seen: set[str] = set()
            twice = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
            notes.append(f"The key {twice[0]!r} occurs twice in one object; the last one counts.")
        return result

    def constant(name: str) -> float:
        if notes is None:
            raise InputError(f"{where}: holds {name}, which is no number in JSON. Make the file again.")
        note = f"The file holds {name}, which is no number in JSON."
        if note not in notes:
            notes.append(note)
        return float(name.replace("Infinity", "inf"))

    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{where}: line {line} holds a NUL byte, so it is no JSON. Save or export it again.")
    try:
        value = json.loads(text, object_pairs_hook=build, parse_constant=constant)
        if _SURROGATE.search(text):  # half of a pair is no character, and cannot be written anywhere
            json.dumps(value, ensure_ascii=False).encode()
    except InputError:
        raise
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        remedy = "The file may be cut off: save or export it again"
        if error.msg == "Extra data":
            remedy = "Several documents in one file (JSON lines) are not read: export one"
        raise InputError(f"{where}: not valid JSON at {place} ({error.msg}). {remedy}.") from error
    except RecursionError as error:
        raise InputError(f"{where}: the JSON is nested too deeply. Save or export it again.") from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"{where}: holds \\u{ord(error.object[error.start]):04x}, half of a character (a lone surrogate). Correct "
            "the name that holds it."
        ) from error
    except ValueError as error:  # a whole number of more digits than Python converts
        raise InputError(f"{where}: holds a number that cannot be read ({error}). Correct it.") from error
    return value


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    path = Path(path)
    require_regular(path, "file")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
