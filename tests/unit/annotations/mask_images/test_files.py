"""Folders of mask images, and how masks are told from photographs."""

import numpy as np
import pytest
from PIL import Image

from blastvote.annotations import read_annotations
from blastvote.annotations.mask_images.files import read_mask_folder
from blastvote.annotations.mask_images.names import photograph_stem
from blastvote.errors import InputError


def test_mask_folder(tmp_path):
    Image.fromarray(np.full((4, 4), 2, np.uint8)).save(tmp_path / "a_mask.png")
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "b.png")
    found = read_annotations(tmp_path)
    assert found.format == "masks" and sorted(found.images) == ["a", "b"]
    assert len(found.images["a"].cells) == 1 and "b.png: the mask is empty" in found.notes[0]


def test_masks_beside_photographs_are_told_by_their_channels(tmp_path):
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "007.bmp")
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "007.png")
    assert len(read_annotations(tmp_path).images["007"].cells) == 1
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "007.tif")
    with pytest.raises(InputError, match="2 of the files"):
        read_annotations(tmp_path)


def test_masks_in_jpeg_files(tmp_path):
    """JPEG leaves grey noise along edges: no label map survives it, one cell does."""
    mask = np.zeros((64, 64), np.uint8)
    mask[10:43, 13:50] = 255
    Image.fromarray(mask).save(tmp_path / "a.jpg", quality=60)
    assert (np.asarray(Image.open(tmp_path / "a.jpg")) > 0).sum() > 33 * 37  # the noise is there
    with pytest.raises(InputError, match=r"a\.jpg: .*JPEG.*PNG.*'binary'"):
        read_annotations(tmp_path)
    found = read_mask_folder(tmp_path, "binary")
    assert np.array_equal(found.images["a"].cells[0].mask(64, 64), mask > 0)
    assert any("a.jpg" in note and "JPEG" in note for note in found.notes)


@pytest.mark.parametrize(
    ("stem", "expected"), [("a_mask", "a"), ("a_cp_masks", "a"), ("mask", "mask"), ("x", "x")]
)
def test_stems(stem, expected):
    assert photograph_stem(stem) == expected
