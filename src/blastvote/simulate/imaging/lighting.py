"""Lighting: even or not, dim, washed out; the reason for contrast enhancement."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blastvote.simulate.imaging.texture import cloud

MODES = ("good", "dim", "uneven", "washed out", "very dim")
_SHARES_AT_FULL_SEVERITY = np.array([0.42, 0.20, 0.18, 0.13, 0.07])


@dataclass(frozen=True)
class Lighting:
    """The light of one image.

    Attributes
    ----------
    mode
        One of `MODES`.
    exposure
        Brightness of the empty slide through its well-lit value.
    veil
        Share of stray light that is spread over the image, 0 to 1.
    falloff
        How much darker the darkest part of the field is, 0 to 1.
    centre
        Where the light is strongest, ``(x, y)`` relative to the image.
    """

    mode: str
    exposure: float
    veil: float
    falloff: float
    centre: tuple[float, float]


def draw_lighting(rng: np.random.Generator, severity: float) -> Lighting:
    """Draw the light of an image; ``severity`` 0 gives good light only, 1 bad light on more than half."""
    shares = _SHARES_AT_FULL_SEVERITY * severity
    shares[0] = 1 - shares[1:].sum()
    mode = MODES[int(rng.choice(len(MODES), p=shares))]
    exposure, veil, falloff = rng.uniform(0.93, 1.05), rng.uniform(0, 0.05), rng.uniform(0.02, 0.14)
    if mode == "dim":
        exposure = rng.uniform(0.30, 0.60)
    elif mode == "very dim":
        exposure = rng.uniform(0.10, 0.22)
    elif mode == "uneven":
        exposure, falloff = rng.uniform(0.75, 1.05), rng.uniform(0.45, 0.8)
    elif mode == "washed out":
        exposure, veil = rng.uniform(1.02, 1.22), rng.uniform(0.35, 0.62)
    centre = rng.normal(0.5, 0.1, 2) if mode != "uneven" else rng.uniform(-0.1, 1.1, 2)
    return Lighting(mode, float(exposure), float(veil), float(falloff), (float(centre[0]), float(centre[1])))


def illumination(rng: np.random.Generator, lighting: Lighting, height: int, width: int) -> np.ndarray:
    """Return the brightness of the empty slide, ``float32 (h, w)``, at most about ``lighting.exposure``."""
    # Light changes slowly, so a coarse grid is enough; resizing spares a power per pixel.
    rows, columns = max(8, height // 16), max(8, width // 16)
    x = ((np.arange(columns) + 0.5) / columns - lighting.centre[0])[None, :] * width
    y = ((np.arange(rows) + 0.5) / rows - lighting.centre[1])[:, None] * height
    away = (x**2 + y**2) / (0.25 * (width**2 + height**2))
    field = 1 - lighting.falloff * (away / max(float(away.max()), 1.0)) ** 0.8
    field = lighting.exposure * field * (1 + 0.015 * cloud(rng, rows, columns, 3))
    return cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
