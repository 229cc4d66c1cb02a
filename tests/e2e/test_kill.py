"""`kill -9` of everything at seeded moments: one documented command goes on, the tables are the same, byte for byte."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
CHECKPOINT = "a training's checkpoint"
EARLY = ["Simulating", "Enhancing", "Checking", "Splitting", "Flipping training images", "Training"]
LATE = ["Segmenting", "Scoring", "Writing the tables", "Drawing"]
LONGER = ["--config", "training={epochs: 12}"]


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


def start_and_kill(folder: Path, arguments: list[str], moment: str, seconds: float) -> None:
    """Start the study; kill its whole group some seconds after it said a word, or after it wrote a checkpoint."""
    known, output = states(folder), folder / "output.txt"
    with output.open("ab") as file:
        size = file.tell()
        process = subprocess.Popen(
            command(folder, *arguments), stdout=file, stderr=file, start_new_session=True
        )

    def come() -> bool:
        if moment == CHECKPOINT:
            return any(known.get(path) != time_ns for path, time_ns in states(folder).items())
        return (
            re.search(rb"^Job \d+: " + moment.encode(), output.read_bytes()[size:], re.MULTILINE) is not None
        )

    try:
        deadline = time.monotonic() + 1500
        while not come():
            assert process.poll() is None, f"the study ended before {moment}"
            assert time.monotonic() < deadline, f"no {moment} within 1500 s"
            time.sleep(0.05)
        time.sleep(seconds)
        assert process.poll() is None, f"the study ended within {seconds:.1f} s after {moment}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def states(folder: Path) -> dict[Path, int]:
    """Return the checkpoints and when they were written."""
    return {path: path.stat().st_mtime_ns for path in (folder / "results/checkpoints").glob("*/state.npz")}


def tables_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "results/tables").iterdir())}


def goes_on(folder: Path, arguments: list[str], moments: list[str], seed: int) -> None:
    """Kill the study at these moments, one after another, then let it end."""
    draw = random.Random(seed)
    for moment in moments:
        start_and_kill(folder, arguments, moment, draw.uniform(0, 1))
        unlocked = subprocess.run(
            command(folder, *arguments, "--unlock"), capture_output=True, text=True, check=False
        )
        assert unlocked.returncode == 0, unlocked.stderr[-2000:]
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, check=False, timeout=1500
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert not list((folder / "results/checkpoints").glob("*"))


@pytest.mark.slow
def test_a_study_that_is_killed_gives_the_same_tables(toy: Path, tmp_path: Path) -> None:
    goes_on(tmp_path, [], ["Enhancing", CHECKPOINT, CHECKPOINT, "Scoring"], seed=1)
    assert tables_of(tmp_path) == tables_of(toy)
    logs = [path.read_text(encoding="utf-8") for path in (tmp_path / "results/logs/train").rglob("*.log")]
    assert any(log.count("=====\n") > 1 and "resuming after" in log for log in logs)


@pytest.mark.slow
@pytest.mark.full
def test_twenty_kills_in_every_stage(tmp_path: Path) -> None:
    reference, killed = tmp_path / "reference", tmp_path / "killed"
    for folder in (reference, killed):
        folder.mkdir()
    goes_on(reference, LONGER, [], seed=0)
    goes_on(killed, LONGER, [*EARLY, *[CHECKPOINT] * 10, *LATE], seed=2)
    assert tables_of(killed) == tables_of(reference)
