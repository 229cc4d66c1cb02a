"""The colour of the light is taken out of a photograph, and nothing else."""

import numpy as np

from blastvote.prediction.white_balance import white_balanced


def smear() -> np.ndarray:
    image = np.full((300, 400, 3), 200, np.uint8)
    image[50:150, 60:160] = (140, 90, 150)
    return image


def test_a_neutral_photograph_stays_as_it_is():
    assert np.array_equal(white_balanced(smear()), smear())


def test_a_lamp_is_taken_out():
    lit = np.rint(smear() * np.array([1.0, 0.92, 0.78])).astype(np.uint8)
    found = white_balanced(lit)
    assert (np.abs(found.astype(int) - np.rint(smear() * 0.92)) <= 2).all()
    assert np.array_equal(found[..., 1], lit[..., 1])


def test_no_channel_is_changed_beyond_reason():
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., :2] = 200
    image[..., 2] = 10
    assert white_balanced(image)[..., 2].max() == 20
