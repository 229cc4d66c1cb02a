"""The colour of the light is taken out of a photograph, and nothing else."""

import numpy as np
import pytest

from blastvote.prediction.white_balance import SEEN, is_grey, white_balanced


def smear(light=(1.0, 1.0, 1.0)) -> np.ndarray:
    image = np.full((300, 400, 3), 200, np.uint8)
    image[50:150, 60:160] = (140, 90, 150)
    return np.rint(image * np.array(light)).astype(np.uint8)


@pytest.mark.parametrize("light", [(1, 1, 1), (0.95, 1, 0.92), (0.6, 0.6, 0.6)])
def test_light_that_training_saw_stays(light):
    assert np.array_equal(white_balanced(smear(light)), smear(light))


def test_a_warm_lamp_is_taken_out_to_the_edge_of_what_training_saw():
    lit = smear((1.0, 0.92, 0.6))
    found = white_balanced(lit)
    red, _, blue = found[0, 0] / found[0, 0, 1]
    assert (round(red, 2), round(blue, 2)) == (1.09, SEEN[0])  # red was at 1.087: inside
    assert np.array_equal(found[..., :2], lit[..., :2])
    cell = found[100, 100] / lit[100, 100]
    assert cell[2] == pytest.approx(SEEN[0] * 0.92 / 0.6, abs=0.02)


def test_no_channel_is_changed_beyond_reason():
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., :2] = 200
    image[..., 2] = 10
    assert white_balanced(image)[..., 2].max() == 20


def test_grey_photographs_are_known():
    assert not is_grey(smear())
    assert is_grey(np.repeat(smear()[..., :1], 3, axis=2))
