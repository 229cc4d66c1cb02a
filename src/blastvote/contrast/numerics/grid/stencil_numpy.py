"""The passes of `multigrid` over a grid in NumPy alone; same meaning as `stencil_numba`."""

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


def descend(
    b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array, factors: Array,
    x: Array, coarse: Array,
) -> None:  # fmt: skip
    """Smooth from zero into `x` and sum b - A x over cells of 2x2 into `coarse` (ceil(H / 2), ceil(W / 2)).

    `factors` (steps, 2) are those of `multigrid.chebyshev`.
    """
    operator = right, down, rows, columns
    step = inverse * b
    step *= factors[0, 1]
    x[...] = step
    _smooth(x, step, b, inverse, operator, factors[1:])
    for first, last in _blocks(*x.shape):
        residual = b[first:last] - _operate(x, *operator, first, last)
        paired = residual[::2].copy()
        paired[: len(residual) // 2] += residual[1::2]
        part = coarse[first // 2 : (last + 1) // 2]
        part[...] = paired[:, ::2]
        part[:, : x.shape[1] // 2] += paired[:, 1::2]


def ascend(
    x: Array, coarse: Array, b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array,
    factors: Array, out: Array,
) -> float:  # fmt: skip
    """Add to `x` the values of the coarse cells, smooth into `out` and return the inner product of `b` and `out`."""
    height, width = x.shape
    out[...] = x
    out[::2, ::2] += coarse
    out[::2, 1::2] += coarse[:, : width // 2]
    out[1::2, ::2] += coarse[: height // 2]
    out[1::2, 1::2] += coarse[: height // 2, : width // 2]
    _smooth(out, np.zeros_like(out), b, inverse, (right, down, rows, columns), factors)
    return dot(b, out)


def _smooth(
    x: Array,
    step: Array,
    b: Array,
    inverse: Array,
    operator: tuple[Array, Array, Array, Array],
    factors: Array,
) -> None:
    """Do Chebyshev-Jacobi steps in `x`: step = keep step + gain inverse (b - A x); x += step."""
    for keep, gain in factors:
        for first, last in _blocks(*x.shape):
            line = _operate(x, *operator, first, last)
            np.subtract(b[first:last], line, out=line)
            line *= inverse[first:last]
            line *= gain
            moved = step[first:last]
            moved *= keep
            moved += line
        x += step


def turn(
    z: Array, beta: float, p: Array, right: Array, down: Array, rows: Array, columns: Array, q: Array
) -> float:
    """Turn the direction `p` to z + beta p and write A p into `q`; return the inner product of p and A p."""
    p *= beta
    p += z
    for first, last in _blocks(*z.shape):
        q[first:last] = _operate(p, right, down, rows, columns, first, last)
    return dot(p, q)


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
