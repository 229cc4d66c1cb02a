"""DHECI of Nakai, Hoshi and Taguchi, ISPACS 2013: equalisation of a histogram made of gradients, in HSV.

The arithmetic is that of ``dhe.py`` of AndyHuang1995/Image-Contrast-Enhancement, with its quirks: saturation
and gradient magnitudes are truncated to integers; level 255 is left out of the histogram and maps to 1; hue
and saturation are single precision on the way back and double precision in the histogram; the result is
truncated. The port forms the correlation of V and S in every 5x5 window by a loop; here it is made of exact
integer box sums.
"""

import cv2
import numpy as np

from blastvote.contrast.numerics.backend import load

_BAND = 64  # rows at a time: temporaries stay in the cache


def equalise_differential(image: np.ndarray, alpha: float) -> np.ndarray:
    """Return the image (H, W, 3) uint8 with V mapped by the cumulated differential histogram.

    `alpha` weighs the saturation's gradients against the value's. An image without any gradient is returned
    as it is (the port divides zero by zero there).
    """
    by_value, by_saturation = differential_histograms(image)
    # One level late and times and by 255, as in the port, for the same last bits: with most alphas the
    # brightest level comes to lie at 1 or just below it, by the order of the sum.
    mixed = np.roll(alpha * by_saturation + (1 - alpha) * by_value, 1)
    total = mixed.sum()
    if total == 0:
        return image.copy()
    curve = np.ones(256)  # level v reads what is cumulated over 0..v
    curve[:255] = (mixed.cumsum() / total * 255 / 255.0)[1:]
    return load("hsv").replace_value(image, curve)


def saturation_table() -> np.ndarray:
    """Return floor(255 (delta / V)) as uint8 (256, 256), indexed [V, delta]."""
    value, delta = np.arange(256.0)[:, None], np.arange(256.0)[None, :]
    share = np.divide(delta, value, out=np.zeros((256, 256)), where=value > 0)
    return np.clip(share * 255, 0, 255).astype(np.uint8)


def differential_histograms(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two histograms of V, float64 (256,): weighted by gradients of V, and by |rho| times those of S.

    Entry 255 is zero, as in the port.
    """
    table = saturation_table()
    padded = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    by_value, by_saturation = np.zeros(256), np.zeros(256)
    for start in range(0, len(image), _BAND):
        band = padded[start : start + _BAND + 4]
        channels = cv2.split(band)
        value = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
        delta = value - cv2.min(cv2.min(channels[0], channels[1]), channels[2])
        saturation = table[value, delta]
        inner = value[2:-2, 2:-2].ravel()
        gradient = gradient_magnitude(saturation)
        weighed = np.abs(window_correlation(value, saturation)) * gradient
        settle_ties(weighed, gradient, value, saturation)
        weighed = np.floor(weighed)
        by_value += np.bincount(inner, gradient_magnitude(value).ravel(), minlength=256)
        by_saturation += np.bincount(inner, weighed.ravel(), minlength=256)
    by_value[255] = by_saturation[255] = 0.0
    return by_value, by_saturation


def gradient_magnitude(plane: np.ndarray) -> np.ndarray:
    """Return the truncated Sobel magnitude, float64 (H - 4, W - 4), of a uint8 plane (H, W) padded by 2."""
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=3)[2:-2, 2:-2].astype(np.float64)
    down = cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=3)[2:-2, 2:-2].astype(np.float64)
    return np.floor(np.sqrt(across * across + down * down))


def window_correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of two uint8 planes (H, W) in 5x5 windows, float64 (H - 4, W - 4).

    Zero where a plane is constant in the window. The sums are integers below 2^24: exact in single precision.
    """
    a, b = first.astype(np.float32), second.astype(np.float32)

    def box(plane: np.ndarray) -> np.ndarray:
        summed = cv2.boxFilter(plane, cv2.CV_64F, (5, 5), normalize=False, borderType=cv2.BORDER_REFLECT)
        return summed[2:-2, 2:-2]

    sum_a, sum_b = box(a), box(b)
    covariance = 25 * box(a * b) - sum_a * sum_b
    product = (25 * box(a * a) - sum_a * sum_a) * (25 * box(b * b) - sum_b * sum_b)
    return np.divide(covariance, np.sqrt(product), out=np.zeros_like(product), where=product > 0)


def settle_ties(weighed: np.ndarray, gradient: np.ndarray, first: np.ndarray, second: np.ndarray) -> None:
    """Put |rho| times the gradient as NumPy's `corrcoef` rounds it where that lies on an integer, in place.

    Windows with |rho| = 1 (one pixel apart from the rest, say) make up to 1 % of a smooth image, and whether the port's
    truncation takes one off depends on the last bit of `corrcoef`; so it is worked out there in its steps.
    """
    tie = (np.abs(weighed - np.rint(weighed)) < 1e-9) & (weighed > 0.5)
    rows, columns = np.nonzero(tie)
    if not len(rows):
        return
    windows = np.empty((len(rows), 2, 25))
    for index, plane in enumerate((first, second)):
        view = np.lib.stride_tricks.sliding_window_view(plane, (5, 5))
        windows[:, index] = view[rows, columns].transpose(0, 2, 1).reshape(-1, 25)  # column by column
    windows -= windows.mean(axis=2, keepdims=True)
    covariance = np.matmul(windows, windows.transpose(0, 2, 1))
    covariance *= 1.0 / 24.0
    deviation = np.sqrt(covariance[:, [0, 1], [0, 1]])
    rho = covariance[:, 0, 1] / deviation[:, 0] / deviation[:, 1]
    weighed[tie] = np.minimum(np.abs(rho), 1.0) * gradient[tie]
