"""Vacuoles: what they leave of a cell's stain."""

from __future__ import annotations

import numpy as np

from blastvote.simulate.cells.shapes import N_ANGLES, Patch


def vacuoles(
    rng: np.random.Generator,
    limits: tuple[int, int],
    patch: Patch,
    outline: np.ndarray,
    roomy: float,
    nucleus: np.ndarray,
    scale: float,
) -> np.ndarray:
    """Return what single vacuoles leave of the stain, ``float32 (h, w)``: most lie where the cytoplasm is widest.

    Parameters
    ----------
    rng
        Random generator.
    limits
        Fewest and most vacuoles.
    patch, outline
        The cell's pixels and its outline.
    roomy
        Angle at which the cytoplasm is widest.
    nucleus
        ``float32 (h, w)``: share of each pixel that the nucleus covers.
    scale
        Pixels per micrometre.
    """
    clear = np.ones(patch.rho.shape, np.float32)
    side = roomy + rng.normal(0, 0.5)
    # Above or below the nucleus a vacuole takes away only its own share of the thickness.
    strength = 1 - np.float32(0.45) * nucleus
    for _ in range(int(rng.integers(limits[0], limits[1] + 1))):
        angle = rng.normal(side, 0.65) if rng.random() < 0.75 else rng.uniform(0, 2 * np.pi)
        size = rng.gamma(4.0, 0.1) * scale
        edge = _edge(outline, angle) - 1.05 * size - 0.15 * scale
        away = edge * (rng.uniform(0.62, 1.0) if rng.random() < 0.75 else np.sqrt(rng.uniform(0.05, 0.7)))
        hole = spot(patch, away * np.cos(angle), away * np.sin(angle), size, soft=0.12 * scale)
        clear *= 1 - np.float32(rng.uniform(0.5, 0.92)) * hole * strength
    return clear


def foam(
    rng: np.random.Generator,
    limits: tuple[int, int],
    patch: Patch,
    outline: np.ndarray,
    roomy: float,
    nucleus: np.ndarray,
    scale: float,
) -> np.ndarray:
    """Return what vacuoles leave that lie in heaps, merge, and notch the cell's edge; parameters as `vacuoles`."""
    clear = np.ones(patch.rho.shape, np.float32)
    heaps = [roomy + rng.normal(0, 0.5), *rng.uniform(0, 2 * np.pi, int(rng.integers(0, 3)))]
    spread, big = rng.uniform(0.3, 1.2), rng.uniform(0.07, 0.16)
    over_nucleus, scattered, depth = rng.uniform(0, 0.5), rng.uniform(0.15, 0.6), rng.uniform(0.55, 0.95)
    strength = 1 - np.float32(over_nucleus) * nucleus
    for _ in range(int(rng.integers(limits[0], limits[1] + 1))):
        apart = rng.random() < scattered
        angle = (
            rng.uniform(0, 2 * np.pi) if apart else rng.normal(heaps[int(rng.integers(len(heaps)))], spread)
        )
        size = rng.gamma(4.0, big) * scale
        edge = _edge(outline, angle) - rng.uniform(0.4, 1.1) * size  # some reach beyond the edge
        away = edge * (np.sqrt(rng.uniform(0.02, 0.9)) if apart else rng.uniform(0.68, 1.0))
        hole = spot(patch, away * np.cos(angle), away * np.sin(angle), size, soft=0.2 * scale)
        clear *= 1 - np.float32(depth * rng.uniform(0.75, 1.0)) * hole * strength
    return clear


def spot(patch: Patch, x: float, y: float, size: float, soft: float) -> np.ndarray:
    """Return a disc of radius ``size`` whose edge is ``soft`` pixels wide, in 0-1."""
    away = np.sqrt((patch.dx - np.float32(x)) ** 2 + (patch.dy - np.float32(y)) ** 2)
    return np.clip((np.float32(size) - away) / np.float32(max(soft, 0.5)) + np.float32(0.5), 0, 1)


def _edge(outline: np.ndarray, angle: float) -> float:
    return float(outline[int(angle / (2 * np.pi) * N_ANGLES) % N_ANGLES])
