"""Label Studio's brush masks: a stream of bits that packs the RGBA pixels of the whole image."""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_PIXELS = 100_000_000
"""A brush mask of more pixels than this is damage: the stream holds four values for each."""


def brush_mask(data: Any, height: int, width: int) -> np.ndarray:
    """Return the mask ``bool (H, W)`` of a brush stroke: where its alpha value is not 0.

    The stream starts with the number of values (32 bits), the bits of a value less 1 (5 bits) and the bits of four
    kinds of lengths less 1 (4 bits each). Then follow blocks: one bit says whether one value is repeated or each is
    given, two bits choose the kind of length, then the length less 1, and the value or values.

    Raises
    ------
    ValueError
        If the stream does not make such a mask.
    """
    count = 4 * height * width
    if count > 4 * MOST_PIXELS:
        raise ValueError(f"a brush mask of {width}x{height} pixels")
    stream = _Bits(data)
    if stream.number(32) != count:
        raise ValueError(f"a brush mask is not that of {width}x{height} pixels")
    word = stream.number(5) + 1
    lengths = [stream.number(4) + 1 for _ in range(4)]
    values = np.zeros(count, dtype=bool)
    done = 0
    while done < count:
        repeated = stream.number(1)
        end = done + stream.number(lengths[stream.number(2)]) + 1
        if end > count:
            raise ValueError("a brush mask has more values than pixels")
        values[done:end] = stream.words(1 if repeated else end - done, word).any(axis=1)
        done = end
    return values.reshape(height, width, 4)[..., 3]


class _Bits:
    """Numbers of any width, one after another, the highest bit first."""

    def __init__(self, data: Any) -> None:
        self._bits = np.unpackbits(np.asarray(data, dtype=np.uint8))
        self._place = 0

    def words(self, count: int, width: int) -> np.ndarray:
        """Return the bits of the next numbers, ``uint8 (count, width)``."""
        end = self._place + count * width
        if end > len(self._bits):
            raise ValueError("a brush mask is cut off")
        bits = self._bits[self._place : end].reshape(count, width)
        self._place = end
        return bits

    def number(self, width: int) -> int:
        """Return the next number."""
        (bits,) = self.words(1, width).tolist()
        return int("".join(map(str, bits)), 2)
