"""The toy study on a real SLURM: main process killed and restarted; the tables are those of a local run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import sandbox

REPO = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def slurm() -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/var/tmp"))
    try:
        sandbox.start(folder / "slurm")
    except sandbox.UnavailableError as reason:
        shutil.rmtree(folder)
        pytest.skip(str(reason))
    yield
    sandbox.stop(folder / "slurm")
    shutil.rmtree(folder, ignore_errors=True)


class Study:
    """A toy study on SLURM; every sbatch is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "sbatch.txt"
        wrapper = folder / "bin" / "sbatch"
        wrapper.parent.mkdir()
        real = shutil.which("sbatch")
        wrapper.write_text(f'#!/bin/sh\necho "$@" >> {self.calls}\nexec {real} "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
        (folder / "gpu.yaml").write_text("cluster: {jobs: {train: {partition: gpu, gpus: 1}}}\n")
        self.environment = os.environ | {
            "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
            "CUDA_VISIBLE_DEVICES": "-1",
        }

    def start(self, *arguments: str) -> subprocess.Popen:
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPO / "Snakefile")),
            *("--profile", str(REPO / "profiles/slurm"), "--slurm-init-seconds-before-status-checks", "2"),
            *(
                "--latency-wait",
                "5",
                "--configfile",
                str(REPO / "tests/e2e/toy.yaml"),
                "gpu.yaml",
                *arguments,
            ),
        ]
        output = (self.folder / "output.txt").open("ab")
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def submitted(self, rule: str = "") -> list[str]:
        lines = self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []
        return [line for line in lines if f"rule_{rule}" in line]

    def ended(self, process: subprocess.Popen) -> None:
        status = process.wait(timeout=900)
        assert status == 0, (self.folder / "output.txt").read_text(encoding="utf-8")[-6000:]


def wait_for(what: Callable[[], object], process: subprocess.Popen, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert process.poll() is None, "the study ended too early"
        assert time.monotonic() < deadline
        time.sleep(0.2)


def running_trainings() -> list[str]:
    done = subprocess.run(
        ["squeue", "-h", "-p", "gpu", "-t", "RUNNING", "-o", "%i"], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_killed_study_goes_on_and_no_training_is_lost_or_done_twice(
    slurm: None, toy: Path, tmp_path: Path
) -> None:
    study = Study(tmp_path)
    first = study.start()
    wait_for(lambda: len(running_trainings()) == 2, first)  # side by side, one GPU each
    wait_for(lambda: list((tmp_path / "results/checkpoints").glob("*/owner.json")), first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    study.ended(study.start("--unlock"))
    study.ended(study.start())

    trainings = study.submitted("train")
    assert all("-p gpu" in line and "--gpus=1" in line and "--mem" in line for line in trainings)
    assert len(study.submitted()) - len(trainings) + 2 <= 25
    for method in ("none", "he"):
        history = pd.read_csv(tmp_path / f"results/runs/{method}/seed1/fold0/history.csv")
        assert list(history["epoch"]) == [1, 2]
        log = (tmp_path / f"results/logs/train/{method}/seed1/fold0.log").read_text(encoding="utf-8")
        assert re.findall(r"SLURM job \d+ =====", log)
        assert log.count("epoch 1/2, step 3/3") == log.count("epoch 2/2, step 3/3") == 1
    assert not list((tmp_path / "results/checkpoints").glob("*"))
    for path in (toy / "results/tables").iterdir():
        assert (tmp_path / "results/tables" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.full
@pytest.mark.parametrize("blow", ["scancel", "drain", "timeout"])
def test_a_training_survives(blow: str, slurm: None, toy: Path, tmp_path: Path) -> None:
    study = Study(tmp_path)
    process = study.start()
    wait_for(lambda: list((tmp_path / "results/checkpoints").glob("*/state.npz")), process)
    node = subprocess.run(
        ["sinfo", "-h", "-o", "%n"], capture_output=True, text=True, check=True
    ).stdout.split()[0]
    jobs = running_trainings()
    if blow == "scancel" and jobs:
        subprocess.run(["scancel", jobs[0]], check=False)
    elif blow == "timeout" and jobs:
        subprocess.run(["scontrol", "update", f"JobId={jobs[0]}", "TimeLimit=0:01"], check=False)
    elif blow == "drain":
        subprocess.run(["scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test"], check=True)
        time.sleep(20)
        subprocess.run(["scontrol", "update", f"NodeName={node}", "State=RESUME"], check=True)
    study.ended(process)
    for path in (toy / "results/tables").iterdir():
        assert (tmp_path / "results/tables" / path.name).read_bytes() == path.read_bytes(), path.name
