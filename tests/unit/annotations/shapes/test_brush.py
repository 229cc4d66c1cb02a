"""Label Studio's brush masks."""

import numpy as np
import pytest

from blastvote.annotations.shapes.brush import brush_mask

from ..samples.parts import brush


def test_brush_masks_are_read_or_refused():
    mask = np.random.default_rng(3).random((7, 9)) > 0.5
    data = brush(mask)
    assert np.array_equal(brush_mask(data, 7, 9), mask)
    with pytest.raises(ValueError, match="is not that of 8x9 pixels"):
        brush_mask(data, 9, 8)
    with pytest.raises(ValueError, match="cut off"):
        brush_mask(data[:-3], 7, 9)
