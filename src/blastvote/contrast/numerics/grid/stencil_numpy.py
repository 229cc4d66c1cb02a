"""The grid operations of `multigrid` in NumPy alone; same meaning as `stencil_numba`."""

import numpy as np

Array = np.ndarray
_CELLS = 1 << 16  # cells of a block of rows: its temporaries stay in the cache


def _blocks(height: int, width: int) -> list[tuple[int, int]]:
    """Return first and last-but-one row of blocks of an even number of rows."""
    rows = max(2, _CELLS // width // 2 * 2)
    return [(first, min(first + rows, height)) for first in range(0, height, rows)]


def _operate(
    x: Array, right: Array, down: Array, rows: Array, columns: Array, first: int, last: int
) -> Array:
    """Return rows `first` to `last` (left out) of A x, A = mass + Laplacian of the torus."""
    here, links = x[first:last], right[first:last]
    line = rows[first:last, None] * columns * here
    flow = np.empty_like(here)
    np.subtract(here[:, :-1], here[:, 1:], out=flow[:, :-1])
    np.subtract(here[:, -1], here[:, 0], out=flow[:, -1])
    flow *= links
    line += flow
    line[:, 1:] -= flow[:, :-1]
    line[:, 0] -= flow[:, -1]
    height = len(x)
    flow = np.empty(
        (last - first + 1, x.shape[1]), x.dtype
    )  # from the row above each row, and from the last row
    np.subtract(x[first - 1], x[first], out=flow[0])
    flow[0] *= down[first - 1]
    np.subtract(here[:-1], here[1:], out=flow[1:-1])
    np.subtract(here[-1], x[last % height], out=flow[-1])
    flow[1:] *= down[first:last]
    line -= flow[:-1]
    line += flow[1:]
    return line


def invert_diagonal(right: Array, down: Array, rows: Array, columns: Array, out: Array) -> None:
    """Write the inverse of the diagonal of A into `out`."""
    diagonal = rows[:, None] * columns + right + np.roll(right, 1, axis=1) + down + np.roll(down, 1, axis=0)
    np.divide(1.0, diagonal, out=out)


def sweep(
    x: Array, step: Array, b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array,
    keep: float, gain: float, out: Array,
) -> None:  # fmt: skip
    """Do one Chebyshev-Jacobi step: step = keep step + gain inverse (b - A x); out = x + step."""
    for first, last in _blocks(*x.shape):
        line = _operate(x, right, down, rows, columns, first, last)
        np.subtract(b[first:last], line, out=line)
        line *= inverse[first:last]
        line *= gain
        moved = step[first:last]
        moved *= keep
        moved += line
        np.add(x[first:last], moved, out=out[first:last])


def start(b: Array, inverse: Array, gain: float, step: Array, out: Array) -> None:
    """Do the first step from zero: step = out = gain inverse b."""
    np.multiply(inverse, b, out=step)
    step *= gain
    out[...] = step


def restrict_residual(
    x: Array, b: Array, right: Array, down: Array, rows: Array, columns: Array, out: Array
) -> None:
    """Sum b - A x over cells of 2x2 into `out` (ceil(H / 2), ceil(W / 2))."""
    for first, last in _blocks(*x.shape):
        residual = b[first:last] - _operate(x, right, down, rows, columns, first, last)
        paired = residual[::2].copy()
        paired[: len(residual) // 2] += residual[1::2]
        coarse = out[first // 2 : (last + 1) // 2]
        coarse[...] = paired[:, ::2]
        coarse[:, : x.shape[1] // 2] += paired[:, 1::2]


def prolong_add(coarse: Array, x: Array) -> None:
    """Add to each cell of `x` the value of the coarse cell it lies in."""
    height, width = x.shape
    x[::2, ::2] += coarse
    x[::2, 1::2] += coarse[:, : width // 2]
    x[1::2, ::2] += coarse[: height // 2]
    x[1::2, 1::2] += coarse[: height // 2, : width // 2]


def apply(x: Array, right: Array, down: Array, rows: Array, columns: Array, out: Array) -> float:
    """Write A x into `out` and return the inner product of x and A x."""
    for first, last in _blocks(*x.shape):
        out[first:last] = _operate(x, right, down, rows, columns, first, last)
    return dot(x, out)


def coarsen_links(right: Array, down: Array, factor: float, coarse_right: Array, coarse_down: Array) -> None:
    """Write factor times the sums of the links that leave each 2x2 cell to the right and down."""
    height, width = right.shape
    far = np.minimum(np.arange(1, width + 1, 2) if width % 2 == 0 else np.arange(1, width + 2, 2), width - 1)
    last = np.minimum(
        np.arange(1, height + 1, 2) if height % 2 == 0 else np.arange(1, height + 2, 2), height - 1
    )
    across, along = right[:, far], down[last]
    coarse_right[...] = across[::2]
    coarse_right[: height // 2] += across[1::2]
    coarse_down[...] = along[:, ::2]
    coarse_down[:, : width // 2] += along[:, 1::2]
    coarse_right *= factor
    coarse_down *= factor


def advance(x: Array, r: Array, p: Array, q: Array, alpha: float) -> float:
    """Do x += alpha p and r -= alpha q; return the squared norm of r."""
    x += alpha * p
    r -= alpha * q
    return dot(r, r)


def dot(x: Array, y: Array) -> float:
    """Return the inner product, summed in double precision."""
    return float(np.einsum("ij,ij->", x, y, dtype=np.float64))
