"""The workflow is found where the catalogue looks, and can be used as a module; every configuration is planned."""

import subprocess
import sys
from pathlib import Path

import pytest


def plan(snakefile: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "rules", "--cores", "2"]
    where = ["--snakefile", str(snakefile), "--directory", str(folder)]
    done = subprocess.run(
        [*command, *where, *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done


def test_the_catalogues_snakefile_plans_the_study(tmp_path: Path, repo_root: Path) -> None:
    done = plan(repo_root / "workflow/Snakefile", tmp_path)
    assert "train" in done.stdout + done.stderr


def test_the_workflow_is_a_module(tmp_path: Path, repo_root: Path) -> None:
    snakefile = tmp_path / "Snakefile"
    snakefile.write_text(
        f'configfile: "{repo_root}/config/config.yaml"\n'
        f'module smears:\n    snakefile: "{repo_root}/workflow/Snakefile"\n    config: config\n'
        "use rule * from smears as smears_*\n",
        encoding="utf-8",
    )
    done = plan(snakefile, tmp_path, "smears_all")
    assert "smears_train" in done.stdout + done.stderr


@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_a_profile_plans_the_study(profile: str, tmp_path: Path, repo_root: Path) -> None:
    plan(repo_root / "Snakefile", tmp_path, "--profile", str(repo_root / "profiles" / profile))
