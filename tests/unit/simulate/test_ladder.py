"""One scene under several lights: the cells are the same, the light gets worse step by step."""

import numpy as np
import pytest

from blastvote.errors import InputError
from blastvote.simulate import (
    SimulationSettings,
    image_ids,
    labels_frame,
    light_of,
    simulate_id,
    write_image_files,
)
from blastvote.simulate.ladder import KINDS, Rung

LADDER = SimulationSettings(
    width=128,
    height=96,
    pixel_size_um=0.4,
    images_per_class=(2, 1, 1),
    images_per_patient=1,
    seed=7,
    light_steps=3,
)


def brightness(image: np.ndarray) -> float:
    return float(np.percentile(image, 95))


def contrast(image: np.ndarray) -> float:
    return float(np.percentile(image, 95) - np.percentile(image, 2))


def unevenness(image: np.ndarray) -> float:
    """Return how the bright level differs between the image's quarters."""
    h, w = image.shape[0] // 2, image.shape[1] // 2
    quarters = [image[:h, :w], image[:h, w:], image[h:, :w], image[h:, w:]]
    return float(np.ptp([np.percentile(part, 95) for part in quarters]))


def test_each_scene_has_every_light_and_its_patient():
    ids = image_ids(LADDER)
    assert len(ids) == 4 * (1 + 3 * 3)
    assert ids[:3] == ["L1_0001_good", "L1_0001_dim1", "L1_0001_dim2"]
    assert light_of("L2_0001_washedout3", LADDER) == Rung("washed out", 3)
    frame = labels_frame(LADDER)
    assert frame.groupby("patient_id").size().tolist() == [10] * 4  # so a scene is never split
    assert frame.groupby("patient_id")["label"].nunique().max() == 1


def test_the_cells_are_the_same_and_the_light_gets_worse():
    measure = {"dim": lambda i: -brightness(i), "uneven": unevenness, "washed out": lambda i: -contrast(i)}
    scenes = ("L1_0001", "L2_0001", "L3_0001")
    for kind in KINDS:
        name = kind.replace(" ", "")
        worse = []
        for scene in scenes:
            good = simulate_id(f"{scene}_good", LADDER)
            pictures = [good, *(simulate_id(f"{scene}_{name}{step}", LADDER) for step in (1, 2, 3))]
            for picture in pictures:
                assert np.array_equal(picture.masks, good.masks)
                assert picture.class_names == good.class_names
            assert pictures[-1].lighting == kind
            worse.append([measure[kind](picture.image) for picture in pictures])
        assert (np.diff(np.mean(worse, axis=0)) > 0).all(), kind


def test_a_light_that_the_ladder_does_not_have(tmp_path):
    for image_id in ("L1_0001_dim4", "L1_0001", "L1_0001_blue1", "L2_0002_good"):
        with pytest.raises(InputError, match="L1_0001_good to L3_0001_washedout3"):
            write_image_files(tmp_path, LADDER, [image_id])


def test_numbers_for_each_class():
    counts = SimulationSettings(images_per_class=(3, 1, 2))
    assert [name for name in image_ids(counts) if name.endswith("1")] == ["L1_0001", "L2_0001", "L3_0001"]
    assert labels_frame(counts)["label"].value_counts().to_dict() == {"L1": 3, "L3": 2, "L2": 1}
    with pytest.raises(InputError, match="images_per_class is \\(1, 2\\)"):
        SimulationSettings(images_per_class=(1, 2))
    with pytest.raises(InputError, match="images_per_class is 0"):
        SimulationSettings(images_per_class=(1, 0, 2))
