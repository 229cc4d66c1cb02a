"""Outlines agree with their photograph where there is contrast along them."""

import numpy as np
import pytest

from blastvote import rle
from blastvote.annotations.shapes.raster import ellipse_polygon, rasterise
from blastvote.dataset.augment import FLIPS, flip_image
from blastvote.dataset.check.pixels.agreement import GOOD, POOR, Agreement, agreement
from blastvote.dataset.check.pixels.positions import POSITIONS, SCALES
from blastvote.dataset.split.perceptual_hash import TURNS
from blastvote.dataset.truth import TrueCell

SIZE = (300, 440)
CENTRES = [(60, 60), (110, 75), (300, 90), (120, 250), (400, 180), (210, 160)]
"""``x, y`` of cells; the first two touch."""


def masks(size=SIZE, centres=CENTRES):
    return [rasterise([ellipse_polygon(c, (26, 22), 0.4)], *size) for c in centres]


def smear(light=1.0, seed=0):
    """Return a photograph with dark cells, pale decoys between them, uneven light and noise."""
    rng = np.random.default_rng(seed)
    image = np.full((*SIZE, 3), (225.0, 205.0, 215.0))
    for _ in range(60):
        decoy = rasterise([ellipse_polygon(rng.uniform((0, 0), SIZE[::-1]), (20, 20))], *SIZE)
        image[decoy] = (215, 165, 170)
    for mask in masks():
        image[mask] = (115, 70, 150)
    image *= np.linspace(0.7, 1.0, SIZE[1])[:, None] * light
    return np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)


def cells(of):
    return [TrueCell("L1", rle.encode(mask)) for mask in of]


@pytest.mark.parametrize("light", [1.0, 0.15])
def test_right_outlines_agree_in_any_light(light):
    found = agreement(smear(light), cells(masks()))
    assert found.score > 0.4 and found.position == "none"


@pytest.mark.parametrize("position", [*FLIPS[1:], *TURNS])
def test_outlines_of_a_turned_photograph_are_told(position):
    image = smear()
    flip = FLIPS[TURNS.index(position)] if position in TURNS else position
    other = flip_image(image.transpose(1, 0, 2) if position in TURNS else image, flip)
    kept = [mask[: other.shape[0], : other.shape[1]] for mask in masks((440, 440))]
    found = agreement(other, cells([mask for mask in kept if mask.any()]))
    assert found.position == position and found.score < GOOD
    assert position in POSITIONS


@pytest.mark.parametrize(("position", "factor"), SCALES.items())
def test_outlines_of_a_photograph_at_another_size_are_told(position, factor):
    height, width = SIZE
    by = (1 / factor, 1 / factor) if factor else (100 / width, 100 / height)
    drawn = [
        rasterise([ellipse_polygon((c[0] * by[0], c[1] * by[1]), (26 * by[0], 22 * by[1]), 0.4)], *SIZE)
        for c in CENTRES
    ]
    found = agreement(smear(), cells([mask for mask in drawn if mask.sum() > 9]))
    assert found.score < GOOD and found.position == position
    assert position in POSITIONS


@pytest.mark.parametrize(("x", "y"), [(45, 0), (70, -60), (150, 70)])
def test_moved_outlines_agree_with_nothing(x, y):
    moved = masks(centres=[(cx + x, cy + y) for cx, cy in CENTRES])
    found = agreement(smear(), cells([mask for mask in moved if mask.any()]))
    assert found.score < POOR


def test_the_score_falls_with_the_distance():
    scores = [
        agreement(smear(), cells(masks(centres=[(x + d, y) for x, y in CENTRES]))).score
        for d in (0, 6, 12, 18)
    ]
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[-1] + 0.3


def test_nothing_to_compare():
    crowd = [TrueCell("L1", rle.encode(masks()[0]), crowd=True)]
    assert agreement(smear(), []) == agreement(smear(), crowd) == Agreement()
    everything = [TrueCell("L1", rle.encode(np.ones(SIZE, bool)))]
    assert agreement(smear(), everything).score is None
    blank = np.full((*SIZE, 3), 200, np.uint8)
    assert agreement(blank, cells(masks())) == Agreement(0.0)


def test_enlarged_photographs_score_alike():
    large = np.kron(smear(), np.ones((4, 4, 1), np.uint8))
    wide = [np.kron(mask, np.ones((4, 4), bool)) for mask in masks()]
    assert agreement(large, cells(wide)).score == pytest.approx(
        agreement(smear(), cells(masks())).score, abs=0.1
    )
