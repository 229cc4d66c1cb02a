"""White cells that are no blasts: lymphocytes, monocytes, erythroblasts and eosinophils."""

from __future__ import annotations

import numpy as np

from blastvote.simulate.cells.shapes import Patch, blob, cut_patch, indent, moved
from blastvote.simulate.cells.vacuoles import spot
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import AZURE, BASOPHIL, CHROMATIN, HAEMOGLOBIN


def paint_lymphocyte(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Paint a mature lymphocyte: chromatin in blocks; small with a rim, or larger with wide pale cytoplasm."""
    small = radius < 4.8 * canvas.scale
    patch, cell = _cell(rng, canvas, x, y, radius, 0.025)
    if patch is None:
        return
    ratio = rng.uniform(0.82, 0.94) if small else rng.uniform(0.52, 0.68)
    nucleus = _nucleus(rng, patch, radius, ratio, 0.02, cell)
    blocks = np.tanh(np.float32(1.8) * canvas.atlas.window(rng, "medium", cell.shape))
    violet = np.float32(rng.uniform(0.95, 1.25)) + np.float32(rng.uniform(0.12, 0.28)) * blocks
    canvas.add(patch.window, CHROMATIN, violet * nucleus)
    canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.15, 0.55)) * cell * (1 - nucleus))
    canvas.add(patch.window, AZURE, np.float32(0.1) * cell)
    canvas.thickness[patch.window] += cell * (np.float32(0.4) + np.float32(0.4) * nucleus)


def paint_monocyte(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Paint a monocyte: wide grey-blue cytoplasm, a folded nucleus of lacy chromatin, sometimes vacuoles."""
    patch, cell = _cell(rng, canvas, x, y, radius, 0.05)
    if patch is None:
        return
    outline = blob(rng, radius * rng.uniform(0.62, 0.78), rng.uniform(1.05, 1.5), 0.05)
    outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.68), rng.uniform(0.35, 0.8))
    if rng.random() < 0.4:
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.45), rng.uniform(0.2, 0.4))
    away, angle = radius * rng.uniform(0, 0.2), rng.uniform(0, 2 * np.pi)
    nucleus = moved(patch, away * np.cos(angle), away * np.sin(angle)).coverage(outline) * cell
    lace = canvas.atlas.window(rng, "medium", cell.shape)
    ground = canvas.atlas.window(rng, "fine", cell.shape)
    clear = np.ones_like(cell)
    for _ in range(int(rng.integers(0, 5)) if rng.random() < 0.4 else 0):
        turn, reach = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.5, 0.9)
        size = rng.uniform(0.25, 0.6) * canvas.scale
        hole = spot(patch, reach * np.cos(turn), reach * np.sin(turn), size, 0.15 * canvas.scale)
        clear *= 1 - np.float32(0.8) * hole * (1 - nucleus)
    around = cell * (1 - nucleus) * clear
    canvas.add(
        patch.window, CHROMATIN, nucleus * (np.float32(rng.uniform(0.55, 0.8)) + np.float32(0.14) * lace)
    )
    canvas.add(
        patch.window, AZURE, np.float32(rng.uniform(0.4, 0.8)) * around * (1 + np.float32(0.15) * ground)
    )
    canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.1, 0.4)) * around)
    canvas.thickness[patch.window] += cell * (np.float32(0.35) + np.float32(0.25) * nucleus)


def paint_erythroblast(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Paint a nucleated red cell: a small round dark nucleus in pink to blue-grey cytoplasm."""
    patch, cell = _cell(rng, canvas, x, y, radius, 0.02)
    if patch is None:
        return
    nucleus = _nucleus(rng, patch, radius, rng.uniform(0.42, 0.7), 0.015, cell)
    blocks = np.tanh(np.float32(1.5) * canvas.atlas.window(rng, "medium", cell.shape))
    canvas.add(
        patch.window, CHROMATIN, nucleus * (np.float32(rng.uniform(1.0, 1.5)) + np.float32(0.15) * blocks)
    )
    around = cell * (1 - nucleus)
    canvas.add(patch.window, HAEMOGLOBIN, np.float32(rng.uniform(0.3, 1.0)) * around)
    canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.0, 0.6)) * around)
    canvas.thickness[patch.window] += cell * (np.float32(0.5) + np.float32(0.3) * nucleus)


def paint_eosinophil(rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Paint an eosinophil: two lobes, and coarse granules the colour of red cells (rarely violet: a basophil)."""
    patch, cell = _cell(rng, canvas, x, y, radius, 0.03)
    if patch is None:
        return
    turn, nucleus = rng.uniform(0, 2 * np.pi), np.zeros_like(cell)
    for side in (-1, 1):
        angle = turn + side * rng.uniform(0.7, 1.2)
        lobe = blob(rng, radius * rng.uniform(0.32, 0.45), rng.uniform(1, 1.5), 0.05)
        place = radius * rng.uniform(0.35, 0.5) * np.array([np.cos(angle), np.sin(angle)])
        nucleus = np.maximum(nucleus, moved(patch, *place).coverage(lobe) * cell)
    grain = np.clip(1 + np.float32(0.8) * canvas.atlas.window(rng, "medium", cell.shape), 0, 2)
    basophil = rng.random() < 0.2
    shown = cell * (1 - np.float32(0.2 if basophil else 0.85) * nucleus)
    dye, amount = (CHROMATIN, rng.uniform(0.5, 1.0)) if basophil else (HAEMOGLOBIN, rng.uniform(0.7, 1.4))
    canvas.add(patch.window, CHROMATIN, nucleus * np.float32(rng.uniform(0.8, 1.15)))
    canvas.add(patch.window, dye, np.float32(amount) * grain * shown)
    canvas.thickness[patch.window] += cell * (np.float32(0.45) + np.float32(0.3) * nucleus)


def _cell(
    rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float, roughness: float
) -> tuple[Patch | None, np.ndarray]:
    """Draw a cell's outline and hide what lies below; return its pixels and how far each is covered."""
    outline = blob(rng, radius, rng.uniform(1, 1.2), roughness)
    if rng.random() < 0.4:  # a neighbour presses on it
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(0.05, 0.2), rng.uniform(0.3, 0.7))
    patch = cut_patch(x, y, float(outline.max()) + 2, *canvas.shape)
    if patch is None:
        return None, np.empty(0, np.float32)
    cell = patch.coverage(outline)
    canvas.cover(patch.window, cell, 0.93)
    return patch, cell


def _nucleus(
    rng: np.random.Generator, patch: Patch, radius: float, ratio: float, roughness: float, cell: np.ndarray
) -> np.ndarray:
    """Return how far each pixel is covered by a round nucleus of ``ratio`` times the cell's radius."""
    outline = blob(rng, radius * ratio, rng.uniform(1, 1.2), roughness)
    if rng.random() < 0.3:
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(0.08, 0.25), rng.uniform(0.2, 0.5))
    away, angle = radius * (1 - ratio) * rng.uniform(0, 0.9), rng.uniform(0, 2 * np.pi)
    return moved(patch, away * np.cos(angle), away * np.sin(angle)).coverage(outline) * cell
