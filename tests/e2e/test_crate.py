"""The crate of a finished study under the profiles' own validator, without a network but for its packages."""

import json
import subprocess
import venv
from pathlib import Path

import pytest

from blastvote.study.crate import write_crate

PACKAGES = ["roc-validator==0.13.0", "rocrate==0.13.0"]
PROFILES = ["process-run-crate-0.5", "workflow-run-crate-0.5", "workflow-ro-crate-1.0"]


@pytest.fixture
def validator(tmp_path: Path) -> Path:
    """Return the folder of programs of an environment with roc-validator, whose dependencies are none of ours."""
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv/bin"
    done = subprocess.run(
        [programs / "python", "-m", "pip", "install", "--quiet", *PACKAGES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"{' and '.join(PACKAGES)} cannot be installed: {done.stderr.strip()[-200:]}")
    return programs


def refusal(validator: Path, crate: Path, cache: Path, profile: str) -> str:
    """Return what the validator says against a crate; nothing if it has no error."""
    done = subprocess.run(
        [validator / "rocrate-validator", "-y", "validate", crate, "--offline", "--cache-path", cache,
         "--profile-identifier", profile, "--no-paging", "--verbose"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.slow
@pytest.mark.full
def test_no_error_under_any_profile_that_the_crate_names(toy: Path, validator: Path, tmp_path: Path) -> None:
    crate, cache = tmp_path / "crate", tmp_path / "cache"
    write_crate(toy / "results", crate)
    contexts = Path(__file__).with_name("offline_contexts.py")
    subprocess.run([validator / "python", contexts, cache, crate], check=True)
    whole = [refusal(validator, crate, cache, profile) for profile in PROFILES]
    assert whole == [""] * len(PROFILES)

    description = crate / "ro-crate-metadata.json"
    graph = json.loads(description.read_text(encoding="utf-8"))
    next(entity for entity in graph["@graph"] if entity["@type"] == "CreateAction").pop("instrument")
    description.write_text(json.dumps(graph), encoding="utf-8")
    assert "instrument" in refusal(validator, crate, cache, PROFILES[0])
