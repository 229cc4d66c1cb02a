"""One owner per checkpoint folder: a second waits, a dead one is followed, one that was overtaken ends."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from blastvote.errors import InputError
from blastvote.segmentation.training.lease import OWNER_FILE, Lease, read_owner


def lease(folder: Path) -> Lease:
    return Lease(folder, "he/seed1/fold0", beat=0.02, patience=0.3)


def test_the_owner_is_named_and_gives_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "77")
    with lease(tmp_path / "new") as held:
        owner = read_owner(tmp_path / "new" / OWNER_FILE) or {}
        assert (owner["pid"], owner["host"], owner["slurm_job"]) == (os.getpid(), socket.gethostname(), "77")
        held.check()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_second_one_waits_for_the_first(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with lease(tmp_path):
            order.append("second")

    with lease(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.6)  # twice the patience: the first one's touches keep it alive
        order.append("first")
    thread.join(timeout=5)
    assert order == ["first", "second"]


def test_a_killed_owner_on_this_machine_is_followed_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from blastvote.segmentation.training.lease import Lease; "
        "Lease(Path(sys.argv[1]), 'x').__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert read_owner(tmp_path / OWNER_FILE)
    with Lease(tmp_path, "x", beat=1, patience=3600) as held:
        held.check()


def test_a_silent_owner_elsewhere_is_followed_and_notices(tmp_path: Path) -> None:
    first = lease(tmp_path)
    first._touch = lambda: None  # type: ignore[method-assign]  # stands still, as after SIGSTOP
    with first:
        note = read_owner(tmp_path / OWNER_FILE) or {}
        (tmp_path / OWNER_FILE).write_text(json.dumps(note | {"host": "elsewhere"}), encoding="utf-8")
        with lease(tmp_path) as second:
            second.check()
            with pytest.raises(InputError, match="taken over"):
                first.check()
        assert not (tmp_path / OWNER_FILE).exists()


@pytest.mark.parametrize("links", [True, False])
def test_only_one_of_many_gets_it(links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError("this file system has no links")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    inside, most = [], []

    def work() -> None:
        with lease(tmp_path):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert most == [1] * 6
