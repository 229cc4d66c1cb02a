"""Every configuration that we ship beside the default and the paper's can be planned, for a cluster."""

import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
CONFIGS = sorted(
    path.relative_to(REPO).as_posix()
    for folder in ("examples", "studies")
    for path in (REPO / "config" / folder).glob("*.yaml")
)

# A study that is laid over another file; its first weights, which its own commands make, are left out.
OVER = {"config/studies/wbc.yaml": (["config/examples/wbc.yaml"], ["model={weights: none}"])}


@pytest.mark.slow
@pytest.mark.parametrize("config", CONFIGS)
def test_a_configuration_is_planned(config: str, tmp_path: Path) -> None:
    below, changes = OVER.get(config, ([], []))
    files = [*below, config]
    third_party = any("../shared" in (REPO / file).read_text(encoding="utf-8") for file in files)
    if third_party and not (REPO.parent / "shared/data").is_dir():
        pytest.skip("third-party data (../shared/data) is not beside this checkout")
    command = [
        *(
            sys.executable,
            "-m",
            "snakemake",
            "-n",
            "--quiet",
            "all",
            "--nolock",
            "--profile",
            "profiles/slurm",
        ),
        *("--configfile", *files, "--config", f"results={tmp_path}", *changes),
    ]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
