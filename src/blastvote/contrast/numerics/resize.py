"""Bicubic resizing as MATLAB's `imresize` defines it (Keys, a = -0.5; antialiased; symmetric borders).

OpenCV's bicubic has another kernel (a = -0.75) and no antialiasing, Pillow's other borders: neither can stand
in.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Taps:
    """Which inputs make each output along one side, and how much each counts.

    Attributes
    ----------
    first
        int64 (n_out,): first input of each output; it and those after it may lie outside and are then
        reflected.
    weights
        float64 (n_out, taps); rows sum to 1.
    n_in
        Inputs.
    """

    first: np.ndarray
    weights: np.ndarray
    n_in: int

    @property
    def indices(self) -> np.ndarray:
        """Return int64 (n_out, taps), the inputs, reflected at the borders with the border pixel repeated."""
        return self._reflect(self.first[:, None] + np.arange(self.weights.shape[1]))

    def padded(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the inputs of a line padded as far as needed and where in it each output starts, int64."""
        low = int(self.first.min())
        line = np.arange(low, int(self.first.max()) + self.weights.shape[1])
        return self._reflect(line), self.first - low

    def matrix(self) -> np.ndarray:
        """Return the weights as a dense float64 matrix (n_out, n_in)."""
        dense = np.zeros((len(self.first), self.n_in))
        np.add.at(dense, (np.arange(len(self.first))[:, None], self.indices), self.weights)
        return dense

    def _reflect(self, index: np.ndarray) -> np.ndarray:
        period = np.concatenate([np.arange(self.n_in), np.arange(self.n_in)[::-1]])
        return period[index % (2 * self.n_in)]


def cubic(x: np.ndarray) -> np.ndarray:
    """Return Keys' cubic kernel with a = -0.5 at `x`."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1.0
    far = -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def taps(n_in: int, n_out: int, scale: float | None = None) -> Taps:
    """Return the taps of a resize from `n_in` to `n_out`.

    `scale` is the output's length over the input's. MATLAB keeps a scale that the caller named: halving an
    odd length has scale 0.5, not ceil(n / 2) / n.
    """
    scale = n_out / n_in if scale is None else scale
    stretch = min(scale, 1.0)
    width = 4.0 / stretch
    centre = (np.arange(n_out) + 0.5) / scale - 0.5
    first = np.floor(centre - width / 2).astype(np.int64)
    offsets = np.arange(math.ceil(width) + 2)
    weights = cubic(stretch * (centre[:, None] - first[:, None] - offsets))
    weights /= weights.sum(axis=1, keepdims=True)
    used = np.flatnonzero(weights.any(axis=0))
    return Taps(first + used[0], np.ascontiguousarray(weights[:, used[0] : used[-1] + 1]), n_in)


def halving(n: int) -> Taps:
    """Return the taps of `imresize(., 0.5)` along a side of `n`."""
    return taps(n, -(-n // 2), 0.5)


Shrink = Callable[[np.ndarray, np.ndarray], np.ndarray]


def shrink_rows(plane: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return `weights` (n, H) times `plane` (H, W), uint8 or bool, in float64.

    The matrix is banded: blocks of rows are multiplied only with the outputs they reach.
    """
    block = 64 if plane.flags.c_contiguous else 128
    out = np.zeros((len(weights), plane.shape[1]))
    for start in range(0, plane.shape[0], block):
        part = weights[:, start : start + block]
        reached = np.flatnonzero(part.any(axis=1))
        if len(reached):
            rows = slice(reached[0], reached[-1] + 1)
            out[rows] += part[rows] @ plane[start : start + block].astype(np.float64)
    return out


def thumbnail(image: np.ndarray, size: int = 50, shrink: Shrink = shrink_rows) -> np.ndarray:
    """Return `imresize(image, [size size])` of (H, W[, C]), float64 (size, size[, C]), not rounded.

    `shrink` is `shrink_rows` or a faster one.
    """
    height, width = image.shape[:2]
    rows = shrink(image.reshape(height, -1), taps(height, size).matrix())
    return np.tensordot(taps(width, size).matrix(), rows.reshape(size, *image.shape[1:]), (1, 1)).swapaxes(
        0, 1
    )


def mask_thumbnail(mask: np.ndarray, size: int = 50, shrink: Shrink = shrink_rows) -> np.ndarray:
    """Return `imresize(mask, [size size])` of a logical mask (H, W), bool (size, size).

    MATLAB resizes 255 * mask as uint8, rounding after each direction and taking the stronger reduction first
    (rows if both are equal), and then tests > 128.
    """
    height, width = mask.shape
    rows, columns = taps(height, size).matrix(), taps(width, size).matrix()
    if height >= width:
        first = to_byte(shrink(mask, rows) * 255.0)
        return to_byte(first @ columns.T) > 128
    first = to_byte(shrink(mask.T, columns).T * 255.0)
    return to_byte(rows @ first) > 128


def to_byte(values: np.ndarray) -> np.ndarray:
    """Round half up and saturate to 0-255, in floating point."""
    return np.clip(np.floor(values + 0.5), 0, 255)
