"""Thick regions: plasma and bubbles over a part of the field, in which red cells fade."""

from __future__ import annotations

import numpy as np

from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import AZURE, HAEMOGLOBIN
from blastvote.simulate.imaging.texture import cloud


def paint_thick_region(rng: np.random.Generator, canvas: Canvas) -> None:
    """Paint plasma over a part of the slide: it hides red cells more or less and is full of bubbles."""
    height, width = canvas.shape
    field = cloud(rng, height, width, 2) - np.float32(rng.uniform(-0.2, 0.5))
    cover = np.clip(field / np.float32(rng.uniform(0.05, 0.4)), 0, 1)
    whole = (slice(None), slice(None))
    canvas.cover(whole, cover, rng.uniform(0.0, 0.85))
    mottle = (
        1 + np.float32(0.3) * cloud(rng, height, width, 12) + np.float32(0.15) * cloud(rng, height, width, 40)
    )
    canvas.add(whole, AZURE, np.float32(rng.uniform(0.05, 0.5)) * cover * mottle)
    canvas.add(whole, HAEMOGLOBIN, np.float32(rng.uniform(0.0, 0.5)) * cover * mottle)
    if rng.random() < 0.5:
        _blow_bubbles(rng, canvas, cover)


def _blow_bubbles(rng: np.random.Generator, canvas: Canvas, cover: np.ndarray) -> None:
    """Clear small discs of the plasma."""
    height, width = canvas.shape
    inside = np.argwhere(cover > 0.5)
    if not len(inside):
        return
    rows, columns = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None]
    for y, x in inside[rng.integers(0, len(inside), int(rng.integers(10, 80)))]:
        size = rng.gamma(3.0, 0.18) * canvas.scale
        window = (
            slice(max(0, int(y - size - 2)), int(y + size + 3)),
            slice(max(0, int(x - size - 2)), int(x + size + 3)),
        )
        away = np.hypot(rows[window[0]] - y, columns[:, window[1]] - x)
        disc = np.clip((np.float32(size) - away) / np.float32(0.15 * canvas.scale + 0.5), 0, 1)
        canvas.cover(window, disc, rng.uniform(0.3, 0.9))
