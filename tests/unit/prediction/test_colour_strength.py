"""Faded colours come back; others stay."""

import numpy as np
import pytest

from blastvote.prediction.colour_strength import LEAST, MOST_GAIN, strengthened


def smear() -> np.ndarray:
    image = np.full((300, 400, 3), 200, np.uint8)
    image[50:150, 60:160] = (130, 60, 160)
    return image


def faded(image: np.ndarray, strength: float) -> np.ndarray:
    grey = image.mean(2, keepdims=True)
    return np.rint(grey + strength * (image - grey)).astype(np.uint8)


def test_faded_colours_are_brought_back_to_those_of_weakly_coloured_smears():
    found = strengthened(faded(smear(), 0.5))
    assert (found[0, 0] == 200).all()
    assert np.ptp(found[100, 100]) == pytest.approx(LEAST * 200, abs=3)
    np.testing.assert_allclose(found.mean(2), smear().mean(2), atol=1)


def test_strong_colours_stay_pixel_by_pixel():
    assert np.array_equal(strengthened(smear()), smear())


def test_hardly_any_colour_grows_by_a_limited_factor():
    pale = faded(smear(), 0.1)
    assert np.ptp(strengthened(pale)[100, 100]) == pytest.approx(MOST_GAIN * np.ptp(pale[100, 100]), abs=2)
