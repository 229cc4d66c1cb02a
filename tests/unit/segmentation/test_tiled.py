"""Tiles of a training: what they show, which of their cells count, and where their pixels come from."""

from pathlib import Path

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.truth import TrueCell, TrueImage, Truth
from blastvote.errors import InputError
from blastvote.rle import encode
from blastvote.scale.framing import Framing
from blastvote.segmentation.training.samples import ImageFiles, Samples
from blastvote.segmentation.training.tiled import balanced, tiled_samples

CLASSES = ["L1", "L2"]


@pytest.fixture
def samples(tmp_path: Path) -> Samples:
    """Return one image of 200x120 pixels with a cell in its left half, one on the middle, and a crowd."""
    masks = np.zeros((120, 200, 3), bool)
    masks[20:60, 10:50, 0] = True
    masks[40:80, 80:120, 1] = True
    masks[90:110, 150:190, 2] = True
    image = np.full((120, 200, 3), 220, np.uint8)
    image[masks.any(2)] = (90, 40, 120)
    io.write_image(tmp_path / "a.png", image)
    cells = (
        TrueCell("L2", encode(masks[..., 0])),
        TrueCell("L1", encode(masks[..., 1])),
        TrueCell("L1", encode(masks[..., 2]), crowd=True),
    )
    return Samples(ImageFiles(tmp_path), Truth([TrueImage("a", "a.png", 200, 120, cells)], CLASSES), CLASSES)


def test_cells_that_an_inner_border_cuts_are_crowds(samples: Samples) -> None:
    """At half the size the image is 100x60: tiles of 64 begin in columns 0 and 36."""
    framing = Framing(64, 16, 0.2, {"a": 0.1})
    left, right = tiled_samples(samples, [("a", "none")], framing)
    assert left.class_ids.tolist() == [2, 1]  # the second cell ends in column 60: it is whole in both tiles
    assert right.class_ids.tolist() == [1, -1]
    narrow = Framing(64, 32, 0.25, {"a": 0.15})  # 120x72: tiles begin in columns 0, 28, 56
    ids = [sample.class_ids.tolist() for sample in tiled_samples(samples, [("a", "none")], narrow)]
    assert ids == 2 * [[2, -1], [-2, 1, -1], [-1, -1]]


def test_masks_lie_on_the_cells_of_the_tile(samples: Samples) -> None:
    for framing in (Framing(64, 32, 0.2, {"a": 0.1}), Framing(64, 32), Framing(128, 0, 0.1, {"a": 0.07})):
        for sample in tiled_samples(samples, [("a", "none")], framing):
            image = sample.read_image()
            assert image.shape == (framing.side, framing.side, 3)
            drawn = np.zeros(image.shape[:2], bool)
            for crop in sample.read_masks(image.shape[:2]):
                y1, x1, y2, x2 = crop.box
                drawn[y1:y2, x1:x2] |= crop.mask
            dark = image[..., 1] < 130
            assert (dark ^ drawn).sum() <= 0.1 * max(dark.sum(), 1)


def test_flipped_copies_have_tiles_too(samples: Samples, tmp_path: Path) -> None:
    image = io.read_image(tmp_path / "a.png")
    io.write_image(tmp_path / "copies/a__horizontal.png", image[:, ::-1].copy())
    files = ImageFiles(tmp_path, [tmp_path / "copies"])
    flipped = Samples(files, samples.truth, CLASSES)
    (sample,) = tiled_samples(flipped, [("a", "horizontal")], Framing(128, 0, 0.2, {"a": 0.1}))
    assert sample.class_ids.tolist() == [2, 1, -1]
    first = next(iter(sample.read_masks((128, 128))))
    assert first.box == (10, 75, 30, 95)


def test_each_photograph_is_read_once_for_all_its_tiles(samples: Samples, monkeypatch) -> None:
    reads = []
    read = ImageFiles.read
    monkeypatch.setattr(ImageFiles, "read", lambda self, *row: reads.append(row) or read(self, *row))
    tiles = tiled_samples(samples, [("a", "none")], Framing(64, 32))
    assert len(tiles) == 18
    for sample in tiles:
        sample.read_image()
    assert len(reads) == 1


def test_empty_tiles_do_not_drown_the_others(samples: Samples) -> None:
    tiles = tiled_samples(samples, [("a", "none")], Framing(64, 0))
    whole = [(sample.class_ids > 0).any() for sample in tiles]
    kept = balanced(tiles)
    assert sum(whole) < len(tiles) / 2
    assert len(kept) == 2 * sum(whole)
    assert [s for s in kept if (s.class_ids > 0).any()] == [s for s, w in zip(tiles, whole, strict=True) if w]


def test_without_tiles_a_photograph_must_fit(samples: Samples) -> None:
    with pytest.raises(InputError, match=r"'a' becomes 200x120 pixels.*model\.tiles"):
        tiled_samples(samples, [("a", "none")], Framing(64, None, 0.1, {"a": 0.1}))
    assert len(tiled_samples(samples, [("a", "none")], Framing(64, None, 0.4, {"a": 0.1}))) == 1


def test_a_photograph_without_a_pixel_size(samples: Samples) -> None:
    with pytest.raises(InputError, match=r"'a' has no pixel size.*dataset\.pixel_size_um"):
        tiled_samples(samples, [("a", "none")], Framing(64, 32, 0.2, {}))
