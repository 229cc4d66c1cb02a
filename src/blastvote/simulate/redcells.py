"""Red cells: single, overlapping, and in rouleaux (rolls)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blastvote.simulate.canvas import Canvas
from blastvote.simulate.shapes import blob, cut_patch, indent
from blastvote.simulate.stain import HAEMOGLOBIN

DIAMETER_UM = 7.2


@dataclass(frozen=True)
class RedCellHabit:
    """How the red cells of an image look: patients and places on the slide differ.

    Attributes
    ----------
    per_1000_um2
        Number of red cells on 1000 square micrometres.
    pallor
        Mean depth of the pale centre, 0 (none) to 1 (as in a biconcave disc).
    pallor_spread
        Spread of the pallor between cells.
    aniso
        Spread of the diameter, relative.
    poikilo
        Spread of the outline's harmonics.
    rouleaux
        Share of cells that lie in rolls.
    overlap
        Share of the mean distance at which two free cells may overlap, 0 to 1.
    """

    per_1000_um2: float
    pallor: float
    pallor_spread: float
    aniso: float
    poikilo: float
    rouleaux: float
    overlap: float


def draw_habit(rng: np.random.Generator) -> RedCellHabit:
    """Draw the look of an image's red cells."""
    return RedCellHabit(
        per_1000_um2=float(rng.uniform(4.0, 13.0)),
        pallor=float(rng.beta(2.0, 2.2)),
        pallor_spread=float(rng.uniform(0.08, 0.3)),
        aniso=float(rng.uniform(0.04, 0.10)),
        poikilo=float(rng.uniform(0.010, 0.035)),
        rouleaux=float(rng.choice([0.1, 0.35, 0.65])),
        overlap=float(rng.uniform(0.1, 0.55)),
    )


def scatter(
    rng: np.random.Generator, habit: RedCellHabit, height: int, width: int, scale: float, taken: np.ndarray
) -> np.ndarray:
    """Choose places for red cells, singly or in rolls, beside the nucleated cells.

    Parameters
    ----------
    rng, habit
        Random generator and the look of the red cells.
    height, width
        Image size in pixels.
    scale
        Pixels per micrometre.
    taken
        ``float (M, 3)``: x, y, radius in pixels of cells that push red cells aside.

    Returns
    -------
    numpy.ndarray
        ``float64 (N, 2)``: centres x, y in pixels; some lie just outside the image.
    """
    r = DIAMETER_UM / 2 * scale
    area = (width + 2 * r) * (height + 2 * r) / scale**2
    wanted = rng.poisson(habit.per_1000_um2 * area / 1000)
    places: np.ndarray = np.empty((0, 2))
    tries = 0
    while len(places) < wanted and tries < 3 * wanted + 20:
        tries += 1
        roll = rng.random() < habit.rouleaux / 2.5
        chain = _roll(rng, r, height, width, int(rng.integers(3, 7)) if roll else 1)
        reach = np.hypot(chain[:, :1] - taken[:, 0], chain[:, 1:] - taken[:, 1])
        chain = chain[(reach > taken[:, 2] + r * rng.uniform(0.5, 1.0)).all(1)]
        if len(chain) and len(places):
            gap = np.hypot(chain[:, :1] - places[:, 0], chain[:, 1:] - places[:, 1]).min(1)
            chain = chain[gap > 2 * r * (0.98 - habit.overlap * rng.uniform(0, 1))]
        places = np.concatenate([places, chain])
    return places[:wanted]


def _roll(rng: np.random.Generator, r: float, height: int, width: int, n: int) -> np.ndarray:
    start = rng.uniform((-r, -r), (width + r, height + r))
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.35, n))
    step = r * rng.uniform(0.75, 1.45)
    steps = np.stack([np.cos(heading), np.sin(heading)], 1) * step
    steps[0] = 0
    return start + np.cumsum(steps, 0)


def paint_red_cell(rng: np.random.Generator, canvas: Canvas, habit: RedCellHabit, x: float, y: float) -> None:
    """Paint one red cell: a biconcave disc (Evans and Fung's profile) with more or less of its pallor."""
    radius = DIAMETER_UM / 2 * canvas.scale * rng.normal(1, habit.aniso)
    outline = blob(rng, radius, aspect=1 + abs(rng.normal(0, 0.10)), roughness=habit.poikilo)
    if rng.random() < 0.12:
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25), rng.uniform(0.3, 0.6))
    patch = cut_patch(x, y, float(outline.max()) + 1.5, *canvas.shape)
    if patch is None:
        return
    cover = patch.coverage(outline)
    u2 = np.minimum(patch.depth(outline), 1) ** 2
    rim = np.sqrt(1 - 0.93 * u2**3)
    disc = np.sqrt(1 - 0.9 * u2) * (0.36 + 3.1 * u2 - 1.75 * u2**2) * np.float32(1.05)
    pallor = np.float32(np.clip(rng.normal(habit.pallor, habit.pallor_spread), 0, 1))
    profile = (pallor * disc + (1 - pallor) * rim * (0.93 + 0.07 * u2)) * cover
    amount = np.float32(rng.normal(1, 0.10) * (0.75 if rng.random() < 0.15 else 1.0))
    below = canvas.dyes[patch.window][..., HAEMOGLOBIN]
    canvas.add(patch.window, HAEMOGLOBIN, amount * profile / (1 + np.float32(0.45) * below))
    canvas.thickness[patch.window] += np.float32(0.8) * profile
