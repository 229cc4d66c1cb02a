"""Fields are brought to white light and strong colours; pictures of one cell only to light that training has seen."""

import numpy as np
import pytest

from blastvote.prediction.colour_strength import LEAST
from blastvote.prediction.light import FIELD_UM, normalised
from blastvote.prediction.white_balance import SEEN


def faded_smear(red: float, blue: float) -> np.ndarray:
    """Return a smear of a pale cell under a lamp."""
    image = np.full((300, 400, 3), 200, np.uint8)
    image[50:150, 60:160] = (175, 150, 185)
    return np.rint(image * np.array([red, 1, blue])).astype(np.uint8)


def test_a_field_gets_white_light_and_strong_colours() -> None:
    found = normalised(faded_smear(1.0, 0.7), 1.01 * FIELD_UM / np.sqrt(300 * 400))
    assert np.ptp(found[0, 0].astype(int)) <= 1
    assert np.ptp(found[100, 100].astype(int)) == pytest.approx(LEAST * 200, abs=4)


@pytest.mark.parametrize("pixel_size", [0.99 * FIELD_UM / np.sqrt(300 * 400), None])
def test_a_picture_of_one_cell_keeps_its_colours(pixel_size: float | None) -> None:
    lit = faded_smear(0.95, 0.7)
    found = normalised(lit, pixel_size)
    assert np.array_equal(found[..., :2], lit[..., :2])  # red lies inside what training saw
    assert found[0, 0, 2] == pytest.approx(SEEN[0] * 200, abs=1)
