"""The full-size steps of EFF and LIME, one thread, compiled by numba.

`pixels_numpy` holds the same without numba.
"""

import math

import numpy as np

from blastvote.contrast.numerics.compiled import compiled
from blastvote.contrast.numerics.resize import halving, taps

Array = np.ndarray
BLOCK = 256  # pixels at a time: their rows of numbers stay in the cache


def halve_lightness(image: Array, dtype: type = np.float32) -> Array:
    """Return max(R, G, B) / 255 of an image (H, W, C) or (H, W), halved as `imresize(., 0.5)` does."""
    samples = image if image.ndim == 3 else image[..., None]
    down, across = halving(image.shape[0]), halving(image.shape[1])
    line, _ = across.padded()
    before = -int(across.first.min())
    lines: Array = np.empty((image.shape[0], len(across.first)), dtype)
    _lightness_across(samples, line, before, (across.weights.T / 255.0).astype(dtype).copy(), lines)
    out: Array = np.zeros((len(down.first), lines.shape[1]), dtype)
    _down(lines, down.indices, down.weights.astype(dtype), out)
    return out


def enlarge(plane: Array, height: int, width: int) -> Array:
    """Return `imresize(plane, [height width])` of a float plane, limited to zero or more, same dtype."""
    down, across = taps(plane.shape[0], height), taps(plane.shape[1], width)
    line, first = across.padded()
    out = np.empty((height, width), plane.dtype)
    weights = across.weights.T.astype(plane.dtype).copy()
    doubled = width == 2 * plane.shape[1]
    if doubled:  # even outputs, then odd ones: each begins one input further than the one before
        weights = np.ascontiguousarray(weights.reshape(-1, width // 2, 2).transpose(0, 2, 1))
        weights = weights.reshape(-1, width)
    _enlarge(plane, down.indices, down.weights.astype(plane.dtype), line, first, weights, doubled, out)
    return out


def shrink_rows(plane: Array, weights: Array) -> Array:
    """Return `weights` (n, H), banded, times `plane` (H, W), uint8 or bool, in float64."""
    used = weights != 0
    first, last = used.argmax(axis=1), weights.shape[1] - used[:, ::-1].argmax(axis=1)
    out: Array = np.empty((len(weights), plane.shape[1]))
    samples = plane.view(np.uint8)
    if samples.flags.c_contiguous:
        _shrink_down(samples, weights, first, last, out)
    else:  # a transposed plane: its columns are rows in memory
        _shrink_across(np.ascontiguousarray(samples.T), weights, first, last, out.T)
    return out


def fuse(image: Array, gain: Array, illumination: Array, mu: float) -> Array:
    """Return v + gain[v] (1 - T^mu), rounded half up and saturated, for each sample v; equations (4) and (5).

    `gain` is float64 (256,), 255 J - v. The precision is that of `illumination` (H, W).
    """
    out = np.empty_like(image)
    gain = gain.astype(illumination.dtype)
    _fuse(image.reshape(-1), gain, illumination.reshape(-1), float(mu), out.reshape(-1))
    return out


def fuse_truncated(image: Array, base: Array, brighter: Array, illumination: Array, mu: float) -> Array:
    """Return 255 (base[v] W + brighter[v] (1 - W)), W = T^mu, truncated and saturated.

    The tables are float64 (256,) of 0-1.
    """
    out = np.empty_like(image)
    _fuse_truncated(image.reshape(-1), base, brighter, illumination.reshape(-1), float(mu), out.reshape(-1))
    return out


@compiled(fastmath=True)
def _lightness_across(samples: Array, line: Array, before: int, weights: Array, out: Array) -> None:
    height, width, channels = samples.shape
    count = out.shape[1]
    pairs = count + weights.shape[0] // 2
    padded = np.zeros(2 * pairs, np.uint8)
    inner = padded[before : before + width]
    even, odd = np.empty(pairs, out.dtype), np.empty(pairs, out.dtype)
    for i in range(height):
        row, result = samples[i].ravel(), out[i]
        if channels == 3:
            for j in range(width):
                inner[j] = max(max(row[3 * j], row[3 * j + 1]), row[3 * j + 2])
        else:
            inner[:] = row
        for j in range(before):
            padded[j] = inner[line[j]]
        for j in range(before + width, len(line)):
            padded[j] = inner[line[j]]
        for j in range(pairs):
            even[j] = padded[2 * j]
            odd[j] = padded[2 * j + 1]
        result[:] = 0
        for tap in range(weights.shape[0]):
            weight, source = weights[tap], (even if tap % 2 == 0 else odd)[tap // 2 :]
            for j in range(count):
                result[j] += weight[j] * source[j]


@compiled(fastmath=True)
def _down(lines: Array, indices: Array, weights: Array, out: Array) -> None:
    for i in range(out.shape[0]):
        result = out[i]
        for tap in range(weights.shape[1]):
            weight, source = weights[i, tap], lines[indices[i, tap]]
            for j in range(len(result)):
                result[j] += weight * source[j]


@compiled(fastmath=True)
def _shrink_down(plane: Array, weights: Array, first: Array, last: Array, out: Array) -> None:
    for start in range(0, plane.shape[1], BLOCK):
        columns = slice(start, start + BLOCK)
        for k in range(len(out)):
            total = out[k, columns]
            total[:] = 0
            for i in range(first[k], last[k]):
                weight, row = weights[k, i], plane[i, columns]
                for j in range(len(row)):
                    total[j] += weight * row[j]


@compiled(fastmath=True)
def _shrink_across(plane: Array, weights: Array, first: Array, last: Array, out: Array) -> None:
    row = np.empty(plane.shape[1], out.dtype)
    for i in range(len(plane)):
        row[:] = plane[i]
        for k in range(len(weights)):
            line, part = weights[k, first[k] : last[k]], row[first[k] : last[k]]
            total = 0.0
            for j in range(len(line)):
                total += line[j] * part[j]
            out[i, k] = total


@compiled(fastmath=True)
def _enlarge(
    plane: Array, rows: Array, row_weights: Array, line: Array, first: Array, weights: Array, doubled: bool,
    out: Array,
) -> None:  # fmt: skip
    n_in, width = plane.shape[1], out.shape[1]
    mixed, padded = np.empty(n_in, plane.dtype), np.empty(len(line), plane.dtype)
    even, odd = np.empty(n_in, plane.dtype), np.empty(n_in, plane.dtype)
    for i in range(out.shape[0]):
        mixed[:] = 0
        for tap in range(row_weights.shape[1]):
            weight, source = row_weights[i, tap], plane[rows[i, tap]]
            for j in range(n_in):
                mixed[j] += weight * source[j]
        for j in range(len(line)):
            padded[j] = mixed[line[j]]
        result = out[i]
        if doubled:  # outputs 2 j and 2 j + 1 apart, so that neighbours in a loop are neighbours in memory
            even[:], odd[:] = 0, 0
            for tap in range(weights.shape[0]):
                for_even, for_odd = weights[tap, :n_in], weights[tap, n_in:]
                source, following = padded[tap:], padded[tap + 1 :]
                for j in range(n_in):
                    even[j] += for_even[j] * source[j]
                for j in range(n_in):
                    odd[j] += for_odd[j] * following[j]
            for j in range(n_in):
                result[2 * j] = max(even[j], 0)
                result[2 * j + 1] = max(odd[j], 0)
            continue
        result[:] = 0
        for tap in range(weights.shape[0]):
            weight_line = weights[tap]
            for j in range(width):
                result[j] += weight_line[j] * padded[first[j] + tap]
        for j in range(width):
            result[j] = max(result[j], 0)


@compiled()
def _weights(light: Array, mu: float, out: Array) -> None:
    """Write W = T^mu of (5), each as often as a pixel has samples, in the precision of `out`."""
    channels = len(out) // len(light)
    number = out.dtype.type
    for j in range(len(light)):
        weight = math.sqrt(number(light[j])) if mu == 0.5 else number(number(light[j]) ** mu)
        if channels == 3:
            out[3 * j], out[3 * j + 1], out[3 * j + 2] = weight, weight, weight
        else:
            out[j] = weight


@compiled()
def _fuse(samples: Array, gain: Array, illumination: Array, mu: float, out: Array) -> None:
    channels = len(samples) // len(illumination)
    weight, lift = np.empty(BLOCK * channels, gain.dtype), np.empty(BLOCK * channels, gain.dtype)
    number = gain.dtype.type
    zero, half, one, highest = number(0), number(0.5), number(1), number(255)
    for start in range(0, len(illumination), BLOCK):
        light = illumination[start : start + BLOCK]
        part = slice(channels * start, channels * (start + len(light)))
        row, result = samples[part], out[part]
        _weights(light, mu, weight[: len(row)])
        for j in range(len(row)):
            lift[j] = gain[row[j]]
        for j in range(len(row)):
            mixed = number(row[j]) + half + lift[j] * (one - weight[j])
            result[j] = np.uint8(np.int32(min(max(mixed, zero), highest)))


@compiled()
def _fuse_truncated(
    samples: Array, base: Array, brighter: Array, illumination: Array, mu: float, out: Array
) -> None:
    channels = len(samples) // len(illumination)
    weight = np.empty(BLOCK * channels, np.float64)
    for start in range(0, len(illumination), BLOCK):
        light = illumination[start : start + BLOCK]
        part = slice(channels * start, channels * (start + len(light)))
        row, result = samples[part], out[part]
        _weights(light, mu, weight[: len(row)])
        for j in range(len(row)):
            mixed = base[row[j]] * weight[j] + brighter[row[j]] * (1.0 - weight[j])
            result[j] = np.uint8(np.int32(min(max(mixed * 255.0, 0.0), 255.0)))
