"""The way to HSV and back of `dhe_nakai` in NumPy: hue and saturation in single precision, as in the port."""

import numpy as np

_BAND = 64  # rows at a time: temporaries stay in the cache


def replace_value(image: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Return the image (H, W, 3) uint8 with V replaced by curve[V] of 0-1, float64 (256,), truncated."""
    result = np.empty_like(image)
    for start in range(0, len(image), _BAND):
        result[start : start + _BAND] = _replaced(image[start : start + _BAND], curve)
    return result


def _replaced(image: np.ndarray, curve: np.ndarray) -> np.ndarray:
    rgb = image.astype(np.float32)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    top = image.max(axis=-1)
    value = top.astype(np.float32)
    delta = value - image.min(axis=-1)
    safe = np.where(delta > 0, delta, np.float32(1))
    hue = (green - blue) / safe  # where two channels are highest, blue goes before green before red
    hue = np.where(green == value, (blue - red) / safe + np.float32(2), hue)
    hue = np.where(blue == value, (red - green) / safe + np.float32(4), hue)
    hue = np.where(delta > 0, hue / np.float32(6) % np.float32(1), np.float32(0))
    saturation = (delta / np.maximum(value, np.float32(1))).astype(np.float64)
    new = curve[top]
    position = hue.astype(np.float64) * 6.0
    sector = position.astype(np.int8)
    fraction = position - sector
    low = new * (1.0 - saturation)
    falling = new * (1.0 - saturation * fraction)
    rising = new * (1.0 - saturation * (1.0 - fraction))
    sector = np.where(saturation == 0, np.int8(-1), sector % 6)
    orders = [
        (new, rising, low),
        (falling, new, low),
        (low, new, rising),
        (low, falling, new),
        (rising, low, new),
    ]
    orders.append((new, low, falling))
    result = np.stack([new, new, new], axis=-1)
    for index, order in enumerate(orders):
        here = sector == index
        for channel, plane in enumerate(order):
            result[..., channel][here] = plane[here]
    return np.clip(result * 255, 0, 255).astype(np.uint8)
