"""What a training is given: crowds marked, nothing read before it is needed, everything that matters in its hash."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from blastvote import io
from blastvote.dataset.augment import flip_masks
from blastvote.dataset.coco import write_coco
from blastvote.dataset.truth import TrueCell, TrueImage, Truth
from blastvote.errors import InputError
from blastvote.rle import encode
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.training.samples import ImageFiles, Samples
from blastvote.segmentation.training.train import training_hash

CLASSES = ["L1", "L2"]


@pytest.fixture
def masks() -> np.ndarray:
    found = np.zeros((40, 50, 2), bool)
    found[3:20, 5:17, 0] = True
    found[10:30, 30:41, 1] = np.random.default_rng(3).random((20, 11)) > 0.4
    return found


@pytest.fixture
def truth(masks: np.ndarray) -> Truth:
    cells = (TrueCell("L2", encode(masks[..., 0])), TrueCell("L1", encode(masks[..., 1]), crowd=True))
    unknown = TrueImage("b", "b.png", 50, 40, (), "L1", annotated=False)
    return Truth([TrueImage("a", "a.png", 50, 40, cells), unknown], CLASSES)


def test_crowds_are_neither_cells_nor_background(truth: Truth, masks: np.ndarray, tmp_path: Path) -> None:
    (sample,) = Samples(ImageFiles(tmp_path), truth, CLASSES).whole([("a", "none")])
    assert sample.class_ids.tolist() == [2, -1]
    crops = list(sample.read_masks((40, 50)))
    for number, crop in enumerate(crops):
        y1, x1, y2, x2 = crop.box
        assert crop.mask.sum() == masks[..., number].sum()
        assert np.array_equal(crop.mask, masks[y1:y2, x1:x2, number])


def test_a_flipped_copy_has_flipped_masks(truth: Truth, masks: np.ndarray, tmp_path: Path) -> None:
    copies = tmp_path / "flipped"
    io.write_image(copies / "a__both.png", np.zeros((40, 50, 3), np.uint8))
    files = ImageFiles(tmp_path, [copies])
    (sample,) = Samples(files, truth, CLASSES).whole([("a", "both")])
    crop = next(iter(sample.read_masks((40, 50))))
    y1, x1, y2, x2 = crop.box
    assert np.array_equal(crop.mask, flip_masks(masks, "both")[y1:y2, x1:x2, 0])
    assert sample.read_image().shape == (40, 50, 3)


def test_images_are_read_when_they_are_needed(truth: Truth, tmp_path: Path) -> None:
    (sample,) = Samples(ImageFiles(tmp_path), truth, CLASSES).whole([("a", "none")])
    with pytest.raises(InputError, match=r"a\.png"):  # there is no such file, and only now does it matter
        sample.read_image()


def test_an_image_without_outlines_does_not_train_as_background(truth: Truth, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'b' is to be trained on"):
        Samples(ImageFiles(tmp_path), truth, CLASSES).whole([("b", "none")])


@pytest.fixture
def run(truth: Truth, tmp_path: Path) -> tuple[RunData, NetworkSettings]:
    io.write_image(tmp_path / "a.png", np.zeros((40, 50, 3), np.uint8))
    write_coco(tmp_path / "truth.json", truth.values(), CLASSES)
    splits = pd.DataFrame({"image_id": ["a", "a"], "fold": 0, "role": ["train", "test"], "flip": "none"})
    io.write_csv(tmp_path / "splits.csv", splits)
    (tmp_path / "own.h5").write_bytes(b"weights")
    data = RunData(tmp_path / "splits.csv", 0, ImageFiles(tmp_path), (tmp_path / "truth.json",))
    return data, NetworkSettings(CLASSES, {"weights": str(tmp_path / "own.h5")}, {"epochs": 2}, threads=1)


def test_other_weights_in_the_same_file_start_a_training_anew(
    run: tuple[RunData, NetworkSettings], tmp_path: Path
) -> None:
    before = training_hash(*run, tmp_path / "own.h5", 0.7)
    assert training_hash(*run, tmp_path / "own.h5", 0.7) == before
    (tmp_path / "own.h5").write_bytes(b"others!")
    assert training_hash(*run, tmp_path / "own.h5", 0.7) != before


def test_the_hash_holds_images_cells_and_threshold(
    run: tuple[RunData, NetworkSettings], tmp_path: Path
) -> None:
    before = training_hash(*run, None, 0.7)
    assert training_hash(*run, None, 0.9) != before
    io.write_image(tmp_path / "a.png", np.ones((40, 50, 3), np.uint8))
    with_image = training_hash(*run, None, 0.7)
    write_coco(tmp_path / "truth.json", [TrueImage("a", "a.png", 50, 40)], CLASSES)
    assert len({before, with_image, training_hash(*run, None, 0.7)}) == 3
