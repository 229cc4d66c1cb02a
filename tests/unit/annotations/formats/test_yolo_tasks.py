"""YOLO's labels that hold no outlines: key points and oriented boxes."""

import pytest

from ..documents import BOX, areas, reasons
from .test_yolo import SQUARE, yolo

POINTS = "it is a box with 2 key points (YOLO pose), and they are no outline"
PAIRS = "names: [L1]\nkpt_shape: [2, 2]\n"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 2 0.55 0.5 2", None),
        ("0 0.5 0.5 0.2 0.2 0.9 0.9 2 0.55 0.5 0", None),  # beyond its box
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 1 0 0 0", None),
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 1 0.55 0.5 1", "names: [L1]\nkpt_shape: [2, 3]\n"),
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 0.55 0.5", PAIRS),
    ],
)
def test_key_points_are_no_outline(tmp_path, line, names):
    found = yolo(tmp_path, f"{line}\n0 0.5 0.5 0.1 0.1\n", names)
    assert areas(found) == []
    assert reasons(found) == {"line 1": POINTS, "line 2": BOX}


def test_outlines_beside_a_file_of_key_points_are_read(tmp_path):
    found = yolo(tmp_path, f"0 {SQUARE} 0.3 0.6\n", PAIRS)
    assert len(areas(found)) == 1 and not found.warnings


def test_corners_at_the_border_of_the_image_are_no_key_points(tmp_path):
    assert len(areas(yolo(tmp_path, "0 0.1 0.2 0.9 0.1 0.9 0.9 1 0.5 1\n0 0.2 0.2 0.9 0 1 0.3 0 0.5 1"))) == 2


def test_four_corners_each_are_told_to_be_oriented_boxes(tmp_path):
    found = yolo(tmp_path, f"0 {SQUARE}\n0 0.1 0.2 0.3 0.1 0.4 0.3 0.2 0.4\n")
    assert len(areas(found)) == 2
    assert len(found.warnings) == 1 and "YOLO's oriented boxes (OBB)" in found.warnings[0]
