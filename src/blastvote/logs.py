"""Logging of a workflow script: its log file and stderr, tracebacks included."""

from __future__ import annotations

import logging
import os
import socket
import sys
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from blastvote.errors import REMEDIES, InputError, describe
from blastvote.wording import printable

LOGGER = logging.getLogger("blastvote")


class _LogFile(logging.FileHandler):
    """A log that loses lines on a full disk: what fails by that says so, once, not each line by a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def configure_logging(path: Path | str | None = None, level: int = logging.INFO) -> None:
    """Send the messages of blastvote, mrcnn and `warnings` to stderr, and to the file at `path`.

    The file keeps what earlier attempts wrote; each attempt starts with a line that says when, where and as what.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path:
        _restore_earlier_attempts(Path(path))
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(_header())
        handlers.append(_LogFile(path, mode="a", encoding="utf-8"))
    for handler in handlers:
        handler.addFilter(_without_commands)
    logging.basicConfig(
        level=logging.WARNING,
        handlers=handlers,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
    for name in ("blastvote", "mrcnn"):
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    warnings.simplefilter("default", UserWarning)


def _restore_earlier_attempts(path: Path) -> None:
    """Give a log back what earlier attempts wrote, and keep it from now on.

    Snakemake removes the log of a job before it starts the job. A second name of the same file, hidden beside it, keeps
    the content. On a file system without hard links the log holds the last attempt alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.with_name(f".{path.name}")
    try:
        if kept.exists() and not (path.exists() and path.stat().st_size):
            path.unlink(missing_ok=True)
            os.link(kept, path)
        path.touch()
        if not kept.exists():
            os.link(path, kept)
    except OSError:
        LOGGER.debug("%s: cannot keep the logs of earlier attempts here", path, exc_info=True)


def _without_commands(record: logging.LogRecord) -> bool:
    """Write out control characters that a file's content brought into a message: a terminal would obey them."""
    record.msg, record.args = printable(record.getMessage(), keep="\n\t"), None
    return True


def _header() -> str:
    job = os.environ.get("SLURM_JOB_ID")
    where = f"{socket.gethostname()}, process {os.getpid()}" + (f", SLURM job {job}" if job else "")
    return f"===== {datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}, {where} =====\n"


def run_script(main: Callable[[Any], None], snakemake: Any) -> None:
    """Run a rule's ``main(snakemake)`` with its log; a user's mistake ends with its message alone.

    Parameters
    ----------
    main
        The script's function of Snakemake's script object.
    snakemake
        Snakemake's script object (or a stand-in with the same attributes).

    Raises
    ------
    SystemExit
        With status 1 after an error, which then stands in the log.
    """
    try:
        configure_logging(snakemake.log[0] if snakemake.log else None)
        main(snakemake)
    except InputError as error:
        LOGGER.error("Error: %s", error)
        sys.exit(1)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in REMEDIES:
            LOGGER.error("Error: %s", describe(error))
        else:
            LOGGER.exception("Rule '%s' failed", snakemake.rule)
        sys.exit(1)
