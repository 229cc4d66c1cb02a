import hashlib

import numpy as np
import pytest

from blastvote.scale.pixel_size import optical_density, red_cell_mask
from blastvote.simulate import (
    REALISM,
    SimulationSettings,
    image_ids,
    simulate_healthy,
    simulate_id,
    simulate_image,
)


def test_the_embedded_data_set_is_unchanged():
    """Studies made before the range `wide` existed keep their images, byte for byte."""
    settings = SimulationSettings(width=160, height=160, pixel_size_um=0.2, images_per_class=2, seed=3)
    same = [simulate_id(i, settings).image.tobytes() for i in image_ids(settings)]
    named = SimulationSettings(
        width=160, height=160, pixel_size_um=0.2, images_per_class=2, seed=3, realism="demo"
    )
    assert same == [simulate_id(i, named).image.tobytes() for i in image_ids(named)]
    assert len({hashlib.sha256(image).digest() for image in same}) == len(same)


def test_wide_reaches_as_far_as_real_smears():
    """Five real photographs, measured in the same way: density 0.38-0.76, coverage 22-47 %, blue/green 0.54-0.61."""
    settings = SimulationSettings(
        width=320, height=320, pixel_size_um=0.18, lighting_severity=0, realism="wide"
    )
    density, cover, blue = [], [], []
    for seed in range(30):
        image = simulate_healthy(seed, settings).image
        mask = red_cell_mask(image)
        cover.append(mask.mean())
        red = optical_density(image)[mask]
        density.append(np.percentile(red[:, 1], 90))
        blue.append(np.median(red[:, 2]) / np.median(red[:, 1]))
    for values, low, high in ((density, 0.57, 0.8), (cover, 0.3, 0.47), (blue, 0.6, 1.0)):
        assert np.percentile(values, 10) < low
        assert np.percentile(values, 90) > high


def test_a_healthy_smear_has_no_blast():
    settings = SimulationSettings(width=160, height=160, pixel_size_um=0.2, realism="wide")
    picture = simulate_healthy(1, settings)
    assert picture.masks.shape == (160, 160, 0)
    assert (picture.label, picture.class_names) == ("", ())


@pytest.mark.parametrize("label", ["L1", "L2", "L3"])
def test_wide_images_depend_on_their_seed_alone(label):
    settings = SimulationSettings(width=160, height=160, pixel_size_um=0.2, realism="wide")
    first, second = (simulate_image(5, label, settings) for _ in range(2))
    assert (first.image == second.image).all()
    assert first.label == label


def test_blue_does_not_tell_the_subtype_in_wide():
    assert len({kind.basophilia for kind in REALISM["wide"].morphology.values()}) == 1


def test_other_cells_are_told_with_what_they_cover():
    settings = SimulationSettings(
        width=320, height=320, pixel_size_um=0.2, lighting_severity=0, realism="look_alikes"
    )
    kinds = set()
    for seed in range(4):
        picture = simulate_healthy(seed, settings)
        covered = np.zeros((320, 320), bool)
        for cell in picture.others:
            covered[cell.window] |= cell.mask
            kinds.add(cell.kind)
        density = optical_density(picture.image)[..., 0]  # red light: nuclei absorb it, red cells hardly do
        assert density[covered].mean() > 1.4 * density[~covered].mean()
    assert kinds <= set(REALISM["look_alikes"].rates)
    assert len(kinds) > 5
