"""Pictures and their truth: determinism, masks, the label as the vote of the cells, sizes."""

import dataclasses

import numpy as np
import pytest

from blastvote.errors import InputError
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_image
from blastvote.simulate.placement import MIN_VISIBLE_PX, place_blasts

SMALL = SimulationSettings(width=128, height=96, pixel_size_um=0.4)


def pathologists_vote(names: tuple[str, ...]) -> str | None:
    """Vote as the paper says, written here a second time on purpose."""
    if "L3" in names:
        return "L3"
    if "L2" in names and names.count("L2") >= names.count("L1"):
        return "L2"
    return "L1" if "L1" in names else None


@pytest.mark.parametrize("label", CLASS_NAMES)
def test_same_seed_same_picture(label):
    first, second = simulate_image(3, label, SMALL), simulate_image(3, label, SMALL)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.masks, second.masks)
    assert first.class_names == second.class_names
    assert not np.array_equal(first.image, simulate_image(4, label, SMALL).image)


@pytest.mark.parametrize("label", CLASS_NAMES)
def test_generator_and_seed_agree(label):
    by_seed = simulate_image(11, label, SMALL)
    by_generator = simulate_image(np.random.default_rng(11), label, SMALL)
    assert np.array_equal(by_seed.image, by_generator.image)


@pytest.mark.parametrize("label", CLASS_NAMES)
def test_shapes_and_types(label):
    picture = simulate_image(5, label, SMALL)
    assert picture.image.shape == (96, 128, 3)
    assert picture.image.dtype == np.uint8
    assert picture.masks.dtype == bool
    assert picture.masks.shape == (96, 128, len(picture.class_names))
    assert picture.label == label


@pytest.mark.parametrize("odd_share", [0.0, 0.12, 0.4])
@pytest.mark.parametrize("label", CLASS_NAMES)
def test_label_is_the_vote_of_visible_cells(label, odd_share):
    for cells in [(1, 1), (1, 9), (25, 40)]:
        settings = dataclasses.replace(SMALL, odd_share=odd_share, cells=cells)
        for seed in range(20):
            blasts, masks = place_blasts(np.random.default_rng(seed), label, settings)
            names = tuple(b.subtype for b in blasts)
            assert len(names) == masks.shape[2] >= 1
            assert pathologists_vote(names) == label
            if label != "L3":
                assert "L3" not in names


def test_odd_ones_out_occur():
    found = {label: set() for label in CLASS_NAMES}
    for label in CLASS_NAMES:
        for seed in range(20):
            blasts, _ = place_blasts(np.random.default_rng(seed), label, SMALL)
            found[label] |= {b.subtype for b in blasts}
    assert found == {"L1": {"L1", "L2"}, "L2": {"L1", "L2"}, "L3": {"L1", "L2", "L3"}}


@pytest.mark.parametrize("label", CLASS_NAMES)
def test_masks_are_disjoint_and_not_tiny(label):
    crowded = dataclasses.replace(SMALL, cells=(20, 40))
    for seed in range(12):
        blasts, masks = place_blasts(np.random.default_rng(seed), label, crowded)
        assert masks.sum(2).max() <= 1
        assert masks.sum((0, 1)).min() >= MIN_VISIBLE_PX
        for i, blast in enumerate(blasts):
            rows, columns = np.nonzero(masks[..., i])
            reach = np.hypot(rows - blast.y, columns - blast.x).max()
            assert reach <= blast.outline.max() + 0.5


def test_upper_cell_has_the_shared_pixels():
    crowded = dataclasses.replace(SMALL, cells=(20, 40))
    overlaps = 0
    for seed in range(20):
        blasts, masks = place_blasts(np.random.default_rng(seed), "L2", crowded)
        for i, blast in enumerate(blasts):
            core = (round(blast.y), round(blast.x))
            for j in range(i):
                lower = blasts[j]
                away = np.hypot(blast.x - lower.x, blast.y - lower.y)
                overlaps += away < 0.9 * (blast.radius + lower.radius)
            if 0 <= core[0] < 96 and 0 <= core[1] < 128:
                assert not masks[core][:i].any()
    assert overlaps > 10


def test_l1_smaller_than_l2_and_l3():
    sizes = {}
    for label in CLASS_NAMES:
        settings = dataclasses.replace(SMALL, odd_share=0.0)
        sizes[label] = [
            2 * b.radius * settings.pixel_size_um
            for seed in range(12)
            for b in place_blasts(np.random.default_rng(seed), label, settings)[0]
        ]
    assert np.mean(sizes["L1"]) == pytest.approx(9.4, abs=0.4)
    assert np.mean(sizes["L2"]) > np.mean(sizes["L1"]) + 2.5
    assert np.mean(sizes["L3"]) > np.mean(sizes["L1"]) + 2
    assert np.std(sizes["L2"]) > 1.5 * np.std(sizes["L1"])


def test_mask_lies_on_the_cell_in_the_picture():
    """In good light the pixels of a blast are darker (in red, which nuclei absorb) than the rest."""
    settings = SimulationSettings(width=256, height=192, pixel_size_um=0.25, lighting_severity=0.0)
    for seed in range(6):
        picture = simulate_image(seed, "L2", settings)
        cells = picture.masks.any(2)
        red = picture.image[..., 0].astype(float)
        assert red[cells].mean() < red[~cells].mean() - 15


def test_unknown_label():
    with pytest.raises(InputError, match="L1, L2, L3"):
        simulate_image(0, "L4", SMALL)
