"""Numbers as the text of a figure."""

import math

import pytest

from blastvote.figures.words import p_text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0625, "p = 0.063"),
        (0.1875, "p = 0.19"),
        (0.609375, "p = 0.61"),
        (0.0995, "p = 0.10"),
        (0.00145, "p = 0.0015"),
        (0.5, "p = 0.50"),
        (0.996, "p = 1.00"),
        (1.0, "p = 1.00"),
        (0.001, "p = 0.0010"),
        (0.0004, "p < 0.001"),
        (math.nan, ""),
    ],
)
def test_p_values_have_two_digits_and_halves_go_up(p: float, text: str) -> None:
    assert p_text(p) == text
