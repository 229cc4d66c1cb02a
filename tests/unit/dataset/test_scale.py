import numpy as np
import pytest

from blastvote import rle
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.scale import scale_warnings
from blastvote.dataset.truth import TrueCell


def facts(side: int, cell: int, count: int = 6, crowd: bool = False) -> ImageFacts:
    mask = rle.encode_crop(np.ones((cell, cell), bool), 0, 0, (side, side))
    return ImageFacts("a", width=side, height=side, cells=tuple([TrueCell("L1", mask, crowd)] * count))


@pytest.mark.parametrize(
    ("side", "cell", "told"),
    [(4000, 12, "6 of 6 cells are too small"), (256, 60, None), (256, 250, None), (64, 60, None)],
)
def test_cells_that_vanish_are_told(side, cell, told):
    warnings = scale_warnings(
        [facts(side, cell)], {"image_size": 256, "options": {"rpn_anchor_scales": [24, 48, 128]}}
    )
    assert bool(warnings) == bool(told)
    if told:
        assert told in warnings[0]
        assert "model.image_size" in warnings[0]


def test_too_large_cells():
    model = {"image_size": 512, "options": {"rpn_anchor_scales": [8, 16, 32, 64, 100]}}
    assert "too large" in scale_warnings([facts(500, 400)], model)[0]


def test_crowds_and_images_without_cells_say_nothing():
    model = {"image_size": 256, "options": {}}
    assert scale_warnings([facts(4000, 12, crowd=True), ImageFacts("b")], model) == []
