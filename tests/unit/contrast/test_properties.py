"""What holds for every method on any image."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastvote.contrast import METHODS, enhance, enhance_and_describe
from blastvote.contrast.methods.dhe_nakai import differential_histograms
from blastvote.contrast.methods.dhe_wadud import find_segments, segment_lut
from blastvote.contrast.numerics import hsv_numba, hsv_numpy

VARIANTS = [
    *[(name, {}) for name in METHODS],
    ("he", {"mode": "rgb"}),
    ("dhe", {"variant": "nakai2013"}),
    ("dhe", {"x": 1.5}),
    ("eff", {"mode": "opencv_port"}),
    ("eff", {"k": 3.0}),
    ("eff", {"mode": "opencv_port", "k": 3.0}),
]
EQUIVARIANT = [v for v in VARIANTS if v[0] in ("none", "he", "dhe", "gamma", "reinhard", "macenko")]
RELAXED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
colour = shapes.flatmap(lambda s: hnp.arrays(np.uint8, (*s, 3), elements=st.integers(0, 255)))
images = st.one_of(colour, shapes.flatmap(lambda s: hnp.arrays(np.uint8, s, elements=st.integers(0, 255))))
identify = [f"{name}-{'-'.join(map(str, params.values()))}" for name, params in VARIANTS]


def smear(height: int, width: int, seed: int = 0, light: float = 1.0) -> np.ndarray:
    """Return a smooth, dim picture with dark discs, as float noise would never give."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    base = 0.55 + 0.3 * np.sin(3 * x + 1) * np.cos(2 * y)
    for _ in range(6):
        cy, cx, r = rng.uniform(0, 1, 3) * (1, 1, 0.12)
        base = np.where((y - cy) ** 2 + (x - cx) ** 2 < r * r, base * 0.5, base)
    rgb = base[..., None] * np.array([0.9, 0.75, 0.95]) * light + rng.normal(0, 0.01, (height, width, 3))
    return (np.clip(rgb, 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize(("method", "params"), VARIANTS, ids=identify)
@RELAXED
@given(image=images)
def test_shape_dtype_and_input_are_kept_and_the_result_repeats(method, params, image):
    before = image.copy()
    result, record = enhance_and_describe(image, method, **params)
    assert result.shape == image.shape
    assert result.dtype == np.uint8
    assert not np.shares_memory(result, image)
    assert np.array_equal(image, before)
    assert np.array_equal(result, enhance(image, method, **params))
    distance = np.abs(result.astype(int) - image)
    assert record["mean_abs_change"] == pytest.approx(distance.mean())
    assert record["max_abs_change"] == distance.max()
    assert record["changed_share"] == pytest.approx((distance > 0).mean(), abs=1e-12)
    clipped = np.isin(result, (0, 255)) & (result != image)
    assert record["clipped_share"] == pytest.approx(clipped.mean())
    assert record["unchanged"] == np.array_equal(result, image)


@pytest.mark.parametrize(("method", "params"), EQUIVARIANT)
@pytest.mark.parametrize("flip", [np.s_[::-1], np.s_[:, ::-1], np.s_[::-1, ::-1]])
def test_flipping_before_or_after_is_the_same_within_one_level(method, params, flip):
    image = smear(61, 84)
    after = enhance(image, method, **params)[flip]
    before = enhance(np.ascontiguousarray(image[flip]), method, **params)
    assert np.abs(after.astype(int) - before).max() <= 1


@pytest.mark.parametrize(("method", "params"), VARIANTS, ids=identify)
@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (2, 1), (1, 37), (37, 1), (2, 2), (3, 2), (2, 50), (5, 7), (51, 49), (97, 33)]
)
@pytest.mark.parametrize("grey", [False, True])
def test_any_size(method, params, shape, grey):
    image = smear(*shape)
    image = image[..., 0] if grey else image
    assert enhance(image, method, **params).shape == image.shape


@pytest.mark.parametrize(("method", "params"), VARIANTS, ids=identify)
@pytest.mark.parametrize("level", [0, 1, 90, 254, 255])
def test_a_constant_image_stays_constant(method, params, level):
    result = enhance(np.full((20, 30, 3), level, np.uint8), method, **params)
    assert (result == result[0, 0]).all()


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_are_left_alone_by_the_default_methods(level, grey):
    image = np.full((20, 30) if grey else (20, 30, 3), level, np.uint8)
    for method in ("none", "he", "dhe", "clahe", "eff"):
        if (method, level) != ("clahe", 0):
            assert np.abs(enhance(image, method).astype(int) - image).max() <= 3, method


def test_grey_gives_what_three_equal_channels_give():
    grey = smear(40, 50)[..., 0]
    for method, params in VARIANTS:
        if method not in ("clahe", "reinhard", "macenko"):  # these see colours, or convert 8-bit Lab
            stacked = enhance(np.repeat(grey[..., None], 3, axis=2), method, **params)
            assert np.abs(stacked[..., 0].astype(int) - enhance(grey, method, **params)).max() <= 1, method


@RELAXED
@given(counts=hnp.arrays(np.int64, 256, elements=st.integers(0, 50)), x=st.sampled_from([0.0, 1.0, 2.5]))
def test_the_tone_curve_of_dhe_never_falls_and_segments_tile_the_levels(counts, x):
    counts[100] += 1
    used = np.flatnonzero(counts)
    segments = find_segments(counts)
    assert segments[0][0] == used[0]
    assert segments[-1][1] == used[-1]
    assert all(b == c + 1 for (_, c), (b, _) in itertools.pairwise(segments))
    curve = segment_lut(counts, x).astype(int)
    assert (np.diff(curve[used]) >= 0).all()


@pytest.mark.parametrize(
    ("method", "params"), [v for v in VARIANTS if v[0] in ("he", "dhe", "gamma")], ids=str
)
def test_a_tone_curve_gives_each_level_one_value_and_never_falls(method, params):
    grey = smear(60, 80)[..., 1].copy()
    grey[:2] = [[0], [255]]
    pairs = np.unique(np.stack([grey.ravel(), enhance(grey, method, **params).ravel()]), axis=1).astype(int)
    assert pairs.shape[1] == len(np.unique(grey))
    assert (np.diff(pairs[1]) >= 0).all()
    assert np.ptp(pairs[1]) > 100


def test_he_of_luminance_is_the_textbook_formula():
    grey = smear(61, 83)[..., 1]
    below = np.array([(grey <= level).sum() for level in range(256)])
    lowest = (grey == grey.min()).sum()
    expected = np.rint(255 * (below - lowest) / (grey.size - lowest)).clip(0, 255)
    assert np.array_equal(enhance(grey, "he"), expected[grey])


@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_dheci_is_the_loop_over_pixels_of_its_source(alpha):
    """On a nearly constant image a quarter of the samples once hung on the order of one sum."""
    image = np.random.default_rng(0).integers(99, 102, (16, 40, 3), np.uint8)
    top = np.pad(image, ((2, 2), (2, 2), (0, 0)), "edge").max(axis=2).astype(float)
    low = np.pad(image, ((2, 2), (2, 2), (0, 0)), "edge").min(axis=2)
    saturation = np.floor((top - low) / top * 255)
    histogram = np.zeros(256)  # begins a level late
    for y, x in np.ndindex(16, 40):
        v, s = (plane[y : y + 5, x : x + 5] for plane in (top, saturation))
        rho = np.corrcoef(v.ravel("F"), s.ravel("F"))[0, 1] if np.ptp(v) and np.ptp(s) else 0.0
        by_value, by_saturation = sobel(v), int(abs(rho) * sobel(s))
        histogram[int(v[2, 2]) + 1] += alpha * by_saturation + (1 - alpha) * by_value
    by_value, by_saturation = (np.roll(plane, 1) for plane in differential_histograms(image))
    mixed = alpha * by_saturation + (1 - alpha) * by_value
    np.testing.assert_allclose(mixed, histogram, rtol=1e-12)
    curve = np.append((mixed.cumsum() / mixed.sum() * 255 / 255.0)[1:], 1.0)
    assert np.array_equal(
        enhance(image, "dhe", variant="nakai2013", alpha=alpha), hsv_numpy.replace_value(image, curve)
    )


@pytest.mark.parametrize("gamma", [0.6, 1.7])
def test_every_colour_is_the_same_with_and_without_numba(gamma):
    """Every seventh red with all greens and blues; once all 16.7 million colours were compared."""
    curve = np.linspace(0, 1, 256) ** gamma
    green, blue = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8), indexing="ij")
    for red in range(0, 256, 7):
        image = np.dstack([np.full_like(green, red), green, blue])
        assert np.array_equal(hsv_numba.replace_value(image, curve), hsv_numpy.replace_value(image, curve))


def sobel(window: np.ndarray) -> int:
    """Return the truncated Sobel magnitude at the centre of a window of 5x5."""
    kernel = np.outer([1, 2, 1], [-1, 0, 1])
    inner = window[1:4, 1:4]
    return int(np.hypot((inner * kernel).sum(), (inner * kernel.T).sum()))


def test_eff_says_when_it_leaves_a_bright_field_untouched():
    bright = np.maximum(smear(60, 80), 160)
    result, record = enhance_and_describe(bright, "eff")
    assert np.array_equal(result, bright)
    assert record["k"] is None
    assert record["bad_share"] == 0.0
    assert record["unchanged"]
    _, record = enhance_and_describe(smear(60, 80, light=0.5), "eff")
    assert 1.0 < record["k"] <= 7.0
    assert record["bad_share"] > 0.2
    assert record["mean_after"] > record["mean_before"]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "params"), VARIANTS, ids=identify)
def test_twelve_megapixels(method, params):
    image = np.tile(smear(600, 800), (5, 5, 1))
    assert enhance(image, method, **params).shape == (3000, 4000, 3)
