"""One annotation file, and what it must be read as."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Sample:
    """An annotation file with the one cell of `cell`.

    Attributes
    ----------
    file
        The file's name.
    content
        Text, bytes, or anything else for JSON.
    format
        The name of the format that must know it.
    image, class_name
        What it calls image and class.
    beside
        Name to text of the files that must lie beside it.
    """

    file: str
    content: Any
    format: str
    image: str = "a.png"
    class_name: str = "L1"
    beside: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """Return the content as it lies in the file."""
        if isinstance(self.content, bytes):
            return self.content
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        return text.encode()

    def write(self, folder: Path) -> Path:
        """Write the file and those beside it; return its path."""
        files = {name: text.encode() for name, text in self.beside.items()} | {self.file: self.as_bytes()}
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder / self.file
