"""Light and sharpness of photographs."""

import cv2
import numpy as np
import pytest

from blastvote.dataset.check.pixels.appearance import appearance, blurred, few_colours


@pytest.fixture
def image():
    rng = np.random.default_rng(0)
    coarse = np.kron(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), np.ones((20, 20, 1), np.uint8))
    return cv2.GaussianBlur(coarse, (0, 0), 1.0)


def test_light_is_the_mean_and_does_not_touch_sharpness(image):
    whole, half = appearance(image), appearance((image // 2).astype(np.uint8))
    assert half.light == pytest.approx(whole.light / 2, abs=1)
    assert half.sharpness == pytest.approx(whole.sharpness, rel=0.05)


def test_a_mask_in_place_of_a_photograph_has_two_colours(image):
    assert not few_colours(image)
    assert few_colours(np.where(image[..., :1] > 120, np.uint8(255), np.uint8(0)).repeat(3, axis=2))


def test_blur_takes_sharpness_away(image):
    values = [appearance(cv2.GaussianBlur(image, (0, 0), s)).sharpness for s in (0.5, 1, 2, 4)]
    assert values == sorted(values, reverse=True) and values[0] > 3 * values[-1]
    assert appearance(np.full((40, 40, 3), 9, np.uint8)).sharpness == 0


def test_the_odd_one_out_is_blurred():
    assert blurred([1.0, 1.1, 0.9, 0.3, 1.2]) == [False, False, False, True, False]
    assert blurred([1.0, 0.1]) == [False, False]
