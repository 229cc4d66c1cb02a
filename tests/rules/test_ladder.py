"""The rule `dose_response` is there where scenes are photographed under a ladder of lights, and only there."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("steps", "there"), [(1, True), (0, False)])
def test_the_ladder_has_its_tables_and_plots(
    tmp_path: Path, repo_root: Path, steps: int, there: bool
) -> None:
    simulated = f"{{images_per_class: 6, options: {{images_per_patient: 1, light_steps: {steps}}}}}"
    command = [
        *(sys.executable, "-m", "snakemake", "-n", "--cores", "1", "--directory", str(tmp_path)),
        *("--snakefile", str(repo_root / "Snakefile")),
        *("--config", f"dataset={{simulated: {simulated}}}", "images_per_job=1000"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    planned = [
        name for name in ("dose_response.csv", "dose_slopes.csv", "dose_response_ap.svg") if name in text
    ]
    assert (len(planned) == 3) is there and (len(planned) == 0) is not there
    assert ("L1_0001_washedout1.png" in text) is there
