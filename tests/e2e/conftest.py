"""Run the real workflow in a folder of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def snakemake(repo_root: Path) -> Run:
    """Return a function that runs snakemake on this checkout with another working directory."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(repo_root / "Snakefile")),
            *("--directory", str(folder), "--cores", "2", "--scheduler", "greedy", "--rerun-incomplete"),
            *("--configfile", str(repo_root / "tests/e2e/toy.yaml")),
        ]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=1500, check=False)

    return run


@pytest.fixture(scope="session")
def toy(snakemake: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished toy study."""
    folder = tmp_path_factory.mktemp("toy")
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return folder
