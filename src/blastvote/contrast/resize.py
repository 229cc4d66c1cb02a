"""Bicubic resizing as MATLAB's `imresize` defines it (Keys, a = -0.5; antialiased; symmetric borders).

OpenCV's bicubic has another kernel (a = -0.75) and no antialiasing, Pillow's other borders: neither can stand
in.
"""

import math

import numpy as np


def cubic(x: np.ndarray) -> np.ndarray:
    """Return Keys' cubic kernel with a = -0.5 at `x`."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1.0
    far = -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def taps(n_in: int, n_out: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Return which inputs make each output, and their weights.

    Parameters
    ----------
    n_in, n_out
        Lengths.
    scale
        Output length over input length; MATLAB keeps the scale the caller named, so halving an odd length has
        scale 0.5.

    Returns
    -------
    indices : numpy.ndarray
        int64 (n_out, taps), borders reflected.
    weights : numpy.ndarray
        float64 (n_out, taps), rows sum to 1.
    """
    stretch = min(scale, 1.0)
    width = 4.0 / stretch
    centre = (np.arange(n_out) + 0.5) / scale - 0.5
    first = np.floor(centre - width / 2).astype(np.int64)
    indices = first[:, None] + np.arange(math.ceil(width) + 2)
    weights = cubic(stretch * (centre[:, None] - indices))
    weights /= weights.sum(axis=1, keepdims=True)
    kept = np.flatnonzero(weights.any(axis=0))
    indices, weights = indices[:, kept], weights[:, kept]
    period = np.concatenate([np.arange(n_in), np.arange(n_in)[::-1]])
    return period[indices % (2 * n_in)], weights


def matrix(n_in: int, n_out: int, scale: float | None = None) -> np.ndarray:
    """Return `taps` as a dense float64 matrix (n_out, n_in)."""
    indices, weights = taps(n_in, n_out, n_out / n_in if scale is None else scale)
    dense = np.zeros((n_out, n_in))
    np.add.at(dense, (np.arange(n_out)[:, None], indices), weights)
    return dense


def shrink_rows(plane: np.ndarray, weights: np.ndarray, block: int = 128) -> np.ndarray:
    """Return `weights` (n, H) times `plane` (H, W) in float64, reading the plane in blocks of rows.

    The matrix is banded: each block is multiplied only with the outputs it reaches.
    """
    out = np.zeros((len(weights), plane.shape[1]))
    for start in range(0, plane.shape[0], block):
        part = weights[:, start : start + block]
        reached = np.flatnonzero(part.any(axis=1))
        if len(reached):
            rows = slice(reached[0], reached[-1] + 1)
            out[rows] += part[rows] @ plane[start : start + block].astype(np.float64)
    return out


def shrink_columns(plane: np.ndarray, weights: np.ndarray, block: int = 128) -> np.ndarray:
    """Return `plane` (H, W) times the transpose of `weights` (n, W), as `shrink_rows` does for rows."""
    out = np.zeros((plane.shape[0], len(weights)))
    for start in range(0, plane.shape[1], block):
        part = weights[:, start : start + block]
        reached = np.flatnonzero(part.any(axis=1))
        if len(reached):
            columns = slice(reached[0], reached[-1] + 1)
            out[:, columns] += plane[:, start : start + block].astype(np.float64) @ part[columns].T
    return out


def thumbnail(plane: np.ndarray, size: int = 50) -> np.ndarray:
    """Return `imresize(plane, [size size])` of a plane (H, W), float64 (size, size), not rounded."""
    height, width = plane.shape
    return shrink_rows(plane, matrix(height, size)) @ matrix(width, size).T


def mask_thumbnail(mask: np.ndarray, size: int = 50) -> np.ndarray:
    """Return `imresize(mask, [size size])` of a logical mask (H, W), bool (size, size).

    MATLAB resizes 255 * mask as uint8, rounding after each direction and taking the stronger reduction first
    (rows if both are equal), and then tests > 128.
    """
    height, width = mask.shape
    rows, columns = matrix(height, size), matrix(width, size)
    if size / height <= size / width:
        first = to_byte(shrink_rows(mask, rows) * 255.0)
        return to_byte(first @ columns.T) > 128
    first = to_byte(shrink_columns(mask, columns) * 255.0)
    return to_byte(rows @ first) > 128


def to_byte(values: np.ndarray) -> np.ndarray:
    """Round half up and saturate to 0-255, in floating point."""
    return np.clip(np.floor(values + 0.5), 0, 255)


def halve(plane: np.ndarray) -> np.ndarray:
    """Return `imresize(plane, 0.5)` of a float plane (H, W): (ceil(H / 2), ceil(W / 2)), same dtype."""
    height, width = plane.shape
    rows, row_weights = taps(height, -(-height // 2), 0.5)
    columns, column_weights = taps(width, -(-width // 2), 0.5)
    return _gather(_gather(plane, rows, row_weights).T, columns, column_weights).T


def _gather(plane: np.ndarray, indices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return weighted sums of rows: out[i] = sum_k weights[i, k] plane[indices[i, k]]."""
    weights = weights.astype(plane.dtype)
    out = weights[:, :1] * plane[indices[:, 0]]
    for tap in range(1, indices.shape[1]):
        out += weights[:, tap : tap + 1] * plane[indices[:, tap]]
    return out


def enlarge(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return `imresize(plane, [height width])` of a float plane, same dtype."""
    rows, row_weights = taps(plane.shape[0], height, height / plane.shape[0])
    columns, column_weights = taps(plane.shape[1], width, width / plane.shape[1])
    return np.ascontiguousarray(_gather(_gather(plane, rows, row_weights).T, columns, column_weights).T)
