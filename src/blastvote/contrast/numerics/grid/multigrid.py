"""Conjugate gradients with multigrid, for the periodic five-point system of the illumination map.

(I + L_w) T = t, L_w the weighted Laplacian of a torus: cells 2x2 are aggregated, a coarse link is 0.65 times
the sum of the two fine links that cross, prolongation is piecewise constant and restriction its transpose,
the smoother is three Chebyshev-Jacobi steps on [0.25, 2]. The preconditioner is symmetric, so plain conjugate
gradients apply. Odd sizes leave cells of half the size at the far edge, on all levels. `stencil_numba` and
`stencil_numpy` do the work on the arrays.
"""

import functools
import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

OVERCORRECTION = 0.65
SMALLEST = 4  # cells a side at which coarsening stops
STEPS, STEPS_COARSEST = 3, 12  # of the smoother, before and after the coarse correction
_LOW, _HIGH = 0.25, 2.0  # where the smoother damps, as multiples of the inverse diagonal


@dataclass(frozen=True)
class Level:
    """One grid (H, W): links to the right and down, wrapping; masses; inverse diagonal; room to work in.

    `x` and `y` hold the iterate before and after the coarse correction, `b` (ceil(H / 2), ceil(W / 2)) the
    right-hand side of the next grid.
    """

    right: np.ndarray
    down: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    inverse: np.ndarray
    x: np.ndarray
    y: np.ndarray
    b: np.ndarray

    @property
    def operator(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return what defines A."""
        return self.right, self.down, self.rows, self.columns


def solve(
    t: np.ndarray,
    right: np.ndarray,
    down: np.ndarray,
    stencil: ModuleType,
    tolerance: float = 5e-5,
    limit: int = 60,
) -> np.ndarray:
    """Solve (I + L_w) T = t.

    Parameters
    ----------
    t
        float32 (H, W).
    right, down
        float32 (H, W): weights, above zero, of the links to the right and lower neighbour, wrapping round,
        lambda included. A side of one cell has no links along it.
    stencil
        `stencil_numba` or `stencil_numpy`.
    tolerance
        Norm of the residual over the norm of `t` at which to stop. One pixel on the other side of T = 0.5
        can move the exposure ratio: at 5e-4 it was not that of the exact solution in 3 of 140 trials, at 1e-4
        in none.
    limit
        Most iterations.

    Returns
    -------
    numpy.ndarray
        T, float32 (H, W).
    """
    goal = tolerance**2 * stencil.dot(t, t)
    if goal == 0.0:
        return np.zeros_like(t)
    levels = build(right, down, stencil)
    operator, number = levels[0].operator, t.dtype.type
    x, r, p, q = np.zeros_like(t), t.copy(), np.zeros_like(t), np.empty_like(t)
    product = math.inf
    for count in range(limit + 1):
        z, following = cycle(levels, r, stencil)
        curvature = stencil.turn(z, number(following / product), p, *operator, q)
        if count == 0:  # one cycle alone is the first guess; the conjugate directions begin after it
            alpha = 1.0
        else:
            alpha, product = following / curvature, following
        if stencil.advance(x, r, p, q, number(alpha)) <= goal:
            break
    return x


def build(right: np.ndarray, down: np.ndarray, stencil: ModuleType) -> list[Level]:
    """Return all levels, the finest first."""
    rows, columns = (np.ones(n, right.dtype) for n in right.shape)
    levels = [make_level(right, down, rows, columns, stencil)]
    while max(levels[-1].right.shape) > SMALLEST:
        fine = levels[-1]
        rows, columns = pair_sum(fine.rows), pair_sum(fine.columns)
        right, down = np.empty_like(fine.b), np.empty_like(fine.b)
        stencil.coarsen_links(fine.right, fine.down, fine.right.dtype.type(OVERCORRECTION), right, down)
        levels.append(make_level(right, down, rows, columns, stencil))
    return levels


def make_level(
    right: np.ndarray, down: np.ndarray, rows: np.ndarray, columns: np.ndarray, stencil: ModuleType
) -> Level:
    """Return a level with its buffers; a side of one cell loses the links to itself."""
    height, width = right.shape
    if width == 1:
        right = np.zeros_like(right)
    if height == 1:
        down = np.zeros_like(down)
    inverse, x, y = (np.empty_like(right) for _ in range(3))
    stencil.invert_diagonal(right, down, rows, columns, inverse)
    b = np.empty((-(-height // 2), -(-width // 2)), right.dtype)
    return Level(right, down, rows, columns, inverse, x, y, b)


def pair_sum(line: np.ndarray) -> np.ndarray:
    """Sum neighbours two by two; the last of an odd number stays alone."""
    return np.add.reduceat(line, np.arange(0, len(line), 2))


def cycle(
    levels: list[Level], b: np.ndarray, stencil: ModuleType, depth: int = 0
) -> tuple[np.ndarray, float]:
    """Return one V-cycle from zero for the right-hand side `b`, in a buffer of the level, and its product with `b`."""
    level = levels[depth]
    factors = chebyshev(STEPS if depth + 1 < len(levels) else STEPS_COARSEST, b.dtype)
    stencil.descend(b, level.inverse, *level.operator, factors, level.x, level.b)
    if depth + 1 == len(levels):
        return level.x, stencil.dot(b, level.x)
    correction, _ = cycle(levels, level.b, stencil, depth + 1)
    product = stencil.ascend(level.x, correction, b, level.inverse, *level.operator, factors, level.y)
    return level.y, product


@functools.cache
def chebyshev(steps: int, dtype: np.dtype) -> np.ndarray:
    """Return for each step of the smoother how much of the last step to keep and the gain, (steps, 2)."""
    centre, half = (_HIGH + _LOW) / 2, (_HIGH - _LOW) / 2
    rho = half / centre
    factors = [(0.0, 1.0 / centre)]
    while len(factors) < steps:
        following = 1.0 / (2.0 * centre / half - rho)
        factors.append((rho * following, 2.0 * following / half))
        rho = following
    return np.array(factors, dtype)
