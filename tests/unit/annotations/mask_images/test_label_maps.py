"""Which values of a mask image are cells, and which cannot be."""

import cv2
import numpy as np
import pytest
from PIL import Image

from blastvote import io
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_annotation
from blastvote.annotations.mask_images.label_maps import cells_of_label_map
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.errors import InputError

from .discs import discs


def test_label_map_and_binary():
    labels = np.array([[0, 128, 128], [255, 0, 3]])
    cells = cells_of_label_map(labels)
    assert [c.attributes["value"] for c in cells] == [3, 128, 255]
    assert [c.mask(2, 3).sum() for c in cells] == [1, 2, 1]
    (cell,) = cells_of_label_map(labels, "binary")
    assert np.array_equal(cell.mask(2, 3), labels != 0)
    assert (
        cells_of_label_map(np.zeros((2, 2), int)) == cells_of_label_map(np.zeros((2, 2), int), "binary") == ()
    )
    with pytest.raises(InputError, match="'instances' is not known"):
        cells_of_label_map(labels, "instances")


def smoothed():
    return cv2.GaussianBlur((discs() > 0).astype(np.uint8) * 255, (0, 0), 1.2).astype(np.int32)


@pytest.mark.parametrize("mode", ["label_map", "semantic"])
def test_grey_levels_of_smoothed_edges_are_no_cells(mode):
    with pytest.raises(
        InputError, match=r"a\.png holds \d+ grey levels that are only thin lines .*components"
    ):
        cells_of_label_map(smoothed(), mode, image="a.png", journal=Journal("masks"))


@pytest.mark.parametrize(("mode", "count"), [("components", 3), ("binary", 1)])
def test_smoothed_masks_end_where_they_are_half_as_bright(mode, count):
    journal = Journal()
    cells = cells_of_label_map(smoothed(), mode, journal=journal)
    mask = np.any([cell.mask(60, 90) for cell in cells], axis=0)
    true = discs() > 0
    assert len(cells) == count and (mask & true).sum() / (mask | true).sum() > 0.95
    assert "grey along edges" in journal.notes[0]


def test_thin_values_among_solid_ones_stay_cells():
    labels = discs()
    labels[50:52, 5:80] = 4
    assert len(cells_of_label_map(labels)) == 4


@pytest.mark.parametrize("background", [1, 255])
def test_the_background_of_a_map_without_0_is_told_by_its_extent(background):
    labels = np.where(discs() == 0, background, discs() + 1)
    journal = Journal()
    assert len(cells_of_label_map(labels, journal=journal)) == 3
    assert [line.object for line in journal.lines] == [f"value {background}"]
    assert "there is no 0" in journal.lines[0].reason
    assert len(cells_of_label_map(labels, ignore=())) == 4  # as configured


def test_pieces_of_an_inverted_mask_are_cells():
    journal = Journal()
    inverted = np.where(discs() == 0, 255, 0)
    cells = cells_of_label_map(inverted, "components", image="a.png", journal=journal)
    assert len(cells) == 3 and "the mask is inverted: value 255 covers 8" in journal.warnings[0]
    assert len(cells_of_label_map(inverted, "components", ignore=())) == 1  # as configured
    assert len(cells_of_label_map(np.where(discs() == 0, 0, 255), "components")) == 3


def test_negative_values_are_refused():
    with pytest.raises(InputError, match=r"negative values \(-1\), so 0 may be a cell"):
        cells_of_label_map(discs() - 1)


def test_a_border_of_another_value_is_told_with_the_setting():
    labels = discs()
    rim = (cv2.dilate((labels > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & (labels == 0)
    journal = Journal()
    cells_of_label_map(np.where(rim, 254, labels), image="a.png", journal=journal)
    assert len(journal.warnings) == 1 and "set dataset.ignore_values to [254]" in journal.warnings[0]
    assert len(cells_of_label_map(np.where(rim, 65535, labels))) == 3


@pytest.mark.parametrize(("scale", "readable"), [(1, True), (0.3, False)])
def test_label_maps_of_fiji_are_floats(tmp_path, scale, readable):
    Image.fromarray((discs() * scale).astype(np.float32)).save(tmp_path / "a.tif")
    if readable:
        assert np.array_equal(io.read_mask_image(tmp_path / "a.tif"), discs())
    else:
        with pytest.raises(InputError, match="no whole numbers"):
            io.read_mask_image(tmp_path / "a.tif")


def test_pieces_of_jpeg_masks_are_cells(tmp_path):
    Image.fromarray((discs() > 0).astype(np.uint8) * 255).save(tmp_path / "a.jpg", quality=75)
    found = read_mask_annotation(tmp_path / "a.jpg", "a", MaskSettings("components"), Journal())
    assert len(found.cells) == 3
