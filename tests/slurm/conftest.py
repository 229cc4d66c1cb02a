"""SLURM itself, and a study of which all but the trainings is made."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sandbox
from debian import UnavailableError


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Start SLURM for the tests of a module, or skip them where it cannot be had."""
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/var/tmp"))
    try:
        sandbox.start(folder / "slurm")
    except UnavailableError as reason:
        shutil.rmtree(folder)
        pytest.skip(str(reason))
    yield
    sandbox.stop(folder / "slurm")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def untrained(toy: Path, tmp_path: Path) -> Path:
    """Return a copy of the toy study that ends before its trainings."""
    folder = tmp_path / "study"
    shutil.copytree(toy, folder)
    for name in ("runs", "tables", "plots", "report", "logs", "tensorboard"):
        shutil.rmtree(folder / "results" / name, ignore_errors=True)
    return folder
