"""One owner for a folder of checkpoints, across processes and machines.

The owner's file ``owner.json`` says who it is and is touched every few seconds. Whoever comes second waits until the
first is done, or takes over once nothing has touched the file for a while. Clocks of machines are never compared: a
waiting process looks whether the time stamp *changes*.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from blastvote.errors import InputError

LOGGER = logging.getLogger(__name__)
OWNER_FILE = "owner.json"
RUN_FILE = "run.txt"
"""Names, in a folder of checkpoints, the run that it belongs to."""


class Lease:
    """Own a folder while a ``with`` block runs.

    Parameters
    ----------
    folder
        What is owned; made if need be.
    name
        What the owner's file calls the work, such as ``he/seed1/fold0``.
    beat, patience
        Seconds between two touches of the file, and seconds without one after which its owner counts as dead. An owner
        on this machine whose process has ended counts as dead at once.
    """

    def __init__(self, folder: Path, name: str, beat: float = 5.0, patience: float = 60.0) -> None:
        self.path = folder / OWNER_FILE
        self.name, self.beat, self.patience = name, beat, patience
        self.token = uuid.uuid4().hex
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        """Wait until the folder is ours."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        waited = False
        while not self._create():
            owner = read_owner(self.path)
            if owner is not None and not waited:
                LOGGER.warning(
                    "%s: %s is being trained by %s; waiting for its end. If that is not so, stop this job and remove "
                    "the file %s.", self.name, owner.get("name"), describe(owner), self.path,
                )  # fmt: skip
                waited = True
            if self._is_dead(owner):
                self._bury(owner)
        threading.Thread(target=self._touch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the folder back, if it is still ours."""
        self._ended.set()
        if self.held():
            self.path.unlink(missing_ok=True)

    def held(self) -> bool:
        """Return whether the folder is (still) ours."""
        return (read_owner(self.path) or {}).get("token") == self.token

    def check(self) -> None:
        """Raise `InputError` if another process has taken over, as after a long suspension of this one."""
        if not self.held():
            owner = read_owner(self.path) or {}
            raise InputError(
                f"{self.name}: {describe(owner)} has taken over {self.path.parent} while this process stood still. "
                "This process ends; nothing is lost."
            )

    def _create(self) -> bool:
        note = {
            "name": self.name,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "slurm_job": os.environ.get("SLURM_JOB_ID", ""),
            "token": self.token,
        }
        part = self.path.with_name(f".{self.token}.part")
        part.write_text(json.dumps(note), encoding="utf-8")
        try:
            _link(part, self.path)
        except FileExistsError:
            return False
        finally:
            part.unlink()
        return True

    def _is_dead(self, owner: dict[str, Any] | None) -> bool:
        """Watch the owner for one beat, or until its patience is over where it stands still."""
        if owner and owner.get("host") == socket.gethostname() and not _runs(int(owner.get("pid", 0))):
            return True
        before, since = self._stamp(), time.monotonic()
        while time.monotonic() - since < self.patience:
            time.sleep(min(self.beat, self.patience))
            if self._stamp() != before:
                return False
        return True

    def _bury(self, owner: dict[str, Any] | None) -> None:
        """Put the dead owner's file away, unless another process was quicker."""
        grave = self.path.with_name(f".{self.token}.dead")
        try:
            self.path.rename(grave)
        except FileNotFoundError:
            return
        if (read_owner(grave) or {}).get("token") != (owner or {}).get("token"):
            _link(grave, self.path)  # it was of a living one that had come in between
        else:
            end = "ended without giving its checkpoints back; going on from them"
            LOGGER.warning("%s: %s %s", self.name, describe(owner), end)
        grave.unlink()

    def _stamp(self) -> int | None:
        try:
            return self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def _touch(self) -> None:
        while not self._ended.wait(self.beat):
            if not self.held():
                return
            os.utime(self.path)


def read_owner(path: Path) -> dict[str, Any] | None:
    """Return what an owner's file says; None where there is none that can be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def describe(owner: dict[str, Any] | None) -> str:
    """Return who an owner is, in words."""
    owner = owner or {}
    job = f", SLURM job {owner['slurm_job']}" if owner.get("slurm_job") else ""
    return f"process {owner.get('pid', '?')} on {owner.get('host', '?')}{job}"


def _link(source: Path, target: Path) -> None:
    """Give `target` the content of `source`, whole, and only if there is no such file: also on NFS."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except (
        OSError
    ):  # a file system without links: the file may be seen before its content, which then counts as silent
        with target.open("x", encoding="utf-8") as file:
            file.write(source.read_text(encoding="utf-8"))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
