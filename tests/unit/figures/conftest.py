"""What a picture must satisfy to be readable, and what it holds."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from .made_tables import Made


@pytest.fixture
def made() -> Made:
    return Made()


def _undrawn(fig: Figure) -> set[int]:
    """Return the texts that are kept but not drawn: of hidden panels, and of ticks out of view."""
    hidden = []
    for ax in fig.findobj(Axes):
        if not ax.get_visible():
            hidden += ax.findobj(Text)
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            slack = 1e-6 * (high - low)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low - slack <= tick.get_loc() <= high + slack or not ax.axison:
                    hidden += tick.findobj(Text)
    return {id(text) for text in hidden}


def _boxes(fig: Figure) -> list[tuple[str, tuple[float, float, float, float]]]:
    fig.draw_without_rendering()
    hidden = _undrawn(fig)
    found = []
    for text in fig.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in hidden:
            box = text.get_window_extent()
            found.append((text.get_text(), (box.x0, box.y0, box.x1, box.y1)))
    return found


@pytest.fixture
def assert_readable() -> Callable[[Figure], None]:
    """Return a check that no two texts of a figure overlap and none leaves the figure."""

    def check(fig: Figure) -> None:
        boxes = _boxes(fig)
        width, height = fig.bbox.width, fig.bbox.height
        outside = [
            t for t, (x0, y0, x1, y1) in boxes if x0 < -2 or y0 < -2 or x1 > width + 2 or y1 > height + 2
        ]
        assert not outside, f"cut off: {outside}"
        slack = 1.5  # pixels at 200 dpi: the extent of a text is a little larger than its ink
        clash = [
            (a, b)
            for i, (a, (ax0, ay0, ax1, ay1)) in enumerate(boxes)
            for b, (bx0, by0, bx1, by1) in boxes[i + 1 :]
            if min(ax1, bx1) - max(ax0, bx0) > slack and min(ay1, by1) - max(ay0, by0) > slack
        ]
        assert not clash, f"overlapping: {clash[:5]}"

    return check


@pytest.fixture
def texts() -> Callable[[Figure], list[str]]:
    """Return a function that lists every text of a figure."""
    return lambda fig: [text.get_text() for text in fig.findobj(Text) if text.get_text()]


@pytest.fixture
def artists() -> Callable[[Figure, str], list]:
    """Return a function that lists the artists with a name (gid)."""
    return lambda fig, name: fig.findobj(lambda artist: artist.get_gid() == name)


@pytest.fixture
def count_colour() -> Callable[[np.ndarray, tuple[int, int, int]], int]:
    """Return a function that counts the pixels close to a colour: the edges of lines are smoothed."""
    return lambda image, colour: int((np.abs(image.astype(int) - np.array(colour)).max(-1) < 25).sum())
