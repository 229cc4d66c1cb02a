"""The choice of the exposure ratio."""

import numpy as np
import pytest
from scipy.optimize import fminbound

from blastvote.contrast.numerics.exposure import best_exposure, entropy, minimise, transform


@pytest.mark.parametrize("tolerance", [1e-4, 1e-5])
@pytest.mark.parametrize("half_up", [True, False])
def test_the_search_evaluates_the_points_that_scipy_evaluates(tolerance, half_up):
    rng = np.random.default_rng(0)
    for _ in range(40):
        values = rng.random(rng.integers(1, 2500)) ** rng.uniform(0.3, 4)
        ours, theirs = [], []

        def negative(k, seen, values=values):
            seen.append(float(k))
            return -entropy(transform(values, k), half_up)

        found = minimise(lambda k, seen=ours: negative(k, seen), 1.0, 7.0, tolerance)
        assert found == fminbound(lambda k, seen=theirs: negative(k, seen), 1.0, 7.0, xtol=tolerance)
        assert ours == theirs
        assert best_exposure(values, half_up, tolerance) == found


@pytest.mark.parametrize(
    "function", [lambda k: (k - 2) ** 2, lambda k: k, lambda k: -k, lambda k: 0.0, np.sin]
)
def test_the_search_ends_on_smooth_flat_and_one_sided_functions(function):
    assert minimise(function, 1.0, 7.0, 1e-5) == fminbound(function, 1.0, 7.0, xtol=1e-5)


def test_entropy_of_equal_values_is_zero_and_of_two_halves_one_bit():
    assert entropy(np.full(10, 0.3), True) == 0.0
    assert entropy(np.array([0.0, 0.0, 1.0, 2.0]), True) == 1.0
    # 1.6 / 255 is bin 2 rounded and bin 1 truncated, where 1.0 / 255 lies too
    assert entropy(np.array([1.6, 1.0]) / 255, True) == 1.0
    assert entropy(np.array([1.6, 1.1]) / 255, False) == 0.0
