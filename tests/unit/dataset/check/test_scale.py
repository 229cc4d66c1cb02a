import numpy as np
import pytest

from blastvote import rle
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.scale import CellSizes, fit_error, scale_warnings
from blastvote.dataset.truth import TrueCell
from blastvote.scale.framing import Framing


def sizes(side: int, cell: int, count: int = 6, crowd: bool = False) -> CellSizes:
    mask = rle.encode_crop(np.ones((cell, cell), bool), 0, 0, (side, side))
    cells = tuple([TrueCell("L1", mask, crowd)] * count)
    return CellSizes.of_facts(ImageFacts("a", width=side, height=side, cells=cells))


@pytest.mark.parametrize(
    ("side", "cell", "told"),
    [(4000, 12, "6 of 6 cells are too small"), (256, 60, None), (256, 250, None), (64, 60, None)],
)
def test_cells_that_vanish_are_told(side, cell, told):
    warnings = scale_warnings(
        [sizes(side, cell)], {"image_size": 256, "options": {"rpn_anchor_scales": [24, 48, 128]}}, None
    )
    assert bool(warnings) == bool(told)
    if told:
        assert told in warnings[0]
        assert "model.image_size" in warnings[0]


def test_too_large_cells():
    model = {"image_size": 512, "options": {"rpn_anchor_scales": [8, 16, 32, 64, 100]}}
    assert "too large" in scale_warnings([sizes(500, 400)], model, None)[0]


def test_crowds_and_images_without_cells_say_nothing():
    model = {"image_size": 256, "options": {}}
    nothing = CellSizes.of_facts(ImageFacts("b"))
    assert scale_warnings([sizes(4000, 12, crowd=True), nothing], model, None) == []


MODEL = {
    "image_size": 256,
    "options": {"rpn_anchor_scales": [24, 48, 128]},
    "pixel_size_um": 0.2,
    "tiles": True,
    "tile_overlap": 0.25,
}


@pytest.mark.parametrize(
    ("photo_um", "told"),
    [(0.1, []), (0.01, ["become 4.0 to 4.0"]), (0.2, ["wider than the 64 pixels"])],
)
def test_the_pixel_size_decides_how_large_cells_become(photo_um, told):
    framing = Framing.of_model(MODEL, {"a": photo_um})
    warnings = " ".join(scale_warnings([sizes(4000, 80)], MODEL, framing))
    assert bool(warnings) == bool(told)
    assert all(part in warnings for part in told)


def test_photographs_larger_than_the_network_are_an_error_without_tiles():
    photographs = [sizes(4000, 80)]
    told = fit_error(photographs, Framing.of_model({**MODEL, "tiles": False}, {"a": 0.1}))
    assert "2000x2000" in told and "model.tiles: true" in told
    assert fit_error(photographs, Framing.of_model(MODEL, {"a": 0.1})) == ""
    assert fit_error(photographs, Framing.of_model({**MODEL, "tiles": False}, {"a": 0.0128})) == ""
