"""Files that appear whole or not at all, and the folder of those that can be made again."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of what can be fetched or made again.

    It is ``$MRCNN_CACHE``, or ``mrcnn`` in the user's cache folder.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("MRCNN_CACHE") or base / "mrcnn")


@contextmanager
def atomic_path(path: str | os.PathLike[str], durable: bool = False) -> Iterator[Path]:
    """Give a temporary sibling of ``path``; rename it to ``path`` when the block ends well, else remove it.

    The temporary name keeps the suffix (writers choose the format by it) and starts with a dot. Missing
    parent folders are made.

    Parameters
    ----------
    path
        The file to write.
    durable
        Wait until the disk has the content before the rename, so that a crash of the machine leaves the file as it was
        before: for checkpoints. It costs milliseconds per file.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with atomic_path(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem[:100]}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        if durable:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
