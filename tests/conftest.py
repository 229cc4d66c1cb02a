"""Fixtures every test may use."""

from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent


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
