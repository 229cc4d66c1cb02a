"""Fixtures every test may use."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure, and the same code passes or fails every time: `--hypothesis-profile=explore` draws
# other examples (CONTRIBUTING.md, before a release).
settings.register_profile("blastvote", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("blastvote")

REPO = Path(__file__).resolve().parent.parent
Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Return the root of the checkout."""
    return REPO


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Return the folder of third-party data beside the checkout, or skip where there is none."""
    folder = REPO.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("third-party data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def snakemake() -> Run:
    """Return a function that runs snakemake on this checkout with another working directory."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(REPO / "Snakefile")),
            *("--directory", str(folder), "--cores", "2", "--scheduler", "greedy", "--rerun-incomplete"),
            *("--configfile", str(REPO / "tests/e2e/toy.yaml")),
        ]
        return subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=1500, check=False
        )

    return run


@pytest.fixture(scope="session")
def toy(snakemake: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished toy study."""
    folder = tmp_path_factory.mktemp("toy")
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return folder
