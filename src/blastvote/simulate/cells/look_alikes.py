"""White cells that are taken for blasts: monocytes and lymphocytes that vary more than those of `leucocytes`."""

from __future__ import annotations

import numpy as np

from blastvote.simulate.cells.shapes import Patch, blob, cut_patch, indent, moved
from blastvote.simulate.cells.vacuoles import spot
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import AZURE, BASOPHIL, CHROMATIN


def _cell(
    rng: np.random.Generator,
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    raggedness: tuple[float, float],
) -> tuple[np.ndarray, Patch, np.ndarray] | None:
    """Cover the ground by a cell; return its outline, patch and coverage, or None outside the canvas."""
    outline = blob(rng, radius, rng.uniform(1, 1.35), rng.uniform(*raggedness))
    patch = cut_patch(x, y, float(outline.max()) + 2, *canvas.shape)
    if patch is None:
        return None
    cell = patch.coverage(outline)
    canvas.cover(patch.window, cell, 0.93)
    return outline, patch, cell


def paint_varied_monocyte(
    rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float
) -> None:
    """Paint a monocyte: a large kidney, horseshoe or folded nucleus of lacy chromatin, dusty grey-blue cytoplasm.

    It may be no larger than a blast, with little cytoplasm; its border may be ragged.
    """
    found = _cell(rng, canvas, x, y, radius, (0.02, 0.09))
    if found is None:
        return
    _, patch, cell = found
    ratio = rng.uniform(0.60, 0.86)
    shape = blob(rng, radius * ratio, rng.uniform(1.0, 1.6), rng.uniform(0.02, 0.06))
    turn = rng.uniform(0, 2 * np.pi)
    shape = indent(shape, turn, rng.uniform(0.25, 0.72), rng.uniform(0.35, 0.9))  # the kidney's hollow
    if rng.random() < 0.4:
        shape = indent(shape, rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.4), rng.uniform(0.2, 0.5))
    away = radius * rng.uniform(0, 0.2)
    nucleus = moved(patch, -away * np.cos(turn), -away * np.sin(turn)).coverage(shape) * cell
    lace = canvas.atlas.window(rng, "medium", cell.shape)
    fine, dust = (canvas.atlas.window(rng, "fine", cell.shape) for _ in range(2))
    violet = rng.uniform(0.5, 1.1) * (
        1 + np.float32(rng.uniform(0.12, 0.35)) * lace + np.float32(rng.uniform(0.05, 0.2)) * fine
    )
    around = cell * (1 - nucleus)
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 13))):
            angle, reach = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.3, 0.95)
            size = rng.uniform(0.2, 0.7) * canvas.scale
            hole = spot(patch, reach * np.cos(angle), reach * np.sin(angle), size, 0.15 * canvas.scale)
            around *= 1 - np.float32(0.8) * hole
    grain = np.maximum(1 + np.float32(rng.uniform(0.1, 0.5)) * dust, 0.1)
    canvas.add(patch.window, CHROMATIN, nucleus * np.maximum(violet, 0.1).astype(np.float32))
    canvas.add(patch.window, AZURE, np.float32(rng.uniform(0.3, 0.9)) * around * grain)
    canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.05, 0.5)) * around)
    canvas.thickness[patch.window] += cell * (np.float32(0.35) + np.float32(0.25) * nucleus)


def paint_dense_lymphocyte(
    rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float
) -> None:
    """Paint a mature lymphocyte: a dark nucleus of clumps without nucleoli, often notched, in pale cytoplasm."""
    found = _cell(rng, canvas, x, y, radius, (0.015, 0.07))
    if found is None:
        return
    outline, patch, cell = found
    ratio = rng.uniform(0.60, 0.90)
    shape = blob(rng, radius * ratio, rng.uniform(1, 1.3), rng.uniform(0.01, 0.035))
    turn = rng.uniform(0, 2 * np.pi)
    if rng.random() < 0.45:
        shape = indent(shape, turn, rng.uniform(0.1, 0.4), rng.uniform(0.2, 0.6))
    away = radius * (1 - ratio) * rng.uniform(0.2, 1.0)
    nucleus = moved(patch, -away * np.cos(turn), -away * np.sin(turn)).coverage(shape) * cell
    blocks = np.tanh(np.float32(1.8) * canvas.atlas.window(rng, "medium", cell.shape))
    coarse = canvas.atlas.window(rng, "coarse", cell.shape)
    violet = np.float32(rng.uniform(1.0, 1.5)) + np.float32(rng.uniform(0.12, 0.35)) * blocks
    violet += np.float32(rng.uniform(0.0, 0.15)) * coarse
    around = cell * (1 - nucleus)
    rim = np.exp(-((patch.distance(outline) / np.float32(0.4 * canvas.scale) + 0.6) ** 2))
    blue = np.float32(rng.uniform(0.1, 0.6)) * (1 + np.float32(rng.uniform(0, 0.8)) * rim)
    canvas.add(patch.window, CHROMATIN, np.maximum(violet, 0.2) * nucleus)
    canvas.add(patch.window, BASOPHIL, blue * around)
    canvas.add(patch.window, AZURE, np.float32(rng.uniform(0.05, 0.3)) * cell)
    canvas.thickness[patch.window] += cell * (np.float32(0.4) + np.float32(0.4) * nucleus)
