"""The full-size steps of EFF and LIME in NumPy alone; same meaning as `pixels_numba`."""

import cv2
import numpy as np

from blastvote.contrast.numerics.resize import Taps, halving, shrink_rows, taps

__all__ = ["enlarge", "fuse", "fuse_truncated", "halve_lightness", "shrink_rows"]

_ROWS = 32  # rows of a band: its temporaries stay in the cache


def halve_lightness(image: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    """Return max(R, G, B) / 255 of an image (H, W, C) or (H, W), halved as `imresize(., 0.5)` does."""
    height, width = image.shape[:2]
    down, across = halving(height), halving(width)
    lines: np.ndarray = np.empty((height, len(across.first)), dtype)
    for start in range(0, height, _ROWS):
        band = image[start : start + _ROWS]
        lightness = band if band.ndim == 2 else cv2.max(cv2.max(band[..., 0], band[..., 1]), band[..., 2])
        lines[start : start + _ROWS] = _across(lightness.astype(dtype), across)
    return _down(lines, down, 0, len(down.first)) / dtype(255)


def enlarge(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return `imresize(plane, [height width])` of a float plane, limited to zero or more, same dtype."""
    down, across = taps(plane.shape[0], height), taps(plane.shape[1], width)
    out = np.empty((height, width), plane.dtype)
    for start in range(0, height, _ROWS):
        stop = min(start + _ROWS, height)
        np.maximum(_across(_down(plane, down, start, stop), across), 0, out=out[start:stop])
    return out


def fuse(image: np.ndarray, gain: np.ndarray, illumination: np.ndarray, mu: float) -> np.ndarray:
    """Return v + gain[v] (1 - T^mu), rounded half up and saturated, for each sample v; equations (4) and (5).

    `gain` is float64 (256,), 255 J - v. The precision is that of `illumination` (H, W).
    """
    base, gain = np.arange(256, dtype=illumination.dtype), gain.astype(illumination.dtype)
    half = illumination.dtype.type(0.5)
    out = np.empty_like(image)
    for start in range(0, len(image), _ROWS):
        band = image[start : start + _ROWS]
        rest = 1 - illumination[start : start + _ROWS] ** mu
        mixed = gain.take(band, mode="clip")
        mixed *= rest[..., None] if band.ndim == 3 else rest
        mixed += base.take(band, mode="clip")
        mixed += half
        np.clip(mixed, 0, 255, out=mixed)
        out[start : start + _ROWS] = mixed  # the cast truncates
    return out


def fuse_truncated(
    image: np.ndarray, base: np.ndarray, brighter: np.ndarray, illumination: np.ndarray, mu: float
) -> np.ndarray:
    """Return 255 (base[v] W + brighter[v] (1 - W)), W = T^mu, truncated and saturated.

    The tables are float64 (256,) of 0-1.
    """
    out = np.empty_like(image)
    for start in range(0, len(image), _ROWS):
        band = image[start : start + _ROWS]
        weight = illumination[start : start + _ROWS].astype(np.float64) ** mu
        weight = weight[..., None] if band.ndim == 3 else weight
        mixed = base.take(band, mode="clip") * weight
        mixed += brighter.take(band, mode="clip") * (1 - weight)
        mixed *= 255
        np.clip(mixed, 0, 255, out=mixed)
        out[start : start + _ROWS] = mixed
    return out


def _down(plane: np.ndarray, along: Taps, start: int, stop: int) -> np.ndarray:
    """Return output rows `start` to `stop` (left out) of a resize along the first axis."""
    indices, weights = along.indices[start:stop], along.weights[start:stop].astype(plane.dtype)
    out = weights[:, :1] * plane[indices[:, 0]]
    for tap in range(1, weights.shape[1]):
        out += weights[:, tap, None] * plane[indices[:, tap]]
    return out


def _across(plane: np.ndarray, along: Taps) -> np.ndarray:
    """Return a resize along the second axis; outputs of equal phase are done together, by strided slices."""
    line, first = along.padded()
    padded = plane[:, line]
    weights = along.weights.astype(plane.dtype)
    n = len(first)
    period = 2 if n > 2 and np.array_equal(first[2:] - first[:-2], np.full(n - 2, first[2] - first[0])) else 0
    if period == 0 or not np.allclose(weights[2:], weights[:-2], atol=1e-12):
        out = padded[:, first] * weights[:, 0]
        for tap in range(1, weights.shape[1]):
            out += padded[:, first + tap] * weights[:, tap]
        return out
    out = np.empty((len(plane), n), plane.dtype)
    stride = int(first[2] - first[0])
    for phase in (0, 1):
        count = len(range(phase, n, 2))
        target = out[:, phase::2]
        for tap in range(weights.shape[1]):
            begin = int(first[phase]) + tap
            part = padded[:, begin : begin + stride * (count - 1) + 1 : stride] * weights[phase, tap]
            if tap == 0:
                target[...] = part
            else:
                target += part
    return out
