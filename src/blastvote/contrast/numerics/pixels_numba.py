"""The full-size steps of EFF and LIME, one thread, compiled by numba.

`pixels_numpy` holds the same without numba.
"""

import math

import numpy as np

from blastvote.contrast.numerics.compiled import compiled
from blastvote.contrast.numerics.resize import halving, taps

Array = np.ndarray


def halve_lightness(image: Array, dtype: type = np.float32) -> Array:
    """Return max(R, G, B) / 255 of an image (H, W, C) or (H, W), halved as `imresize(., 0.5)` does."""
    samples = image if image.ndim == 3 else image[..., None]
    down, across = halving(image.shape[0]), halving(image.shape[1])
    line, first = across.padded()
    lines: Array = np.empty((image.shape[0], len(first)), dtype)
    _lightness_across(samples, line, first, (across.weights.T / 255.0).astype(dtype).copy(), lines)
    out: Array = np.zeros((len(down.first), len(first)), dtype)
    _down(lines, down.indices, down.weights.astype(dtype), out)
    return out


def enlarge(plane: Array, height: int, width: int) -> Array:
    """Return `imresize(plane, [height width])` of a float plane, limited to zero or more, same dtype."""
    down, across = taps(plane.shape[0], height), taps(plane.shape[1], width)
    line, first = across.padded()
    out = np.empty((height, width), plane.dtype)
    weights = across.weights.T.astype(plane.dtype).copy()
    _enlarge(plane, down.indices, down.weights.astype(plane.dtype), line, first, weights, out)
    return out


def fuse(image: Array, gain: Array, illumination: Array, mu: float) -> Array:
    """Return v + gain[v] (1 - T^mu), rounded half up and saturated, for each sample v; equations (4) and (5).

    `gain` is float64 (256,), 255 J - v. The precision is that of `illumination` (H, W).
    """
    out = np.empty_like(image)
    height = len(image)
    rounded, gain = (np.arange(256) + 0.5).astype(illumination.dtype), gain.astype(illumination.dtype)
    _fuse(image.reshape(height, -1), rounded, gain, illumination, float(mu), out.reshape(height, -1))
    return out


def fuse_truncated(image: Array, base: Array, brighter: Array, illumination: Array, mu: float) -> Array:
    """Return 255 (base[v] W + brighter[v] (1 - W)), W = T^mu, truncated and saturated.

    The tables are float64 (256,) of 0-1.
    """
    out = np.empty_like(image)
    height = len(image)
    _fuse_truncated(
        image.reshape(height, -1), base, brighter, illumination, float(mu), out.reshape(height, -1)
    )
    return out


@compiled(fastmath=True)
def _lightness_across(samples: Array, line: Array, first: Array, weights: Array, out: Array) -> None:
    height, width, channels = samples.shape
    lightness = np.empty(width, out.dtype)
    padded = np.empty(len(line), out.dtype)
    for i in range(height):
        row, result = samples[i], out[i]
        if channels == 3:
            for j in range(width):
                lightness[j] = max(max(row[j, 0], row[j, 1]), row[j, 2])
        else:
            for j in range(width):
                lightness[j] = row[j, 0]
        for j in range(len(line)):
            padded[j] = lightness[line[j]]
        result[:] = 0
        for tap in range(weights.shape[0]):
            weight = weights[tap]
            for j in range(len(first)):
                result[j] += weight[j] * padded[first[j] + tap]


@compiled(fastmath=True)
def _down(lines: Array, indices: Array, weights: Array, out: Array) -> None:
    for i in range(out.shape[0]):
        result = out[i]
        for tap in range(weights.shape[1]):
            weight, source = weights[i, tap], lines[indices[i, tap]]
            for j in range(len(result)):
                result[j] += weight * source[j]


@compiled(fastmath=True)
def _enlarge(
    plane: Array, rows: Array, row_weights: Array, line: Array, first: Array, weights: Array, out: Array
) -> None:
    mixed = np.empty(plane.shape[1], plane.dtype)
    padded = np.empty(len(line), plane.dtype)
    for i in range(out.shape[0]):
        mixed[:] = 0
        for tap in range(row_weights.shape[1]):
            weight, source = row_weights[i, tap], plane[rows[i, tap]]
            for j in range(len(mixed)):
                mixed[j] += weight * source[j]
        for j in range(len(line)):
            padded[j] = mixed[line[j]]
        result = out[i]
        result[:] = 0
        for tap in range(weights.shape[0]):
            weight_line = weights[tap]
            for j in range(len(first)):
                result[j] += weight_line[j] * padded[first[j] + tap]
        for j in range(len(first)):
            result[j] = max(result[j], 0)


@compiled()
def _weights(light: Array, mu: float, out: Array) -> None:
    """Write W = T^mu of (5), each as often as a pixel has samples, in the precision of `out`."""
    channels = len(out) // len(light)
    number = out.dtype.type
    for j in range(len(light)):
        weight = math.sqrt(number(light[j])) if mu == 0.5 else number(number(light[j]) ** mu)
        for c in range(channels):
            out[channels * j + c] = weight


@compiled()
def _fuse(samples: Array, rounded: Array, gain: Array, illumination: Array, mu: float, out: Array) -> None:
    weight = np.empty(samples.shape[1], gain.dtype)
    zero, one, highest = gain.dtype.type(0), gain.dtype.type(1), gain.dtype.type(255)
    for i in range(samples.shape[0]):
        row, result = samples[i], out[i]
        _weights(illumination[i], mu, weight)
        for j in range(len(row)):
            mixed = rounded[row[j]] + gain[row[j]] * (one - weight[j])
            result[j] = np.uint8(np.int32(min(max(mixed, zero), highest)))


@compiled()
def _fuse_truncated(
    samples: Array, base: Array, brighter: Array, illumination: Array, mu: float, out: Array
) -> None:
    weight = np.empty(samples.shape[1], np.float64)
    for i in range(samples.shape[0]):
        row, result = samples[i], out[i]
        _weights(illumination[i], mu, weight)
        for j in range(len(row)):
            mixed = base[row[j]] * weight[j] + brighter[row[j]] * (1.0 - weight[j])
            result[j] = np.uint8(np.int32(min(max(mixed * 255.0, 0.0), 255.0)))
