"""Mask images with transparency or with channels of 16 bits."""

import cv2
import numpy as np
import pytest
from PIL import Image

from blastvote import io

LABELS = np.zeros((6, 8), np.uint8)
LABELS[1:3, 1:4], LABELS[4:, 5:] = 1, 2
SOLID = np.full_like(LABELS, 255)
DRAWN = np.where(LABELS > 0, 255, 0).astype(np.uint8)


@pytest.mark.parametrize(
    ("grey", "alpha", "expected"),
    [
        (LABELS, SOLID, LABELS),
        (LABELS, LABELS * 0, LABELS),  # a channel that nobody filled
        (LABELS, DRAWN, LABELS),
        (SOLID, DRAWN, DRAWN),  # white everywhere, drawn by transparency
        (LABELS * 0, DRAWN, DRAWN),  # black everywhere
        (LABELS * 0, SOLID, LABELS * 0),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_transparent_is_background(tmp_path, grey, alpha, expected, channels):
    Image.fromarray(np.dstack([grey] * channels + [alpha])).save(tmp_path / "m.png")
    assert np.array_equal(io.read_mask_image(tmp_path / "m.png"), expected)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_channels_of_16_bits_keep_their_values(tmp_path, suffix):
    deep = LABELS.astype(np.uint16) * 130
    cv2.imwrite(str(tmp_path / f"m{suffix}"), np.dstack([deep] * 3))
    assert np.array_equal(io.read_mask_image(tmp_path / f"m{suffix}"), deep)
