"""Every configuration that we ship can be planned, on this machine and for a cluster."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.study.planning import make_study

REPO = Path(__file__).resolve().parents[2]
CONFIGS = sorted(
    path.relative_to(REPO).as_posix()
    for path in (REPO / "config").rglob("*.yaml")
    if path.name != "paper.yaml"
)
CASES = [("slurm", path) for path in CONFIGS] + [("default", "config/config.yaml")]


def dry_run(profile: str, results: Path, *arguments: str) -> None:
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
            f"profiles/{profile}",
        ),
        *(["--cores", "2"] if profile == "default" else []),
        *("--configfile", *arguments, "--config", f"results={results}"),
    ]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "config"), CASES)
def test_a_configuration_is_planned(profile: str, config: str, tmp_path: Path) -> None:
    if (
        "../shared" in (REPO / config).read_text(encoding="utf-8")
        and not (REPO.parent / "shared/data").is_dir()
    ):
        pytest.skip("third-party data (../shared/data) is not beside this checkout")
    dry_run(profile, tmp_path, config)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["slurm", "default"])
def test_the_papers_setting_is_planned(profile: str, tmp_path: Path) -> None:
    study = make_study(tmp_path, 70, seeds=1, side=32)
    own = tmp_path / "own.yaml"
    text = study.read_text(encoding="utf-8").replace('"smears"', f'"{tmp_path}/smears"')
    own.write_text(text.replace('"via.json"', f'"{tmp_path}/via.json"').replace('"labels.csv"', '""'))
    dry_run(profile, tmp_path / "results", "config/paper.yaml", str(own))
