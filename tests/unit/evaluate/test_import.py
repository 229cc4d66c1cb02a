"""The public names load only what they need."""

import subprocess
import sys

import pytest

import blastvote.evaluate


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_importing_is_quick() -> None:
    slow = {"pandas", "scipy", "numba", "pycocotools", "statsmodels", "tensorflow", "matplotlib"}
    assert not slow & loaded_by("import blastvote.evaluate")
    names = "classification_scores, matterport_ap"
    assert not slow & loaded_by(f"from blastvote.evaluate import {names}")
    assert "tensorflow" not in loaded_by("from blastvote.evaluate import all_tables, score_run")


def test_every_public_name_exists() -> None:
    for name in dir(blastvote.evaluate):
        assert getattr(blastvote.evaluate, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        blastvote.evaluate.nothing  # noqa: B018
