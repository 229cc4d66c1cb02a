"""The brightness transform function of (3) and the choice of the exposure ratio k."""

import numpy as np

CAMERA_A, CAMERA_B = -0.3293, 1.1258
LOWEST, HIGHEST = 1.0, 7.0
LEVELS = np.arange(256) / 255.0


def transform(brightness: np.ndarray, k: float, a: float = CAMERA_A, b: float = CAMERA_B) -> np.ndarray:
    """Return g(P, k) = exp(b (1 - k^a)) P^(k^a), equation (3) with the camera model of the EFF paper."""
    return brightness ** (k**a) * np.exp((1.0 - k**a) * b)


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
    from scipy.optimize import fminbound

    return float(
        fminbound(lambda k: -entropy(transform(brightness, k), half_up), LOWEST, HIGHEST, xtol=tolerance)
    )
