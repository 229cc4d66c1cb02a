"""The passes of `multigrid` over a grid, one thread, compiled by numba.

`stencil_numpy` holds the same without numba.

Arrays are float32 (H, W), `rows` and `columns` float32 (H,) and (W,): the mass of a cell is their product.

A pass that smooths does all its steps in one walk down the rows: while row i of the grid has had its first step, row
i - 1 gets its second, and so on, with the few rows in between in small rings. So each array is read from memory once,
not once a step. The rows wrap round, so the walk begins and ends some rows outside and does these twice. Rows are cut
out before the inner loops so that these become vector code.

`fastmath` lets the compiler choose the order of a sum; where the order shall be that of the source, each sum has a
loop of its own. numba inlines the functions of a row: inlined or not by LLVM, one function's code in two passes has
two orders of sums, and which of them runs hangs on the compiler's cache.
"""

import numpy as np

from blastvote.contrast.numerics.compiled import compiled

Array = np.ndarray
RING = 4  # rows of an iterate that are kept: three for the operator, one to write


@compiled(fastmath=True, inline="always")
def operate_row(
    above: Array, here: Array, below: Array, links: Array, links_up: Array, links_down: Array,
    mass: float, columns: Array, out: Array,
) -> None:  # fmt: skip
    """Write one row of A x, A = mass + Laplacian of the torus, from the three rows of x around it."""
    width = len(here)
    for j in range(1, width - 1):
        c = here[j]
        across = links[j] * (c - here[j + 1]) + links[j - 1] * (c - here[j - 1])
        out[j] = (
            mass * columns[j] * c + across + links_down[j] * (c - below[j]) + links_up[j] * (c - above[j])
        )
    for j in range(0, width, max(1, width - 1)):  # the first and last column, whose neighbours wrap round
        before, after = (j - 1 if j > 0 else width - 1), (j + 1 if j < width - 1 else 0)
        c = here[j]
        across = links[j] * (c - here[after]) + links[before] * (c - here[before])
        out[j] = (
            mass * columns[j] * c + across + links_down[j] * (c - below[j]) + links_up[j] * (c - above[j])
        )


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


@compiled(fastmath=True, inline="always")
def step_row(
    b: Array, product: Array, inverse: Array, before: Array, keep: float, gain: float, step: Array, here: Array,
    out: Array,
) -> None:  # fmt: skip
    """Do one Chebyshev-Jacobi step of a row: step = keep before + gain inverse (b - A x); out = x + step."""
    for j in range(len(b)):
        s = keep * before[j] + gain * inverse[j] * (b[j] - product[j])
        step[j] = s
        out[j] = here[j] + s


@compiled(fastmath=True, inline="always")
def restrict_row(b: Array, product: Array, even: Array, odd: Array, out: Array) -> None:
    """Add b - A x of a row, two neighbours by two, to a coarse row; `even`, `odd` (W // 2,) are room."""
    width = len(b)
    pairs = width // 2
    for j in range(pairs):  # both at once: every second value alone would be gathered, not loaded
        even[j] = b[2 * j]
        odd[j] = b[2 * j + 1]
    for j in range(pairs):
        out[j] += even[j]
    for j in range(pairs):
        out[j] += odd[j]
    for j in range(pairs):
        out[j] -= product[2 * j] + product[2 * j + 1]
    if width % 2 == 1:
        out[pairs] += b[width - 1]
        out[pairs] -= product[width - 1]


@compiled(fastmath=True, inline="always")
def prolong_row(x: Array, coarse: Array, out: Array) -> None:
    """Write a row of `x` plus the value of the coarse cell that each of its cells lies in."""
    width = len(x)
    for j in range(width // 2):
        out[2 * j] = x[2 * j] + coarse[j]
        out[2 * j + 1] = x[2 * j + 1] + coarse[j]
    if width % 2 == 1:
        out[width - 1] = x[width - 1] + coarse[width // 2]


@compiled(fastmath=True, inline="always")
def dot_row(x: Array, y: Array) -> float:
    """Return the inner product of two rows, summed in double precision."""
    total = 0.0
    for j in range(len(x)):
        total += np.float64(x[j]) * np.float64(y[j])
    return total


@compiled(fastmath=True)
def descend(
    b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array, factors: Array,
    x: Array, coarse: Array,
) -> None:  # fmt: skip
    """Smooth from zero into `x` and sum b - A x over cells of 2x2 into `coarse` (ceil(H / 2), ceil(W / 2)).

    `factors` (steps, 2) are those of `multigrid.chebyshev`.
    """
    height, width = b.shape
    steps = len(factors)
    iterates, moves = np.empty((steps, RING, width), b.dtype), np.empty((steps, 2, width), b.dtype)
    product = np.empty(width, b.dtype)
    even, odd = np.empty(width // 2, b.dtype), np.empty(width // 2, b.dtype)
    for front in range(-steps, height + steps):
        i = front % height
        target, scale, first, move = b[i], inverse[i], iterates[0, front % RING], moves[0, front % 2]
        for j in range(width):
            first[j] = factors[0, 1] * scale[j] * target[j]
            move[j] = first[j]
        for step in range(1, steps + 1):
            row = front - step
            if row < step - steps:
                break
            i = row % height
            ring = iterates[step - 1]
            here = ring[row % RING]
            operate_row(
                ring[(row - 1) % RING], here, ring[(row + 1) % RING], right[i], down[(i - 1) % height], down[i],
                rows[i], columns, product,
            )  # fmt: skip
            if step < steps:
                keep, gain, move = factors[step, 0], factors[step, 1], moves[step, row % 2]
                before, result = moves[step - 1, row % 2], iterates[step, row % RING]
                step_row(b[i], product, inverse[i], before, keep, gain, move, here, result)
            else:
                x[i] = here
                if i % 2 == 0:
                    coarse[i // 2] = 0
                restrict_row(b[i], product, even, odd, coarse[i // 2])


@compiled(fastmath=True)
def ascend(
    x: Array, coarse: Array, b: Array, inverse: Array, right: Array, down: Array, rows: Array, columns: Array,
    factors: Array, out: Array,
) -> float:  # fmt: skip
    """Add to `x` the values of the coarse cells, smooth into `out` and return the inner product of `b` and `out`."""
    height, width = b.shape
    steps = len(factors)
    iterates, moves = np.empty((steps, RING, width), b.dtype), np.zeros((steps + 1, 2, width), b.dtype)
    product, total = np.empty(width, b.dtype), 0.0
    for front in range(-steps, height + steps):
        i = front % height
        prolong_row(x[i], coarse[i // 2], iterates[0, front % RING])
        for step in range(1, steps + 1):
            row = front - step
            if row < step - steps:
                break
            i = row % height
            ring = iterates[step - 1]
            here = ring[row % RING]
            operate_row(
                ring[(row - 1) % RING], here, ring[(row + 1) % RING], right[i], down[(i - 1) % height], down[i],
                rows[i], columns, product,
            )  # fmt: skip
            keep, gain, move = factors[step - 1, 0], factors[step - 1, 1], moves[step, row % 2]
            result = iterates[step, row % RING] if step < steps else out[i]
            step_row(b[i], product, inverse[i], moves[step - 1, row % 2], keep, gain, move, here, result)
        if 0 <= front - steps < height:
            total += dot_row(b[front - steps], out[front - steps])
    return total


@compiled(fastmath=True, inline="always")
def turn_row(z: Array, beta: float, p: Array) -> None:
    """Turn a row of `p` to z + beta p."""
    for j in range(len(z)):
        p[j] *= beta
    for j in range(len(z)):
        p[j] += z[j]


@compiled(fastmath=True)
def turn(
    z: Array, beta: float, p: Array, right: Array, down: Array, rows: Array, columns: Array, q: Array
) -> float:
    """Turn the direction `p` to z + beta p and write A p into `q`; return the inner product of p and A p."""
    height = len(z)
    total = 0.0
    turn_row(z[height - 1], beta, p[height - 1])
    if height > 1:
        turn_row(z[0], beta, p[0])
    for i in range(height):
        above, below = (i - 1) % height, (i + 1) % height
        if i + 2 < height:
            turn_row(z[below], beta, p[below])
        operate_row(p[above], p[i], p[below], right[i], down[above], down[i], rows[i], columns, q[i])
        total += dot_row(p[i], q[i])
    return total


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
        total += dot_row(x[i], y[i])
    return total
