"""The grid operations of `multigrid`, one thread, compiled by numba.

`stencil_numpy` holds the same without numba.

Arrays are float32 (H, W), `rows` and `columns` float32 (H,) and (W,): the mass of a cell is their product.
Rows are cut out before the inner loops so that these become vector code.
"""

import numpy as np

from blastvote.contrast.numerics.compiled import compiled

Array = np.ndarray


@compiled(fastmath=True)
def operate_row(
    x: Array, right: Array, down: Array, rows: Array, columns: Array, i: int, line: Array
) -> None:
    """Write row i of A x into `line`, A = mass + Laplacian of the torus."""
    height, width = x.shape
    above, below = (i - 1 if i > 0 else height - 1), (i + 1 if i < height - 1 else 0)
    here, up, low, links = x[i], x[above], x[below], right[i]
    links_down, links_up, mass = down[i], down[above], rows[i]
    for j in range(1, width - 1):
        c = here[j]
        across = links[j] * (c - here[j + 1]) + links[j - 1] * (c - here[j - 1])
        line[j] = mass * columns[j] * c + across + links_down[j] * (c - low[j]) + links_up[j] * (c - up[j])
    for j in range(0, width, max(1, width - 1)):  # the first and last column, whose neighbours wrap round
        before, after = (j - 1 if j > 0 else width - 1), (j + 1 if j < width - 1 else 0)
        c = here[j]
        across = links[j] * (c - here[after]) + links[before] * (c - here[before])
        line[j] = mass * columns[j] * c + across + links_down[j] * (c - low[j]) + links_up[j] * (c - up[j])


@compiled(fastmath=True)
def invert_diagonal(right: Array, down: Array, rows: Array, columns: Array, out: Array) -> None:
    """Write the inverse of the diagonal of A into `out`."""
    height, width = right.shape
    for i in range(height):
        links, links_down, links_up, result = right[i], down[i], down[i - 1 if i > 0 else height - 1], out[i]
        result[0] = 1.0 / (rows[i] * columns[0] + links[0] + links[width - 1] + links_down[0] + links_up[0])
        for j in range(1, width):
            result[j] = 1.0 / (rows[i] * columns[j] + links[j] + links[j - 1] + links_down[j] + links_up[j])


@compiled(fastmath=True)
def sweep(
    x: Array, step: Array, b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array,
    keep: float, gain: float, out: Array,
) -> None:  # fmt: skip
    """Do one Chebyshev-Jacobi step: step = keep step + gain inverse (b - A x); out = x + step."""
    height, width = x.shape
    line = np.empty_like(columns)
    for i in range(height):
        operate_row(x, right, down, rows, columns, i, line)
        target, scale, moved, here, result = b[i], inverse[i], step[i], x[i], out[i]
        for j in range(width):
            s = keep * moved[j] + gain * scale[j] * (target[j] - line[j])
            moved[j] = s
            result[j] = here[j] + s


@compiled(fastmath=True)
def start(b: Array, inverse: Array, gain: float, step: Array, out: Array) -> None:
    """Do the first step from zero: step = out = gain inverse b."""
    height, width = b.shape
    for i in range(height):
        target, scale, moved, result = b[i], inverse[i], step[i], out[i]
        for j in range(width):
            s = gain * scale[j] * target[j]
            moved[j] = s
            result[j] = s


@compiled(fastmath=True)
def restrict_residual(
    x: Array, b: Array, right: Array, down: Array, rows: Array, columns: Array, out: Array
) -> None:
    """Sum b - A x over cells of 2x2 into `out` (ceil(H / 2), ceil(W / 2))."""
    height, width = x.shape
    line = np.empty_like(columns)
    for i in range(height):
        operate_row(x, right, down, rows, columns, i, line)
        target, coarse = b[i], out[i // 2]
        if i % 2 == 0:
            coarse[:] = 0.0
        for j in range(width // 2):
            coarse[j] += (target[2 * j] - line[2 * j]) + (target[2 * j + 1] - line[2 * j + 1])
        if width % 2 == 1:
            coarse[width // 2] += target[width - 1] - line[width - 1]


@compiled(fastmath=True)
def prolong_add(coarse: Array, x: Array) -> None:
    """Add to each cell of `x` the value of the coarse cell it lies in."""
    height, width = x.shape
    for i in range(height):
        values, result = coarse[i // 2], x[i]
        for j in range(width // 2):
            result[2 * j] += values[j]
            result[2 * j + 1] += values[j]
        if width % 2 == 1:
            result[width - 1] += values[width // 2]


@compiled(fastmath=True)
def apply(x: Array, right: Array, down: Array, rows: Array, columns: Array, out: Array) -> float:
    """Write A x into `out` and return the inner product of x and A x."""
    height, width = x.shape
    total = 0.0
    for i in range(height):
        operate_row(x, right, down, rows, columns, i, out[i])
        here, result = x[i], out[i]
        for j in range(width):
            total += np.float64(here[j]) * np.float64(result[j])
    return total


@compiled(fastmath=True)
def coarsen_links(right: Array, down: Array, factor: float, coarse_right: Array, coarse_down: Array) -> None:
    """Write factor times the sums of the links that leave each 2x2 cell to the right and down."""
    height, width = right.shape
    for i in range(coarse_right.shape[0]):
        first, last = 2 * i, min(2 * i + 1, height - 1)
        for j in range(coarse_right.shape[1]):
            near, far = 2 * j, min(2 * j + 1, width - 1)
            across, along = right[first, far], down[last, near]
            if last > first:
                across += right[last, far]
            if far > near:
                along += down[last, far]
            coarse_right[i, j] = factor * across
            coarse_down[i, j] = factor * along


@compiled(fastmath=True)
def advance(x: Array, r: Array, p: Array, q: Array, alpha: float) -> float:
    """Do x += alpha p and r -= alpha q; return the squared norm of r."""
    height, width = x.shape
    total = 0.0
    for i in range(height):
        xx, rr, pp, qq = x[i], r[i], p[i], q[i]
        for j in range(width):
            xx[j] += alpha * pp[j]
            rr[j] -= alpha * qq[j]
            total += np.float64(rr[j]) * np.float64(rr[j])
    return total


@compiled(fastmath=True)
def dot(x: Array, y: Array) -> float:
    """Return the inner product, summed in double precision."""
    total = 0.0
    for i in range(x.shape[0]):
        xx, yy = x[i], y[i]
        for j in range(x.shape[1]):
            total += np.float64(xx[j]) * np.float64(yy[j])
    return total
