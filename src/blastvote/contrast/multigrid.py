"""Conjugate gradients with multigrid, for the periodic five-point system of the illumination map.

(I + L_w) T = t, L_w the weighted Laplacian of a torus: cells 2x2 are aggregated, a coarse link is 0.8 times
the sum of the two fine links that cross, prolongation is piecewise constant and restriction its transpose,
the smoother is three Chebyshev-Jacobi steps on [0.25, 2]. The preconditioner is symmetric, so plain conjugate
gradients apply. Odd sizes leave cells of half the size at the far edge, on all levels.
"""

from dataclasses import dataclass

import numpy as np

OVERCORRECTION = 0.8
SMALLEST = 4  # cells a side at which coarsening stops


@dataclass(frozen=True)
class Level:
    """One grid: masses, links to the right and down (wrapping), the diagonal's inverse; all (H, W)."""

    mass: np.ndarray
    right: np.ndarray
    down: np.ndarray
    inverse: np.ndarray

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Return (mass + Laplacian) x."""
        flow = self.right * (x - np.roll(x, -1, axis=1))
        out = self.mass * x + flow
        out -= np.roll(flow, 1, axis=1)
        flow = self.down * (x - np.roll(x, -1, axis=0))
        out += flow
        out -= np.roll(flow, 1, axis=0)
        return out


def make_level(mass: np.ndarray, right: np.ndarray, down: np.ndarray) -> Level:
    """Return a level; a side of one cell has no links to itself."""
    if right.shape[1] == 1:
        right = np.zeros_like(right)
    if down.shape[0] == 1:
        down = np.zeros_like(down)
    diagonal = mass + right + np.roll(right, 1, axis=1) + down + np.roll(down, 1, axis=0)
    return Level(mass, right, down, (1.0 / diagonal).astype(mass.dtype))


def pair_sum(plane: np.ndarray, axis: int) -> np.ndarray:
    """Sum neighbours two by two along an axis; the last of an odd number stays alone."""
    return np.add.reduceat(plane, np.arange(0, plane.shape[axis], 2), axis=axis)


def last_of_pairs(n: int) -> np.ndarray:
    """Return the index of the last cell of each pair among `n`."""
    return np.minimum(np.arange(1, n + 1, 2) if n % 2 == 0 else np.arange(1, n + 2, 2), n - 1)


def coarsen(level: Level) -> Level:
    """Return the next coarser level."""
    height, width = level.mass.shape
    mass, right, down = level.mass, level.right, level.down
    factor = mass.dtype.type(OVERCORRECTION)
    if width > 1:
        mass, down, right = pair_sum(mass, 1), pair_sum(down, 1), right[:, last_of_pairs(width)]
    if height > 1:
        mass, right, down = pair_sum(mass, 0), pair_sum(right, 0), down[last_of_pairs(height)]
    return make_level(mass, right * factor, down * factor)


def build(right: np.ndarray, down: np.ndarray) -> list[Level]:
    """Return all levels, the finest first."""
    levels = [make_level(np.ones_like(right), right, down)]
    while max(levels[-1].mass.shape) > SMALLEST:
        levels.append(coarsen(levels[-1]))
    return levels


def chebyshev(level: Level, x: np.ndarray | None, b: np.ndarray, steps: int = 3) -> np.ndarray:
    """Return `x` after Chebyshev-Jacobi steps, on [0.25, 2], towards the solution for `b`.

    None starts from zero.
    """
    centre, half = 1.125, 0.875
    residual = b if x is None else b - level.apply(x)
    step = level.inverse * residual
    step *= b.dtype.type(1.0 / centre)
    x = step.copy() if x is None else x + step
    rho = half / centre
    for _ in range(steps - 1):
        following = 1.0 / (2.0 * centre / half - rho)
        update = level.inverse * (b - level.apply(x))
        step *= b.dtype.type(rho * following)
        update *= b.dtype.type(2.0 * following / half)
        step += update
        x += step
        rho = following
    return x


def cycle(levels: list[Level], b: np.ndarray, depth: int = 0) -> np.ndarray:
    """Return one V-cycle from zero for the right-hand side `b`."""
    level = levels[depth]
    if depth == len(levels) - 1:
        return chebyshev(level, None, b, steps=12)
    x = chebyshev(level, None, b)
    residual = b - level.apply(x)
    height, width = residual.shape
    coarse = pair_sum(pair_sum(residual, 1), 0)
    correction = cycle(levels, coarse, depth + 1)
    x += np.repeat(np.repeat(correction, 2, axis=1)[:, :width], 2, axis=0)[:height]
    return chebyshev(level, x, b)


def solve(
    t: np.ndarray, right: np.ndarray, down: np.ndarray, tolerance: float = 1e-3, limit: int = 40
) -> np.ndarray:
    """Solve (I + L_w) T = t to a relative residual.

    Parameters
    ----------
    t
        float (H, W).
    right, down
        Weights of the links to the right and lower neighbour, wrapping round, lambda included; same shape and
        dtype.
    tolerance
        Norm of the residual over the norm of `t`.
    limit
        Most iterations.
    """
    scale = float(np.linalg.norm(t))
    if scale == 0.0:
        return np.zeros_like(t)
    levels = build(right, down)
    x = cycle(levels, t)
    r = t - levels[0].apply(x)
    p, rz = np.zeros_like(t), 0.0
    for _ in range(limit):
        if float(np.linalg.norm(r)) <= tolerance * scale:
            break
        z = cycle(levels, r)
        before, rz = rz, float(np.vdot(r, z))
        p = z + t.dtype.type(rz / before) * p if before else z
        q = levels[0].apply(p)
        alpha = t.dtype.type(rz / float(np.vdot(p, q)))
        x += alpha * p
        r -= alpha * q
    return x
