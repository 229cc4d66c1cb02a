"""Cell outlines as star-shaped curves, and the patch of the image they cover."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

N_ANGLES = 256
_ANGLES = np.arange(N_ANGLES, dtype=np.float32) * np.float32(2 * np.pi / N_ANGLES)
_NEXT = (np.arange(N_ANGLES) + 1) % N_ANGLES
_HARMONICS = np.arange(2, 15, dtype=np.float32)
_COSINES = np.cos(_HARMONICS[:, None] * _ANGLES)
_SINES = np.sin(_HARMONICS[:, None] * _ANGLES)


@dataclass(frozen=True)
class Patch:
    """The part of an image around a cell, in polar coordinates about the cell's centre.

    Attributes
    ----------
    window
        Slices ``(rows, columns)`` into the image.
    rho
        ``float32 (h, w)``: distance from the centre in pixels.
    bin
        ``uint8 (h, w)``: index of the angle in an outline.
    dx, dy
        ``float32 (1, w)`` and ``(h, 1)``: offsets from the centre in pixels.
    """

    window: tuple[slice, slice]
    rho: np.ndarray
    bin: np.ndarray
    dx: np.ndarray
    dy: np.ndarray

    def coverage(self, outline: np.ndarray) -> np.ndarray:
        """Return how much of each pixel the outline covers, ``float32 (h, w)`` in 0-1, anti-aliased."""
        return np.clip(np.float32(0.5) - self.distance(outline), 0, 1)

    def distance(self, outline: np.ndarray) -> np.ndarray:
        """Return the signed distance to the outline in pixels (negative inside), to first order."""
        slope = (outline[_NEXT] - outline[_NEXT - 2]) * np.float32(N_ANGLES / (4 * np.pi))
        steepness = np.float32(1) / np.sqrt(1 + (slope / outline) ** 2)
        return (self.rho - outline[self.bin]) * steepness[self.bin]

    def depth(self, outline: np.ndarray) -> np.ndarray:
        """Return the relative radius: 0 at the centre, 1 on the outline."""
        return self.rho * (np.float32(1) / outline)[self.bin]


def cut_patch(x: float, y: float, reach: float, height: int, width: int) -> Patch | None:
    """Cut the patch of all pixels within ``reach`` pixels of ``(x, y)``; None where it misses the image."""
    x0, x1 = max(0, int(x - reach)), min(width, int(x + reach) + 2)
    y0, y1 = max(0, int(y - reach)), min(height, int(y + reach) + 2)
    if x0 >= x1 or y0 >= y1:
        return None
    dx = np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(x)
    dy = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(y)
    gx, gy = np.broadcast_to(dx, (y1 - y0, x1 - x0)), np.broadcast_to(dy, (y1 - y0, x1 - x0))
    rho, angle = cv2.cartToPolar(np.ascontiguousarray(gx), np.ascontiguousarray(gy))
    index = (angle * np.float32(N_ANGLES / (2 * np.pi))).astype(np.int32).astype(np.uint8)
    return Patch((slice(y0, y1), slice(x0, x1)), rho, index, dx, dy)


def blob(rng: np.random.Generator, radius: float, aspect: float = 1.0, roughness: float = 0.02) -> np.ndarray:
    """Draw a rounded outline: an ellipse turned at random, with smooth random harmonics.

    Parameters
    ----------
    rng
        Random generator.
    radius
        Radius in pixels of the circle of about equal area.
    aspect
        Longer through shorter axis.
    roughness
        Spread of the harmonics relative to the radius; they fall with the power 1.8 of their order.

    Returns
    -------
    numpy.ndarray
        ``float32 (N_ANGLES,)``: radius in pixels at each angle.
    """
    turn = np.float32(rng.uniform(0, np.pi))
    cos2 = np.cos(_ANGLES - turn) ** 2
    ellipse = 1 / np.sqrt(cos2 / np.float32(aspect) + (1 - cos2) * np.float32(aspect))
    size = (
        rng.standard_normal(_HARMONICS.size).astype(np.float32)
        * np.float32(3.6 * roughness)
        / _HARMONICS ** np.float32(1.8)
    )
    phase = rng.uniform(0, 2 * np.pi, _HARMONICS.size).astype(np.float32)
    waves = (size * np.cos(phase)) @ _COSINES - (size * np.sin(phase)) @ _SINES
    return np.maximum(np.float32(radius) * ellipse * (1 + waves), 0.3 * radius).astype(np.float32)


def indent(outline: np.ndarray, angle: float, depth: float, width: float) -> np.ndarray:
    """Press a notch into an outline: ``depth`` relative to the radius (negative bulges), ``width`` in rad."""
    away = np.angle(np.exp(1j * (_ANGLES - angle))).astype(np.float32)
    return (outline * (1 - np.float32(depth) * np.exp(-((away / np.float32(width)) ** 2)))).astype(np.float32)


def moved(patch: Patch, dx: float, dy: float) -> Patch:
    """Return the same pixels in polar coordinates about a centre moved by ``(dx, dy)`` pixels."""
    gx, gy = patch.dx - np.float32(dx), patch.dy - np.float32(dy)
    shape = patch.rho.shape
    rho, angle = cv2.cartToPolar(
        np.ascontiguousarray(np.broadcast_to(gx, shape)), np.ascontiguousarray(np.broadcast_to(gy, shape))
    )
    index = (angle * np.float32(N_ANGLES / (2 * np.pi))).astype(np.int32).astype(np.uint8)
    return Patch(patch.window, rho, index, gx, gy)
