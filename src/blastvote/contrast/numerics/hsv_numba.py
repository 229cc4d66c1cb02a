"""`hsv_numpy`, compiled: one pass, the same bits (all colours are compared in a test)."""

import numpy as np

from blastvote.contrast.numerics.compiled import compiled


def replace_value(image: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Return the image (H, W, 3) uint8 with V replaced by curve[V] of 0-1, float64 (256,), truncated."""
    result = np.empty_like(image)
    _replace(np.ascontiguousarray(image).reshape(-1, 3), curve, result.reshape(-1, 3))
    return result


@compiled()
def _replace(pixels: np.ndarray, curve: np.ndarray, out: np.ndarray) -> None:
    six, one = np.float32(6), np.float32(1)
    for i in range(len(pixels)):
        r, g, b = pixels[i, 0], pixels[i, 1], pixels[i, 2]
        top, bottom = max(r, g, b), min(r, g, b)
        new = curve[top]
        out[i, 0] = out[i, 1] = out[i, 2] = _truncated(new)
        if top == bottom:  # grey
            continue
        red, green, blue = np.float32(r), np.float32(g), np.float32(b)
        delta = np.float32(top) - np.float32(bottom)
        if b == top:  # where two channels are highest, blue goes before green before red
            hue = (red - green) / delta + np.float32(4)
        elif g == top:
            hue = (blue - red) / delta + np.float32(2)
        else:
            hue = (green - blue) / delta
        hue = hue / six
        if hue < 0:
            hue = hue + one
        saturation = np.float64(delta / np.float32(top))
        position = np.float64(hue) * 6.0
        sector = int(position)
        fraction = position - sector
        low = _truncated(new * (1.0 - saturation))
        if sector % 2:  # the middle channel falls in odd sextants of the circle, and rises in even ones
            middle = _truncated(new * (1.0 - saturation * fraction))
        else:
            middle = _truncated(new * (1.0 - saturation * (1.0 - fraction)))
        # sextants: red-yellow, yellow-green, green-cyan, cyan-blue, blue-magenta, magenta-red
        highest = ((sector + 1) % 6) // 2
        lowest = ((sector + 4) % 6) // 2
        out[i, lowest] = low
        out[i, 3 - highest - lowest] = middle


@compiled()
def _truncated(share: float) -> np.uint8:
    """Return 255 times a share as uint8, cut off at both ends."""
    return np.uint8(min(max(share * 255.0, 0.0), 255.0))
