"""White cells and smudge cells: their kinds, where they lie, and what they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from blastvote.simulate.cells.distractors import paint_neutrophil, paint_smudge
from blastvote.simulate.cells.leucocytes import (
    paint_eosinophil,
    paint_erythroblast,
    paint_lymphocyte,
    paint_monocyte,
)
from blastvote.simulate.cells.look_alikes import paint_dense_lymphocyte, paint_varied_monocyte
from blastvote.simulate.imaging.canvas import Canvas

Place = tuple[str, float, float, float]
"""Kind, x, y and radius in pixels."""


@dataclass(frozen=True)
class OtherCell:
    """A white cell or smudge cell of a simulated smear.

    Attributes
    ----------
    kind
        One of `blastvote.simulate.realism.Realism.rates`.
    window
        Rows and columns of the image that `mask` lies in.
    mask
        ``bool``: its pixels, of the window.
    """

    kind: str
    window: tuple[slice, slice]
    mask: np.ndarray


def place_others(
    rng: np.random.Generator, canvas: Canvas, taken: np.ndarray, rates: Mapping[str, float]
) -> list[Place]:
    """Choose places (x, y, radius) for white cells and smudge cells that keep clear of the blasts."""
    height, width = canvas.shape
    area = height * width / canvas.scale**2 / 1000
    places: list[Place] = []
    for name, rate in rates.items():
        _, low, high = KINDS[name]
        for _ in range(int(rng.poisson(rate * area))):
            x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(low, high) * canvas.scale
            room = np.concatenate([taken, np.array([p[1:] for p in places]).reshape(-1, 3)])
            if (np.hypot(x - room[:, 0], y - room[:, 1]) > 1.05 * (room[:, 2] + r)).all():
                places.append((name, x, y, r))
    return places


def paint_others(rng: np.random.Generator, canvas: Canvas, places: Sequence[Place]) -> tuple[OtherCell, ...]:
    """Paint the cells; return those of which something lies on the picture."""
    painted: list[OtherCell] = []
    for kind, x, y, radius in places:
        canvas.covered = None
        KINDS[kind][0](rng, canvas, x, y, radius)
        if canvas.covered is not None:
            window, coverage = canvas.covered
            painted.append(OtherCell(kind, window, coverage > 0.5))
    return tuple(painted)


def _varied_neutrophil(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    paint_neutrophil(rng, canvas, x, y, radius, plump=float(rng.uniform(0.9, 1.5)))


def _varied_smudge(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    paint_smudge(rng, canvas, x, y, radius, depth=float(rng.uniform(0.9, 1.8)))


KINDS = {
    "neutrophil": (paint_neutrophil, 5.2, 6.8),
    "smudge": (paint_smudge, 5.0, 8.5),
    "neutrophil, varied": (_varied_neutrophil, 4.8, 7.8),
    "smudge, varied": (_varied_smudge, 4.5, 9.0),
    "lymphocyte": (paint_lymphocyte, 3.4, 4.7),
    "lymphocyte, large": (paint_lymphocyte, 4.8, 7.2),
    "lymphocyte, dense": (paint_dense_lymphocyte, 4.0, 6.5),
    "monocyte": (paint_monocyte, 6.0, 9.0),
    "monocyte, varied": (paint_varied_monocyte, 5.5, 9.5),
    "erythroblast": (paint_erythroblast, 3.6, 5.2),
    "eosinophil": (paint_eosinophil, 5.5, 7.5),
}
"""What `realism.Realism.rates` names: how it is painted, and its least and greatest radius in micrometres."""
