"""A small simulated data set, used as local data."""

from pathlib import Path

import pytest

from blastvote.simulate import SimulationSettings, write_dataset

SETTINGS = SimulationSettings(width=128, height=128, pixel_size_um=0.25, images_per_class=3, seed=1)


@pytest.fixture(scope="session")
def smears(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of nine simulated smears; tests copy what they change."""
    folder = tmp_path_factory.mktemp("smears")
    write_dataset(folder, SETTINGS)
    return folder
