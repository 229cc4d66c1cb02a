"""Stain normalisation after Reinhard et al. (2001) and Macenko et al. (2009).

The targets are numbers, not image files.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from blastvote.contrast.registry import method

# Macenko's reference for haematoxylin and eosin; blue and pink dyes of Romanowsky stains lie close to it.
REFERENCE_STAINS = ((0.5626, 0.7201, 0.4062), (0.2159, 0.8012, 0.5581))
REFERENCE_CONCENTRATIONS = (1.9705, 1.0308)


def _numbers(n: int, description: str, minimum: float, maximum: float) -> dict[str, Any]:
    """Return the schema of a list of `n` numbers."""
    items = {"type": "number", "minimum": minimum, "maximum": maximum}
    return {"type": "array", "items": items, "minItems": n, "maxItems": n, "description": description}


@method(
    "reinhard",
    params={
        "mean": _numbers(3, "three numbers: target means of L (0-100), a and b of CIE Lab.", -128, 128),
        "std": _numbers(3, "three numbers from 0 to 128: target standard deviations of L, a and b.", 0, 128),
    },
)
def reinhard(
    image: np.ndarray, mean: Sequence[float] = (78.0, 12.0, -4.0), std: Sequence[float] = (14.0, 11.0, 9.0)
) -> np.ndarray:
    """Move mean and standard deviation of each CIE Lab channel to the target.

    A constant channel goes to its mean.
    Image uint8 (H, W, 3), result likewise, rounded half up. Reinhard used l-alpha-beta; Lab is today's
    custom.
    """
    lab = cv2.cvtColor(image.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    now, spread = cv2.meanStdDev(lab)
    gain = [s / d if d > 1e-6 else 0.0 for s, d in zip(std, spread.ravel(), strict=True)]
    for channel in range(3):
        plane: np.ndarray = lab[..., channel]
        plane -= np.float32(now[channel, 0])
        plane *= np.float32(gain[channel])
        plane += np.float32(mean[channel])
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return np.clip(np.floor(rgb * np.float32(255) + np.float32(0.5)), 0, 255).astype(np.uint8)


@method(
    "macenko",
    params={
        "stains": {
            **_numbers(
                2, "two lists of three numbers from 0 to 10: target optical densities of the stains.", 0, 10
            ),
            "items": _numbers(3, "a stain", 0, 10),
        },
        "concentrations": _numbers(
            2, "two numbers from 0 to 20: target 99th percentiles of the two stains' concentrations.", 0, 20
        ),
        "alpha": {
            "type": "number",
            "minimum": 0,
            "maximum": 25,
            "description": "per cent of angles left out at either end, 0 to 25.",
        },
        "beta": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "optical density below which a pixel is background, 0 to 1.",
        },
    },
)
def macenko(
    image: np.ndarray,
    stains: Sequence[Sequence[float]] = REFERENCE_STAINS,
    concentrations: Sequence[float] = REFERENCE_CONCENTRATIONS,
    alpha: float = 1.0,
    beta: float = 0.15,
) -> np.ndarray:
    """Separate two stains by the extreme angles of optical density and put the target stains in their place.

    Image uint8 (H, W, 3), result likewise, rounded half up. Optical density is -ln((v + 1) / 240). An image
    with fewer than 100 stained pixels, or with stains that cannot be told apart, is returned as it is.
    """
    density = -np.log((np.arange(256) + 1.0) / 240.0)
    levels = density.astype(np.float32)[image].reshape(-1, 3)
    found = find_stains(levels[(levels > beta).all(axis=1)], alpha)
    if found is None:
        return image.copy()
    amounts = levels @ np.linalg.pinv(found).astype(np.float32)
    highest = np.percentile(amounts, 99, axis=0)
    if not (highest > 1e-6).all():
        return image.copy()
    target = np.asarray(stains, float) * (np.asarray(concentrations, float) / highest)[:, None]
    out = 240.0 * np.exp(-(amounts @ target.astype(np.float32)))
    return np.clip(np.floor(out + 0.5), 0, 255).astype(np.uint8).reshape(image.shape)


def find_stains(levels: np.ndarray, alpha: float) -> np.ndarray | None:
    """Return unit density vectors (2, 3) of the two stains, the bluer first; None if there are not two.

    `levels` is float (N, 3), the stained pixels.
    """
    if len(levels) < 100:
        return None
    strengths, vectors = np.linalg.eigh(np.cov(levels.T.astype(np.float64)))
    if strengths[1] < 1e-8:
        return None
    plane = vectors[:, :0:-1]
    plane = plane * np.where(plane[0] < 0, -1.0, 1.0)
    projected = levels @ plane
    low, high = np.percentile(np.arctan2(projected[:, 1], projected[:, 0]), [alpha, 100 - alpha])
    pair = np.stack([plane @ [np.cos(angle), np.sin(angle)] for angle in (low, high)])
    if np.linalg.cond(pair) > 1e3:
        return None
    return pair[::-1] if pair[0, 0] < pair[1, 0] else pair
