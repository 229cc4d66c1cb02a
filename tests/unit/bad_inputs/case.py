"""One bad input: how it is made, what reads it, and what the message must say."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Read = Callable[[Path], Any]


@dataclass(frozen=True)
class Case:
    """A file of this content (bytes, text, or a function that makes it at a path), and what reads it."""

    name: str
    content: bytes | str | Callable[[Path], object]
    says: str
    read: Read
    file: str = "x"

    def make(self, folder: Path) -> Path:
        """Put the bad input into a folder."""
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(self.content):
            self.content(path)
        elif isinstance(self.content, str):
            path.write_text(self.content, encoding="utf-8")
        else:
            path.write_bytes(self.content)
        return path


def group(read: Read, file: str, *rows: tuple[str, Any, str]) -> list[Case]:
    """Return cases with one reader and one file name."""
    return [Case(f"{file}: {name}", content, says, read, file) for name, content, says in rows]


def png(width: int, height: int, depth: int = 8, kind: int = 2, data: bytes = b"") -> bytes:
    """Return a PNG file with any header, and compressed data that need not fit it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )
