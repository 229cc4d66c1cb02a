"""DHE of Abdullah-Al-Wadud et al., IEEE Trans. Consumer Electronics 53(2), 593-600, 2007.

What the paper leaves open is decided so: it works on V = max(R, G, B) and scales R, G and B alike; a flat
valley of the smoothed histogram is cut at its first level; rounding is half up; the ranges of the segments
touch, and a segment spans from the last level of the one before it to its own last level.
"""

import itertools
import math

import cv2
import numpy as np

NORMAL_SHARE = 0.683  # of a normal distribution, within one standard deviation of the mean


def equalise_segments(image: np.ndarray, x: float) -> np.ndarray:
    """Return the image, uint8 (H, W, 3), with V mapped by `segment_lut`.

    The colours are scaled by V' / V and rounded half up.
    """
    lut = segment_lut(np.bincount(value_of(image).ravel(), minlength=256), x)
    ratio = lut / np.maximum(np.arange(256.0), 1.0)
    table = np.minimum(np.floor(ratio[:, None] * np.arange(256.0) + 0.5), 255).astype(np.uint8).ravel()
    result = np.empty_like(image)
    for start in range(0, len(image), 32):  # bands that stay in the cache
        band = image[start : start + 32]
        index = band | value_of(band)[..., None].astype(np.uint16) << 8
        np.take(table, index, out=result[start : start + 32], mode="clip")
    return result


def value_of(image: np.ndarray) -> np.ndarray:
    """Return max(R, G, B), uint8 (H, W)."""
    red, green, blue = cv2.split(image)
    return cv2.max(cv2.max(red, green), blue)


def segment_lut(histogram: np.ndarray, x: float) -> np.ndarray:
    """Return the tone curve uint8 (256,), not decreasing, for a histogram of V (256,) of integers.

    Each segment gets a range proportional to span (log CF)^x, CF its count of pixels, and is equalised within
    it. A histogram of one level maps to itself.
    """
    segments = find_segments(histogram)
    low, high = segments[0][0], segments[-1][1]
    if low == high:
        return np.arange(256, dtype=np.uint8)
    ends = np.array([last for _, last in segments])
    spans = np.diff(ends, prepend=low).astype(float)
    counts = np.array([histogram[first : last + 1].sum() for first, last in segments])
    factors = spans * np.log(np.maximum(counts, 1)) ** x
    if factors.sum() == 0.0:  # one pixel a segment: no count says anything
        factors = spans
    edges = np.concatenate([[0.0], np.cumsum(factors) / factors.sum() * 255.0])
    curve = np.zeros(256)
    curve[high + 1 :] = 255.0
    for (first, last), count, start, stop in zip(segments, counts, edges[:-1], edges[1:], strict=True):
        share = np.cumsum(histogram[first : last + 1]) / max(count, 1)
        curve[first : last + 1] = start + share * (stop - start)
    return np.floor(curve + 0.5).astype(np.uint8)


def find_segments(histogram: np.ndarray) -> list[tuple[int, int]]:
    """Cut the levels in use at the valleys of the smoothed histogram, then split segments a peak dominates.

    Returns
    -------
    list of (int, int)
        First and last level of each segment, ascending, without gaps.
    """
    used = np.flatnonzero(histogram)
    low, high = int(used[0]), int(used[-1])
    counts = histogram.astype(np.int64)
    smooth = (
        counts.copy()
    )  # three times the 1x3 mean, kept in integers so that flat valleys are found exactly
    smooth[1:] += counts[:-1]
    smooth[:-1] += counts[1:]
    bounds = [low - 1, *_valleys(smooth, low, high), high]
    segments: list[tuple[int, int]] = []
    for before, last in itertools.pairwise(bounds):
        segments += _split(counts, before + 1, last)
    return segments


def _valleys(smooth: np.ndarray, low: int, high: int) -> list[int]:
    """Return the levels between `low` and `high` where the histogram stops falling and rises next."""
    valleys, level = [], low + 1
    while level < high:
        last = level
        while last < high and smooth[last + 1] == smooth[level]:
            last += 1
        if smooth[level] < smooth[level - 1] and last < high and smooth[last + 1] > smooth[level]:
            valleys.append(level)
        level = last + 1
    return valleys


def _split(counts: np.ndarray, first: int, last: int) -> list[tuple[int, int]]:
    """Split a segment at mean - sd and mean + sd until 68.3 % of its pixels lie between.

    The middle part is final, the outer ones are tested again.
    """
    levels = np.arange(first, last + 1)
    weights = counts[first : last + 1]
    total = weights.sum()
    if first == last or total == 0:
        return [(first, last)]
    mean = float((weights * levels).sum() / total)
    deviation = math.sqrt(float((weights * (levels - mean) ** 2).sum() / total))
    left, right = math.floor(mean - deviation + 0.5), math.floor(mean + deviation + 0.5)
    inside = weights[(levels >= left) & (levels <= right)].sum()
    if inside >= NORMAL_SHARE * total or left >= last or (left < first and right >= last):
        return [(first, last)]
    middle_first, middle_last = max(first, left + 1), min(last, right)
    parts = _split(counts, first, left) if left >= first else []
    if middle_first <= middle_last:
        parts = [*parts, (middle_first, middle_last)]
    if right < last:
        parts += _split(counts, max(right, left) + 1, last)
    return parts
