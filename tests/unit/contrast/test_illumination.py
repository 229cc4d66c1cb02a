"""The illumination map: the fast solver against the exact one, on easy and on nasty shapes."""

import numpy as np
import pytest

from blastvote.contrast.methods.dhe_nakai import gradient_magnitude, settle_ties, window_correlation
from blastvote.contrast.methods.eff import enhance_original
from blastvote.contrast.methods.eff_port import enhance_port
from blastvote.contrast.numerics.backend import load
from blastvote.contrast.numerics.illumination import smooth, texture_weights
from blastvote.contrast.numerics.resize import Taps, halving, mask_thumbnail, taps, thumbnail

SHAPES = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 9), (7, 1), (3, 5), (8, 8), (33, 17), (50, 63), (101, 80)]
DEFAULTS = {"mu": 0.5, "lam": 0.5, "sigma": 5, "a": -0.3293, "b": 1.1258}


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return flat regions with hard edges and a little noise: links from 0.5 to 500."""
    rng = np.random.default_rng(seed)
    blocks = rng.random((height // 8 + 1, width // 8 + 1)).repeat(8, 0).repeat(8, 1)[:height, :width]
    return np.clip(blocks + rng.normal(0, 0.003, (height, width)), 0, 1)


def discs(height: int, width: int, light: tuple[float, float]) -> np.ndarray:
    """Return a smear-like picture uint8 (H, W, 3) with light that changes from left to right."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:height, :width]
    side = max(height, width)
    plane = 0.6 + 0.25 * np.sin(2.5 * x / side + 5) * np.cos(2 * y / side - 1.5)
    image = plane[..., None] * np.array([0.93, 0.8, 0.95])
    for _ in range(height * width // 2500):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(0.03, 0.1) * side
        image[(y - cy) ** 2 + (x - cx) ** 2 < r * r] *= np.array([0.6, 0.4, 0.8]) * rng.uniform(0.5, 1.2)
    image = (np.clip(image + rng.normal(0, 0.01, image.shape), 0, 1) * 255).astype(np.uint8)
    return (image * np.linspace(*light, width)[None, :, None]).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lam", [0.05, 0.5, 20.0])
@pytest.mark.parametrize("solver", ["numba", "numpy"])
def test_the_multigrid_solution_is_close_to_the_exact_one(shape, lam, solver):
    plane = picture(*shape)
    assert np.abs(smooth(plane, lam, solver=solver) - smooth(plane, lam, solver="exact")).max() <= 2e-3


def test_texture_weights_by_hand():
    horizontal, vertical = texture_weights(np.array([[0.1, 0.4, 0.2, 0.9]]), sigma=3)
    # differences 0.3, -0.2, 0.7, -0.8 (wrapping); sums of three with zeros outside 0.1, 0.8, -0.3, -0.1
    expected = 1 / (np.array([0.1 * 0.3, 0.8 * 0.2, 0.3 * 0.7, 0.1 * 0.8]) + 0.001)
    np.testing.assert_allclose(horizontal, expected[None], rtol=1e-12)
    np.testing.assert_allclose(vertical, 1000.0)


@pytest.mark.parametrize("enhancer", [enhance_original, enhance_port])
@pytest.mark.parametrize("shape", [(60, 90), (61, 83), (75, 52)])
@pytest.mark.parametrize("solver", ["numba", "numpy"])
def test_enhanced_images_are_within_one_level_of_the_exact_ones(enhancer, shape, solver):
    grey = picture(*shape) * 0.7
    image = (grey[..., None] * np.array([255, 190, 230])).astype(np.uint8)
    _, record = enhancer(image, **DEFAULTS, k=None, solver="exact")
    fast, _ = enhancer(image, **DEFAULTS, k=record["k"], solver=solver)
    forced, _ = enhancer(image, **DEFAULTS, k=record["k"], solver="exact")
    difference = np.abs(fast.astype(int) - forced)
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 0.005


@pytest.mark.parametrize("enhancer", [enhance_original, enhance_port])
@pytest.mark.parametrize(
    ("shape", "light"), [((151, 203), (0.2, 1.2)), ((120, 97), (0.4, 0.4)), ((83, 144), (1.3, 1.1))]
)
@pytest.mark.parametrize("solver", ["numba", "numpy"])
def test_the_exposure_ratio_is_that_of_the_exact_solution(enhancer, shape, light, solver):
    """Mixed, dim and bright light; on the first, a residual of 5e-4 turned one pixel and with it k of the port."""
    image = discs(*shape, light)
    exact, expected = enhancer(image, **DEFAULTS, k=None, solver="exact")
    fast, details = enhancer(image, **DEFAULTS, k=None, solver=solver)
    assert details == expected
    difference = np.abs(fast.astype(int) - exact)
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 0.002


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 31, 50, 64, 333])
def test_taps_sum_to_one_and_keep_a_constant(n):
    for along in (halving(n), taps(n, 50), taps(n, 2 * n), taps(-(-n // 2), n)):
        assert isinstance(along, Taps)
        np.testing.assert_allclose(along.matrix().sum(axis=1), 1.0, atol=1e-12)
        line, first = along.padded()
        assert (line[first[:, None] + np.arange(along.weights.shape[1])] == along.indices).all()


def test_halving_has_the_weights_of_an_antialiased_bicubic():
    """Keys' kernel stretched by two, at distances 0.25, 0.75, 1.25 and 1.75 of the stretched unit."""
    expected = np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 256
    np.testing.assert_allclose(halving(64).weights[10], expected, atol=1e-12)
    assert list(halving(64).first[:3]) == [-3, -1, 1]
    assert list(halving(64).indices[0]) == [2, 1, 0, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("shape", [(120, 77), (77, 120), (30, 20), (64, 64)])
def test_thumbnails_of_constants_and_masks(shape):
    np.testing.assert_allclose(thumbnail(np.full((*shape, 3), 7, np.uint8)), 7.0)
    assert mask_thumbnail(np.ones(shape, bool)).all()
    assert not mask_thumbnail(np.zeros(shape, bool)).any()
    half = np.zeros(shape, bool)
    half[:, : shape[1] // 2] = True
    small = mask_thumbnail(half)
    assert small[:, :24].all()
    assert not small[:, 26:].any()


@pytest.mark.parametrize("shape", [(9, 9, 3), (40, 63, 3), (41, 64), (41, 700, 3), (1, 5, 3), (120, 31)])
def test_the_full_size_steps_agree_with_and_without_numba(shape):
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, shape, np.uint8)
    compiled, plain = load("pixels", "numba"), load("pixels", "numpy")
    half = plain.halve_lightness(image, np.float64)
    np.testing.assert_allclose(compiled.halve_lightness(image, np.float64), half, atol=1e-12)
    np.testing.assert_allclose(compiled.halve_lightness(image), half, atol=1e-6)
    full = plain.enlarge(half, *shape[:2])
    np.testing.assert_allclose(compiled.enlarge(half, *shape[:2]), full, atol=1e-12)
    samples = image.reshape(len(image), -1)
    for plane in (samples, samples.T > 99):
        weights = taps(len(plane), 50).matrix()
        np.testing.assert_allclose(
            compiled.shrink_rows(plane, weights), plain.shrink_rows(plane, weights), atol=1e-10
        )
    gain, tables = rng.uniform(0, 90, 256), rng.random((2, 256))
    for mu in (0.5, 0.8):
        np.testing.assert_array_equal(compiled.fuse(image, gain, full, mu), plain.fuse(image, gain, full, mu))
        ours = compiled.fuse_truncated(image, *tables, full, mu).astype(int)
        assert np.abs(ours - plain.fuse_truncated(image, *tables, full, mu)).max() <= 1


def test_window_correlation_is_pearsons():
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, 256, (2, 12, 14), np.uint8)
    a[:6, :7] = 9
    ours = window_correlation(a, b)
    for y in range(8):
        for x in range(10):
            window = a[y : y + 5, x : x + 5].ravel(), b[y : y + 5, x : x + 5].ravel()
            expected = 0.0 if np.ptp(window[0]) == 0 else np.corrcoef(*window)[0, 1]
            assert ours[y, x] == pytest.approx(expected, abs=1e-12)


def test_weighed_gradients_are_truncated_as_corrcoef_would_have_them():
    """Smooth images are full of windows with |rho| = 1, where the last bit of `corrcoef` decides the truncation."""
    rng = np.random.default_rng(8)
    a = np.full((44, 54), 100, np.uint8)
    b = np.full((44, 54), 30, np.uint8)
    a[rng.random(a.shape) < 0.04] += 1
    b[a > 100] -= 2
    b[rng.random(b.shape) < 0.01] += 3
    gradient = gradient_magnitude(b)
    ours = np.abs(window_correlation(a, b)) * gradient
    settle_ties(ours, gradient, a, b)
    with np.errstate(invalid="ignore", divide="ignore"):
        for y, x in np.ndindex(*gradient.shape):
            windows = (plane[y : y + 5, x : x + 5].astype(float).ravel("F") for plane in (a, b))
            rho = np.nan_to_num(np.corrcoef(*windows)[0, 1])
            assert int(ours[y, x]) == int(abs(rho) * gradient[y, x])
