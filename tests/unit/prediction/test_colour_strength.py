"""Faded colours come back; others stay."""

import numpy as np
import pytest

from blastvote.prediction.colour_strength import FIELD_UM, LEAST, MOST_GAIN, strengthened

PIXEL_UM = 0.2


def smear() -> np.ndarray:
    image = np.full((300, 400, 3), 200, np.uint8)
    image[50:150, 60:160] = (130, 60, 160)
    return image


def faded(image: np.ndarray, strength: float) -> np.ndarray:
    grey = image.mean(2, keepdims=True)
    return np.rint(grey + strength * (image - grey)).astype(np.uint8)


def test_faded_colours_are_brought_back_to_those_of_weakly_coloured_smears():
    found = strengthened(faded(smear(), 0.5), PIXEL_UM)
    assert (found[0, 0] == 200).all()
    assert np.ptp(found[100, 100]) == pytest.approx(LEAST * 200, abs=3)
    np.testing.assert_allclose(found.mean(2), smear().mean(2), atol=1)


def test_strong_colours_stay_pixel_by_pixel():
    assert np.array_equal(strengthened(smear(), PIXEL_UM), smear())


def test_hardly_any_colour_grows_by_a_limited_factor():
    pale = faded(smear(), 0.1)
    assert np.ptp(strengthened(pale, PIXEL_UM)[100, 100]) == pytest.approx(
        MOST_GAIN * np.ptp(pale[100, 100]), abs=2
    )


@pytest.mark.parametrize("pixel_size", [0.1, None])
def test_a_picture_of_one_cell_and_one_of_unknown_scale_stay(pixel_size: float | None):
    pale = faded(smear(), 0.5)
    assert 0.1 * np.sqrt(300 * 400) < FIELD_UM
    assert np.array_equal(strengthened(pale, pixel_size), pale)
