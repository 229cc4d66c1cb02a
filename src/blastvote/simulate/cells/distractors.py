"""What lies on a smear besides red cells and blasts: neutrophils, smudge cells, platelets and debris."""

from __future__ import annotations

import cv2
import numpy as np

from blastvote.simulate.cells.shapes import blob, cut_patch, moved
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import AZURE, BASOPHIL, CHROMATIN


def paint_neutrophil(
    rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float, plump: float = 1.0
) -> None:
    """Paint a mature neutrophil: pale, finely granular cytoplasm and a nucleus of two to five lobes.

    ``plump`` scales the lobes.
    """
    outline = blob(rng, radius, rng.uniform(1, 1.15), 0.02)
    patch = cut_patch(x, y, float(outline.max()) + 2, *canvas.shape)
    if patch is None:
        return
    cell = patch.coverage(outline)
    canvas.cover(patch.window, cell, 0.93)
    nucleus = np.zeros_like(cell)
    lobes = int(rng.integers(2, 6))
    size = radius * (0.46 - 0.04 * lobes) * plump
    start, sweep = rng.uniform(0, 2 * np.pi), rng.uniform(0.95, 1.25) * (1.0 if lobes > 2 else 1.8)
    ring = radius * rng.uniform(0.42, 0.55)
    angles = start + np.arange(lobes) * sweep + rng.normal(0, 0.1, lobes)
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * ring * rng.uniform(0.8, 1.15, (lobes, 1))
    for point in points:
        lobe = blob(rng, size * rng.uniform(0.85, 1.2), rng.uniform(1.0, 1.6), 0.05)
        nucleus = np.maximum(nucleus, moved(patch, point[0], point[1]).coverage(lobe))
    offset = np.array([x - patch.window[1].start, y - patch.window[0].start])
    thread = np.zeros(cell.shape, np.uint8)
    cv2.polylines(thread, [np.round((points + offset) * 16).astype(np.int32)], False, 255,
                  max(1, round(0.5 * canvas.scale)), cv2.LINE_AA, 4)  # fmt: skip
    nucleus = np.maximum(nucleus, thread.astype(np.float32) / 255) * cell
    shape = cell.shape
    grain = 1 + np.float32(0.35) * canvas.atlas.window(rng, "fine", shape)
    clumps = 1.2 + np.float32(0.12) * canvas.atlas.window(rng, "medium", shape)
    canvas.add(
        patch.window, AZURE, np.float32(rng.uniform(0.3, 0.6)) * cell * (1 - nucleus) * np.maximum(grain, 0)
    )
    canvas.add(patch.window, CHROMATIN, nucleus * clumps)
    canvas.thickness[patch.window] += cell * (np.float32(0.35) + np.float32(0.4) * nucleus)


def paint_smudge(
    rng: np.random.Generator, canvas: Canvas, x: float, y: float, radius: float, depth: float = 1.0
) -> None:
    """Paint a smudge cell: a burst nucleus, pale (``depth`` 1) or deep, ragged, streaked and full of holes."""
    outline = blob(rng, radius, rng.uniform(1.1, 1.8), 0.10)
    patch = cut_patch(x, y, float(outline.max()) * 1.2 + 3, *canvas.shape)
    if patch is None:
        return
    shape = patch.rho.shape
    medium, coarse = (canvas.atlas.window(rng, grain, shape) for grain in ("medium", "coarse"))
    ragged = patch.distance(outline) + np.float32(canvas.scale) * (
        np.float32(0.22) * medium + np.float32(0.75) * coarse
    )
    cover = np.clip(np.float32(0.5) - ragged / np.float32(0.8 * canvas.scale), 0, 1)
    length, thin = max(3, round(1.6 * canvas.scale)), max(1, round(0.25 * canvas.scale))
    threads = cv2.blur(
        canvas.atlas.window(rng, "medium", shape), (length, thin) if rng.random() < 0.5 else (thin, length)
    )
    mottle = 1 + np.float32(0.22) * threads + np.float32(0.12) * canvas.atlas.window(rng, "coarse", shape)
    mottle += np.float32(0.07) * canvas.atlas.window(rng, "fine", shape)
    foam = np.clip(np.float32(1.75) - np.float32(0.55) * medium, 0.35, 1)
    amount = np.float32(depth * rng.uniform(0.38, 0.62)) * np.maximum(mottle, 0.2) * foam * cover
    canvas.cover(patch.window, cover, 0.75)
    canvas.add(patch.window, CHROMATIN, amount * np.float32(0.75))
    canvas.add(patch.window, AZURE, amount * np.float32(0.9))


def paint_platelet(rng: np.random.Generator, canvas: Canvas, x: float, y: float) -> None:
    """Paint a platelet: two to four micrometres, pale blue with violet granules."""
    outline = blob(rng, rng.uniform(0.8, 1.7) * canvas.scale, rng.uniform(1, 1.6), 0.06)
    patch = cut_patch(x, y, float(outline.max()) + 2, *canvas.shape)
    if patch is None:
        return
    cover = patch.coverage(outline)
    core = np.clip(1.15 - patch.depth(outline), 0, 1) * cover
    grain = np.maximum(1 + np.float32(0.6) * canvas.atlas.window(rng, "fine", cover.shape), 0.1)
    canvas.cover(patch.window, cover, 0.25)
    canvas.add(patch.window, BASOPHIL, np.float32(rng.uniform(0.12, 0.3)) * cover)
    canvas.add(patch.window, CHROMATIN, np.float32(rng.uniform(0.25, 0.6)) * core * grain)


def paint_debris(rng: np.random.Generator, canvas: Canvas, x: float, y: float) -> None:
    """Paint a grain of stain or dirt: small and dark, sometimes a cluster or a blue smear."""
    kind = rng.random()
    n = 1 if kind < 0.6 else int(rng.integers(3, 9))
    spread = 0.0 if n == 1 else rng.uniform(0.5, 1.4)
    for _ in range(n):
        size = rng.uniform(0.12, 0.42) * canvas.scale
        outline = blob(rng, size, rng.uniform(1, 1.8), 0.12)
        dx, dy = rng.normal(0, spread, 2) * canvas.scale
        patch = cut_patch(x + dx, y + dy, float(outline.max()) + 2, *canvas.shape)
        if patch is None:
            continue
        cover = patch.coverage(outline)
        dye = BASOPHIL if kind > 0.85 else CHROMATIN
        canvas.add(patch.window, dye, np.float32(rng.uniform(0.5, 1.4)) * cover)
        canvas.thickness[patch.window] += np.float32(0.9) * cover
