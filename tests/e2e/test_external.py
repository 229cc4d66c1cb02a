"""The toy study's own detections, exported and read again as those of another tool: the same tables, no TensorFlow."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow


def tables_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "results/tables").iterdir())}


def test_ours_read_again_give_the_same_tables(
    toy: Path, snakemake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "blastvote.cli", "export", "--results", str(toy / "results")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "cells")], capture_output=True, text=True, timeout=300, check=True
    )
    # Every process, jobs included, lists what it imports.
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    again = tmp_path / "again"
    again.mkdir()
    run = snakemake(again, "--config", done.stdout.strip().replace("segmenter: ", "segmenter="))
    output = run.stdout + run.stderr
    assert run.returncode == 0, output[-4000:]
    imported = set(re.findall(r"^import time:.*\| +(\S+)$", output, re.MULTILINE))
    assert {"blastvote.evaluate.tables.all_tables", "blastvote.report.build"} <= imported
    assert not {name for name in imported if name.split(".")[0] in ("tensorflow", "keras")}
    assert tables_of(again) == tables_of(toy)
    record = pd.read_csv(again / "results/data/external.csv")
    assert (record[["n_detections", "n_test"]] > 0).all(axis=None)
    assert not list((again / "results/runs").rglob("*.h5"))
    assert (again / "results/report/index.html").is_file()
