"""Mask images whose background is 255 or 65535: 0 may be a cell."""

import numpy as np
import pytest

from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.label_maps import cells_of_label_map

from .discs import discs


def void_background(value=255):
    """Return three cells of the values 0, 1 and 2 on this background."""
    return np.where(discs() == 0, value, discs() - 1)


@pytest.mark.parametrize("background", [255, 65535])
@pytest.mark.parametrize("ignore", [None, (255, 65535)])
def test_a_void_around_all_cells_is_background_and_0_a_cell(background, ignore):
    journal = Journal()
    cells = cells_of_label_map(void_background(background), ignore=ignore, image="a.png", journal=journal)
    assert [cell.object for cell in cells] == ["value 0", "value 1", "value 2"]
    assert [cell.attributes["value"] for cell in cells] == [0, 1, 2]
    for number, cell in enumerate(cells, start=1):
        assert np.array_equal(cell.mask(60, 90), discs() == number)
    assert [line.object for line in journal.lines] == [f"value {background}"]
    assert "the background; 0 is a cell" in journal.lines[0].reason and not journal.warnings


def test_a_void_around_classes_keeps_their_numbers():
    assert [c.class_name for c in cells_of_label_map(void_background(), "semantic")] == ["0", "1", "2"]
    assert len(cells_of_label_map(void_background(), "components")) == 3
    (cell,) = cells_of_label_map(void_background(), "binary")
    assert np.array_equal(cell.mask(60, 90), discs() > 0)
    assert len(cells_of_label_map(void_background(), ignore=())) == 3  # as configured: 1, 2 and 255


def test_pieces_are_named_by_the_values_of_the_file():
    labels = np.where((discs() == 3) | (discs() == 1), 0, void_background())
    journal = Journal()
    cells_of_label_map(labels, image="a.png", journal=journal)
    assert len(journal.warnings) == 1 and "(value 0: 2 pieces)" in journal.warnings[0]


def test_a_void_outside_of_a_field_is_no_cell_and_0_background():
    labels = np.full((120, 120), 255)
    labels[20:80, 10:100] = discs()
    journal = Journal()
    assert [c.object for c in cells_of_label_map(labels, journal=journal)] == [
        "value 1",
        "value 2",
        "value 3",
    ]
    assert "the other values lie in 0: not annotated" in journal.lines[0].reason


@pytest.mark.parametrize(
    ("labels", "value"), [(np.where(discs() == 1, 0, 255), 255), (void_background(7), 7)]
)
def test_where_it_is_not_sure_what_0_is_a_warning_says_so(labels, value):
    journal = Journal()
    cells_of_label_map(labels, image="a.png", journal=journal)
    assert len(journal.warnings) == 1
    assert journal.warnings[0].startswith(f"a.png: value {value} covers ")
    assert "save the mask with 0 for the background and each cell from 1 on" in journal.warnings[0]
    cells_of_label_map(labels, ignore=(value,), image="a.png", journal=journal)
    assert "ignored as configured" in journal.warnings[-1] or value == 7
