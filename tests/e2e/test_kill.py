"""`kill -9` of everything at seeded moments: one documented command goes on, the tables are the same, byte for byte."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
LONGER = ["--config", "training={epochs: 6}"]


def command(folder: Path, *arguments: str) -> list[str]:
    return [
        *(
            sys.executable,
            "-m",
            "snakemake",
            "--snakefile",
            str(REPO / "Snakefile"),
            "--directory",
            str(folder),
        ),
        *("--cores", "2", "--scheduler", "greedy", "--rerun-incomplete"),
        *("--configfile", str(REPO / "tests/e2e/toy.yaml"), *arguments),
    ]


def start_and_kill(folder: Path, arguments: list[str], seconds: float, checkpoint: bool) -> bool:
    """Start the study; kill its whole group some seconds after its start, or after a checkpoint is written.

    Returns whether a training had a checkpoint. A study that ends before is not killed.
    """
    with (folder / "output.txt").open("ab") as output:
        process = subprocess.Popen(
            command(folder, *arguments), stdout=output, stderr=output, start_new_session=True
        )
    known = {path: path.stat().st_mtime_ns for path in states(folder)}
    deadline = time.monotonic() + 300
    while checkpoint and process.poll() is None and time.monotonic() < deadline:
        if any(known.get(path) != path.stat().st_mtime_ns for path in states(folder)):
            break
        time.sleep(0.05)
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return bool(states(folder))


def states(folder: Path) -> list[Path]:
    return [path for path in (folder / "results/checkpoints").glob("*/state.npz") if path.is_file()]


def tables_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "results/tables").iterdir())}


def goes_on(folder: Path, arguments: list[str], kills: int, seed: int) -> int:
    """Kill the study `kills` times, then let it end; return how many kills came after a first checkpoint."""
    draw = random.Random(seed)
    late = 0
    for number in range(kills):
        checkpoint = number % 2 == 1
        seconds = draw.uniform(0, 2) if checkpoint else draw.uniform(4, 20)
        late += start_and_kill(folder, arguments, seconds, checkpoint)
        unlocked = subprocess.run(
            command(folder, *arguments, "--unlock"), capture_output=True, text=True, check=False
        )
        assert unlocked.returncode == 0, unlocked.stderr[-2000:]
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, check=False, timeout=1500
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return late


@pytest.mark.slow
def test_a_study_that_is_killed_gives_the_same_tables(toy: Path, tmp_path: Path) -> None:
    goes_on(tmp_path, [], kills=4, seed=1)
    assert tables_of(tmp_path) == tables_of(toy)
    assert not list((tmp_path / "results/checkpoints").glob("*"))
    logs = [path.read_text(encoding="utf-8") for path in (tmp_path / "results/logs/train").rglob("*.log")]
    assert any(log.count("=====\n") > 1 and "resuming after" in log for log in logs)


@pytest.mark.slow
@pytest.mark.full
def test_twenty_kills_in_every_stage(tmp_path: Path) -> None:
    reference, killed = tmp_path / "reference", tmp_path / "killed"
    for folder in (reference, killed):
        folder.mkdir()
    goes_on(reference, LONGER, kills=0, seed=0)
    late = goes_on(killed, LONGER, kills=20, seed=2)
    assert late >= 10, f"only {late} kills came after a checkpoint"
    assert tables_of(killed) == tables_of(reference)
