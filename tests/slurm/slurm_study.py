"""A toy study on the sandbox's SLURM: start it, count what it submits, look at its trainings, hit them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
METHODS = ("none", "he")
TABLES = "results/tables/tables.md"

SBATCH = """#!/bin/sh
echo "$@" >> {folder}/sbatch.txt
case "$*" in
*"$FAIL_FOR"*)
    left=$(cat {folder}/failures.txt)
    if [ "$left" -gt 0 ]; then
        echo $((left - 1)) > {folder}/failures.txt
        echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
        exit 1
    fi ;;
esac
exec {sbatch} "$@"
"""


class Study:
    """A toy study with its trainings on GPUs of the partition `gpu`; every `sbatch` is written down.

    Parameters
    ----------
    folder
        Where it runs; may hold what an earlier study has made.
    failures, fail_for
        So many calls of `sbatch` fail whose words hold `fail_for`.
    """

    def __init__(self, folder: Path, failures: int = 0, fail_for: str = "rule_") -> None:
        self.folder = folder
        (folder / "failures.txt").write_text(str(failures), encoding="utf-8")
        (folder / "gpu.yaml").write_text("cluster: {jobs: {train: {partition: gpu, gpus: 1}}}\n")
        wrapper = folder / "bin" / "sbatch"
        wrapper.parent.mkdir()
        wrapper.write_text(SBATCH.format(folder=folder, sbatch=shutil.which("sbatch")), encoding="utf-8")
        wrapper.chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
            "FAIL_FOR": fail_for,
            "CUDA_VISIBLE_DEVICES": "-1",
        }

    def start(self, *arguments: str) -> subprocess.Popen:
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPO / "Snakefile")),
            *("--profile", str(REPO / "profiles/slurm"), "--latency-wait", "5"),
            *("--slurm-init-seconds-before-status-checks", "2"),
            *("--configfile", str(REPO / "tests/e2e/toy.yaml"), "gpu.yaml", *arguments),
        ]
        with (self.folder / "output.txt").open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def end(self, process: subprocess.Popen) -> None:
        """Wait for the study's good end."""
        status = process.wait(timeout=1500)
        assert status == 0, (self.folder / "output.txt").read_text(encoding="utf-8")[-6000:]
        assert not list((self.folder / "results/checkpoints").glob("*"))

    def submitted(self, rule: str = "") -> list[str]:
        path = self.folder / "sbatch.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [line for line in lines if f"rule_{rule}" in line]

    def log(self, method: str) -> str:
        return (self.folder / f"results/logs/train/{method}/seed1/fold0.log").read_text(encoding="utf-8")

    def epochs_logged(self, method: str) -> list[str]:
        return re.findall(r" (epoch \d+): loss", self.log(method))

    def checkpoints(self, method: str) -> Path | None:
        """Return the folder of a training's checkpoints, as soon as there is one."""
        for note in (self.folder / "results/checkpoints").glob("*/run.txt"):
            if note.read_text(encoding="utf-8") == f"{method}/seed1/fold0":
                return note.parent
        return None

    def owner(self, method: str) -> dict[str, Any]:
        """Return who trains: process id, SLURM job."""
        folder = self.checkpoints(method)
        assert folder is not None
        return json.loads((folder / "owner.json").read_text(encoding="utf-8"))

    def wait_for_checkpoint(self, process: subprocess.Popen, *methods: str) -> None:
        wait_for(
            lambda: all((f := self.checkpoints(method)) and (f / "state.npz").exists() for method in methods),
            process,
        )

    def suspend_after(self, epochs: Mapping[str, int], process: subprocess.Popen) -> None:
        """Suspend each training as soon as it has written so many checkpoints."""
        seen: dict[str, set[int]] = {method: set() for method in epochs}

        def suspended(method: str) -> bool:
            folder = self.checkpoints(method)
            if len(seen[method]) < epochs[method] and folder and (folder / "state.npz").exists():
                seen[method].add((folder / "state.npz").stat().st_mtime_ns)
                if len(seen[method]) == epochs[method]:
                    os.kill(self.owner(method)["pid"], signal.SIGSTOP)
            return len(seen[method]) == epochs[method]

        wait_for(lambda: sum(suspended(method) for method in epochs) == len(epochs), process, pause=0.005)


def wait_for(
    what: Callable[[], object], process: subprocess.Popen, seconds: float = 600, pause: float = 0.2
) -> None:
    """Wait until `what` is true, while the study runs."""
    deadline = time.monotonic() + seconds
    while not what():
        assert process.poll() is None, "the study ended too early"
        assert time.monotonic() < deadline
        time.sleep(pause)


def slurm(*command: str) -> str:
    """Return what a command of SLURM prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def running_trainings() -> list[str]:
    return slurm("squeue", "-h", "-p", "gpu", "-t", "RUNNING", "-o", "%i").split()


def state(job: str) -> str:
    """Return a job's state, also after its end."""
    return slurm("squeue", "-h", "--states=all", "-j", job, "-o", "%T").strip()


def steps(*jobs: str) -> list[int]:
    """Return the ids of SLURM's own processes of these jobs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            match = re.match(r"slurmstepd: \[(\d+)\.", path.read_text(encoding="utf-8"))
            if match and match[1] in jobs:
                found.append(int(path.parent.name))
    return found


def kill_steps(*jobs: str) -> None:
    """Kill what is left of SLURM's own processes of these jobs, which would be gone with a node that fails."""
    while left := steps(*jobs):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.2)


def bring_back(node: str, job: str) -> bool:
    """Let a failed node work again; return whether the job that SLURM had queued anew has started.

    SLURM holds a job, and drains its node, where it starts the job before the node has forgotten the job's first run.
    Then somebody has to release it (docs/after_a_crash.md).
    """
    if not re.match("idle|mixed|alloc", slurm("sinfo", "-h", "-n", node, "-o", "%T")):
        slurm("scontrol", "update", f"NodeName={node}", "State=RESUME")
    with suppress(subprocess.CalledProcessError):  # it has started meanwhile
        if "held" in slurm("squeue", "-h", "-j", job, "-o", "%r"):
            slurm("scontrol", "release", job)
        else:
            slurm("scontrol", "update", f"JobId={job}", "StartTime=now")  # SLURM waits two minutes by itself
    return state(job) != "PENDING"


def same_tables(folder: Path, other: Path) -> None:
    """Compare all tables byte for byte."""
    tables = sorted((other / "results/tables").iterdir())
    assert len(tables) > 20
    for path in tables:
        assert (folder / "results/tables" / path.name).read_bytes() == path.read_bytes(), path.name
