"""Red cells: single, overlapping, and in rouleaux (rolls)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blastvote.simulate.cells.shapes import N_ANGLES, Patch, blob, cut_patch, indent
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import BASOPHIL, HAEMOGLOBIN
from blastvote.simulate.realism import Realism, within

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
    opacity
        How far an upper cell hides the one below: near 0 both add up, near 1 only the upper is seen.
    ghosts
        Share of cells that lost most of their haemoglobin.
    burrs
        Share of cells with spikes.
    """

    per_1000_um2: float
    pallor: float
    pallor_spread: float
    aniso: float
    poikilo: float
    rouleaux: float
    overlap: float
    opacity: float
    ghosts: float
    burrs: float


def draw_habit(rng: np.random.Generator, realism: Realism) -> RedCellHabit:
    """Draw the look of an image's red cells."""
    return RedCellHabit(
        per_1000_um2=within(rng, realism.red_per_1000_um2),
        pallor=float(rng.beta(*realism.red_pallor)),
        pallor_spread=within(rng, realism.red_pallor_spread),
        aniso=within(rng, realism.red_aniso),
        poikilo=within(rng, realism.red_poikilo),
        rouleaux=float(rng.choice(realism.red_rouleaux)),
        overlap=within(rng, realism.red_overlap),
        opacity=within(rng, realism.red_opacity),
        ghosts=within(rng, (0.0, realism.red_ghosts)) ** 2,
        burrs=within(rng, (0.0, realism.red_burrs)) ** 2,
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
    if n == 1:
        return start[None]
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.35, n))
    step = r * rng.uniform(0.75, 1.45)
    steps = np.stack([np.cos(heading), np.sin(heading)], 1) * step
    steps[0] = 0
    return start + np.cumsum(steps, 0)


def paint_red_cell(rng: np.random.Generator, canvas: Canvas, habit: RedCellHabit, x: float, y: float) -> None:
    """Paint one red cell: a disc, thinner towards its edge, with more or less of a pale centre."""
    radius = DIAMETER_UM / 2 * canvas.scale * float(np.clip(rng.normal(1, habit.aniso), 0.7, 1.3))
    outline = _outline(rng, radius, habit)
    patch = cut_patch(x, y, float(outline.max()) + 1.5, *canvas.shape)
    if patch is None:
        return
    cover = patch.coverage(outline)
    rim = np.sqrt(1 - np.float32(0.7) * np.minimum(patch.depth(outline), 1) ** 9)
    mottle = 1 + np.float32(0.035) * canvas.atlas.window(rng, "coarse", cover.shape)
    profile = rim * mottle * (1 - _pallor(rng, patch, radius, habit)) * cover
    amount = np.float32(rng.normal(1.1, 0.11) * (0.7 if rng.random() < 0.12 else 1.0))
    if habit.ghosts and rng.random() < habit.ghosts:
        amount *= np.float32(rng.uniform(0.15, 0.6))
    canvas.cover(patch.window, cover, float(np.clip(rng.normal(habit.opacity, 0.12), 0, 1)))
    canvas.add(patch.window, HAEMOGLOBIN, amount * profile)
    if rng.random() < 0.06:  # young red cells still hold RNA
        canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.03, 0.11)) * cover)
    canvas.thickness[patch.window] += np.float32(0.8) * profile


def _outline(rng: np.random.Generator, radius: float, habit: RedCellHabit) -> np.ndarray:
    outline = blob(
        rng, radius, aspect=1 + abs(rng.normal(0, 0.04 + 3 * habit.poikilo)), roughness=habit.poikilo
    )
    for _ in range(int(rng.poisson(0.25 + 12 * habit.poikilo))):  # neighbours flatten a side
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(0.04, 0.16), rng.uniform(0.35, 0.7))
    if rng.random() < 2 * habit.poikilo:
        outline = indent(outline, rng.uniform(0, 2 * np.pi), -rng.uniform(0.1, 0.35), rng.uniform(0.3, 0.5))
    if habit.burrs and rng.random() < habit.burrs:
        spikes = np.arange(N_ANGLES) * (2 * np.pi / N_ANGLES) * int(rng.integers(8, 15))
        outline = outline * (1 + np.float32(rng.uniform(0.04, 0.12)) * np.cos(spikes).astype(np.float32))
    return outline


def _pallor(rng: np.random.Generator, patch: Patch, radius: float, habit: RedCellHabit) -> np.ndarray:
    """Return the depth of the pale centre, ``float32 (h, w)``: round or a slit, rarely in the middle."""
    depth = float(np.clip(rng.normal(habit.pallor, habit.pallor_spread), 0, 1)) * 0.72
    turn, slit = (
        rng.uniform(0, np.pi),
        rng.uniform(1.0, 1.5) if rng.random() < 0.95 else rng.uniform(1.7, 2.6),
    )
    ox, oy = rng.normal(0, 0.09 * radius, 2)
    gx, gy = patch.dx - np.float32(ox), patch.dy - np.float32(oy)
    along = gx * np.float32(np.cos(turn)) + gy * np.float32(np.sin(turn))
    across = (gy * np.float32(np.cos(turn)) - gx * np.float32(np.sin(turn))) * np.float32(slit)
    away = np.sqrt(along**2 + across**2) / np.float32(radius)
    width, soft = rng.uniform(0.3, 0.55), rng.uniform(0.06, 0.17)
    step = np.minimum((away - np.float32(width)) / np.float32(soft), 40)
    return np.float32(depth) / (1 + np.exp(step))
