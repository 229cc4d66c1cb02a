"""The brightness transform function of (3) and the choice of the exposure ratio k."""

import math
from collections.abc import Callable

import numpy as np

CAMERA_A, CAMERA_B = -0.3293, 1.1258
LOWEST, HIGHEST = 1.0, 7.0
LEVELS = np.arange(256) / 255.0
_ROOT_EPSILON = math.sqrt(2.2e-16)


def transform(brightness: np.ndarray, k: float, a: float = CAMERA_A, b: float = CAMERA_B) -> np.ndarray:
    """Return g(P, k) = exp(b (1 - k^a)) P^(k^a), equation (3) with the camera model of the EFF paper.

    The factor stays below e^700, so that a camera at the end of the range gives no infinity times zero.
    """
    return brightness ** (k**a) * np.exp(min((1.0 - k**a) * b, 700.0))


def entropy(values: np.ndarray, half_up: bool) -> float:
    """Return the entropy in bits of values (n,) saturated to 0-1 and put in 256 bins.

    Values are rounded half up, or else truncated.
    """
    bins = (np.clip(values * 255.0, 0.0, 255.0) + (0.5 if half_up else 0.0)).astype(np.uint8)
    share = np.bincount(bins, minlength=256) / len(values)
    share = share[share > 0]
    return float(-(share * np.log2(share)).sum())


def best_exposure(brightness: np.ndarray, half_up: bool, tolerance: float) -> float:
    """Return k on [1, 7] of most entropy after the transform with the default camera, by Brent's search.

    Both sources search with the default a and b even where others are given. The curve is jagged on a scale
    of 1e-2.
    """
    return minimise(lambda k: -entropy(transform(brightness, k), half_up), LOWEST, HIGHEST, tolerance)


def minimise(function: Callable[[float], float], low: float, high: float, tolerance: float) -> float:
    """Return where a function of one variable is least on an interval, by Brent's method without derivatives.

    Source: Forsythe, Malcolm, Moler, "Computer Methods for Mathematical Computations" (1977), ``fmin``; MATLAB's
    `fminbnd` and SciPy's `fminbound` evaluate the same points. Written here because importing `scipy.optimize` takes
    0.3 s and 50 MB, in every process.
    """
    golden = 0.5 * (3.0 - math.sqrt(5.0))
    best = second = third = low + golden * (high - low)
    f_best = f_second = f_third = function(best)
    step = before_last = 0.0
    for _ in range(500):
        middle = 0.5 * (low + high)
        close = _ROOT_EPSILON * abs(best) + tolerance / 3.0
        if abs(best - middle) <= 2.0 * close - 0.5 * (high - low):
            break
        golden_step = True
        if abs(before_last) > close:
            r = (best - second) * (f_best - f_third)
            q = (best - third) * (f_best - f_second)
            p = (best - third) * q - (best - second) * r
            q = 2.0 * (q - r)
            p, q = (-p if q > 0.0 else p), abs(q)
            r, before_last = before_last, step
            if abs(p) < abs(0.5 * q * r) and q * (low - best) < p < q * (high - best):
                step = p / q
                trial = best + step
                if trial - low < 2.0 * close or high - trial < 2.0 * close:
                    step = close if middle >= best else -close
                golden_step = False
        if golden_step:
            before_last = (low if best >= middle else high) - best
            step = golden * before_last
        trial = best + (max(step, close) if step >= 0.0 else min(step, -close))
        f_trial = function(
            np.float64(trial)
        )  # NumPy's power, as SciPy would use: it differs from C's in the last bit
        if f_trial <= f_best:
            low, high = (best, high) if trial >= best else (low, best)
            second, f_second, third, f_third = best, f_best, second, f_second
            best, f_best = trial, f_trial
            continue
        low, high = (trial, high) if trial < best else (low, trial)
        if f_trial <= f_second or second == best:
            second, f_second, third, f_third = trial, f_trial, second, f_second
        elif f_trial <= f_third or third in (best, second):
            third, f_third = trial, f_trial
    return best
