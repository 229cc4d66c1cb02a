"""Wrong settings stop at once and say what is expected."""

import pytest

from blastvote.errors import InputError
from blastvote.simulate import SimulationSettings

BAD = [
    ("width", 10),
    ("width", 64.5),
    ("height", 100_000),
    ("pixel_size_um", 0),
    ("pixel_size_um", "0.2"),
    ("images_per_class", 0),
    ("images_per_class", True),
    ("images_per_class", (3, 4)),
    ("light_steps", -1),
    ("light_steps", 1.5),
    ("seed", -1),
    ("cells", (5, 2)),
    ("cells", (0, 2)),
    ("cells", 4),
    ("cells", (1, 2, 3)),
    ("odd_share", 0.5),
    ("odd_share", float("nan")),
    ("lighting_severity", 1.5),
    ("stain_variation", -0.1),
    ("images_per_patient", 0),
    ("jpeg_quality", (0, 90)),
    ("jpeg_quality", (90, 101)),
    ("image_format", "tiff"),
    ("realism", "real"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_value_is_named(name, value):
    with pytest.raises(InputError, match=name) as error:
        SimulationSettings(**{name: value})
    assert repr(value) in str(error.value)


def test_field_too_small_for_a_cell():
    with pytest.raises(InputError, match="pixel_size_um to at least"):
        SimulationSettings(width=128, height=96, pixel_size_um=0.1)


def test_defaults_are_valid():
    assert SimulationSettings().width == 640
