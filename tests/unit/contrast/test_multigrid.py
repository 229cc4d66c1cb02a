"""The passes of the multigrid solver, compiled and plain, against each other and against a dense matrix."""

import numpy as np
import pytest

from blastvote.contrast.numerics.grid import stencil_numba, stencil_numpy
from blastvote.contrast.numerics.grid.multigrid import build, chebyshev, solve
from blastvote.contrast.numerics.illumination import smooth_exact

SHAPES = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 9), (7, 1), (3, 5), (8, 8), (33, 17)]


@pytest.mark.parametrize("shape", SHAPES)
def test_both_stencils_do_the_same_on_every_level(shape):
    rng = np.random.default_rng(1)
    right, down = rng.uniform(0.5, 500, (2, *shape)).astype(np.float32)
    pairs = zip(build(right, down, stencil_numba), build(right, down, stencil_numpy), strict=True)
    for compiled, plain in pairs:
        np.testing.assert_allclose(compiled.inverse, plain.inverse, rtol=1e-5)
        np.testing.assert_allclose(compiled.right, plain.right, rtol=1e-5)
        np.testing.assert_allclose(compiled.down, plain.down, rtol=1e-5)
        b, coarse, z = (
            rng.normal(size=n).astype(np.float32) for n in (plain.x.shape, plain.b.shape, plain.x.shape)
        )
        factors = chebyshev(3, b.dtype)
        for level, stencil in ((compiled, stencil_numba), (plain, stencil_numpy)):
            stencil.descend(b, level.inverse, *plain.operator, factors, level.x, level.b)
        np.testing.assert_allclose(compiled.x, plain.x, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(compiled.b, plain.b, rtol=1e-4, atol=5e-3)
        products = [
            stencil.ascend(plain.x, coarse, b, level.inverse, *plain.operator, factors, level.y)
            for level, stencil in ((compiled, stencil_numba), (plain, stencil_numpy))
        ]
        np.testing.assert_allclose(compiled.y, plain.y, rtol=1e-4, atol=1e-4)
        assert products[0] == pytest.approx(products[1], rel=1e-4, abs=1e-3)
        directions, outs = np.stack([b, b]), np.empty((2, *b.shape), np.float32)
        products = [
            stencil.turn(z, np.float32(0.4), p, *plain.operator, out)
            for stencil, p, out in zip((stencil_numba, stencil_numpy), directions, outs, strict=True)
        ]
        np.testing.assert_array_equal(directions[0], directions[1])
        np.testing.assert_allclose(outs[0], outs[1], rtol=1e-4, atol=1e-2)
        assert products[0] == pytest.approx(products[1], rel=1e-4, abs=1e-2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("stencil", [stencil_numba, stencil_numpy])
def test_each_pass_does_what_its_equations_say(shape, stencil):
    """Against a dense matrix in double precision."""
    rng = np.random.default_rng(2)
    right, down = rng.uniform(0.5, 5, (2, *shape)).astype(np.float32)
    level = build(right, down, stencil)[0]
    matrix = dense(level)
    b, coarse, z = (rng.normal(size=n).astype(np.float32) for n in (shape, level.b.shape, shape))
    factors = chebyshev(3, b.dtype)

    def relax(x):
        step = np.zeros(x.size)
        for keep, gain in factors.astype(np.float64):
            step = keep * step + gain * (b.ravel() - matrix @ x) / np.diag(matrix)
            x = x + step
        return x

    def paired(plane):
        plane = np.pad(plane, [(0, n % 2) for n in shape])
        return plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]

    stencil.descend(b, level.inverse, *level.operator, factors, level.x, level.b)
    expected = relax(np.zeros(b.size))
    np.testing.assert_allclose(level.x.ravel(), expected, atol=1e-5)
    np.testing.assert_allclose(level.b, paired((b.ravel() - matrix @ expected).reshape(shape)), atol=1e-4)
    product = stencil.ascend(level.x, coarse, b, level.inverse, *level.operator, factors, level.y)
    lifted = level.x + coarse.repeat(2, 0).repeat(2, 1)[: shape[0], : shape[1]]
    expected = relax(lifted.ravel().astype(np.float64))
    np.testing.assert_allclose(level.y.ravel(), expected, atol=1e-5)
    assert product == pytest.approx(b.ravel() @ expected, abs=1e-3)
    p, q = b.copy(), np.empty_like(b)
    product = stencil.turn(z, np.float32(0.4), p, *level.operator, q)
    expected = z.ravel() + 0.4 * b.ravel().astype(np.float64)
    np.testing.assert_allclose(p.ravel(), expected, atol=1e-5)
    np.testing.assert_allclose(q.ravel(), matrix @ expected, atol=1e-3)
    assert product == pytest.approx(expected @ matrix @ expected, rel=1e-4)


def dense(level):
    """Return the matrix of a level, float64 (H W, H W)."""
    height, width = level.right.shape
    cells = np.arange(height * width).reshape(height, width)
    matrix = np.diag(np.outer(level.rows, level.columns).ravel()).astype(np.float64)
    for links, axis in ((level.right, 1), (level.down, 0)):
        for here, there, link in zip(
            cells.ravel(), np.roll(cells, -1, axis).ravel(), links.ravel(), strict=True
        ):
            matrix[here, here] += link
            matrix[there, there] += link
            matrix[here, there] -= link
            matrix[there, here] -= link
    return matrix


def test_a_link_weight_that_is_huge_ties_neighbours_together():
    plane = np.array([[0.2, 0.8, 0.5]])
    weights = np.full((1, 3), 1e6)
    np.testing.assert_allclose(smooth_exact(plane, weights, weights, 1.0), 0.5, atol=1e-4)
    solved = solve(
        plane.astype(np.float32), *(weights.astype(np.float32),) * 2, stencil_numpy, tolerance=1e-6
    )
    np.testing.assert_allclose(solved, 0.5, atol=0.05)
