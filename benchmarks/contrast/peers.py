"""Other implementations of the contrast methods, run by `contrast.py` in a process of their own.

The published Python port (AndyHuang1995/Image-Contrast-Enhancement) pins SciPy 1.2, which no supported Python
can install. So `eff` and `dheci` are straightforward re-expressions of its algorithm with the same parts
(whole-image float64 arrays, `scipy.sparse.linalg.spsolve`; `numpy.corrcoef` in a loop over the pixels), for
time and memory only. `he` and `clahe` are scikit-image. Environment: `benchmarks/contrast/peers.sh FOLDER`.

usage: python contrast_peers.py METHOD IMAGE.npy REPEATS
"""

import json
import re
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.sparse.linalg
from PIL import Image


def normalised(values: np.ndarray) -> np.ndarray:
    """Stretch to 0-1 as the port does."""
    return cv2.normalize(values.astype(np.float64), None, 0.0, 1.0, cv2.NORM_MINMAX)


def smoothed(plane: np.ndarray, lam: float = 0.5, sigma: int = 5) -> np.ndarray:
    """Solve the port's sparse system by SuperLU."""
    weights = []
    for axis, kernel in ((1, np.ones((1, sigma))), (0, np.ones((sigma, 1)))):
        difference = np.roll(plane, -1, axis) - plane
        window = scipy.signal.convolve2d(difference, kernel, mode="same")
        weights.append(lam / (np.abs(window) * np.abs(difference) + 0.001))
    number = np.arange(plane.size).reshape(plane.shape)
    rows = np.concatenate([number.ravel(), number.ravel()])
    columns = np.concatenate([np.roll(number, -1, 1).ravel(), np.roll(number, -1, 0).ravel()])
    values = np.concatenate([w.ravel() for w in weights])
    links = scipy.sparse.coo_matrix((values, (rows, columns)), shape=(plane.size, plane.size)).tocsc()
    links = links + links.T
    system = scipy.sparse.diags(1 + np.asarray(links.sum(1)).ravel()) - links
    return scipy.sparse.linalg.spsolve(system.tocsc(), plane.ravel()).reshape(plane.shape)


def eff(image: np.ndarray) -> np.ndarray:
    """Do what the port's exposure fusion does."""
    stretched = normalised(image)
    light = stretched.max(axis=2)
    height, width = light.shape
    half = Image.fromarray(light.astype(np.float32)).resize(
        (width // 2, height // 2), Image.Resampling.BICUBIC
    )
    t = cv2.resize(smoothed(normalised(np.asarray(half))), (width, height), interpolation=cv2.INTER_AREA)
    mask = np.asarray(
        Image.fromarray((t < 0.5).astype(np.float32)).resize((50, 50), Image.Resampling.BICUBIC)
    )
    small = normalised(cv2.resize(stretched, (50, 50), interpolation=cv2.INTER_AREA))
    small = np.cbrt(small.prod(axis=2))[mask >= 0.5]
    brighter = stretched
    if small.size:

        def brighten(values: np.ndarray, k: float) -> np.ndarray:
            return np.exp((1 - k**-0.3293) * 1.1258) * values ** (k**-0.3293)

        def negative_entropy(k: float) -> float:
            counts = np.unique(
                (np.clip(brighten(small, k), 0, 1) * 255).astype(np.uint8), return_counts=True
            )[1]
            return float((counts / counts.sum() * np.log2(counts / counts.sum())).sum())

        brighter = brighten(stretched, scipy.optimize.fminbound(negative_entropy, 1, 7)) - 0.01
    weight = np.repeat(t[:, :, None], 3, axis=2) ** 0.5
    return np.clip((stretched * weight + brighter * (1 - weight)) * 255, 0, 255).astype(np.uint8)


def dheci(image: np.ndarray) -> np.ndarray:
    """Do the correlation of V and S per pixel, which is nearly all of the port's time."""
    top = image.max(axis=2).astype(float)
    saturation = np.floor(255 * (top - image.min(axis=2)) / np.maximum(top, 1))
    a, b = (np.pad(plane, 2, "edge") for plane in (top, saturation))
    out = np.zeros(top.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        for y in range(top.shape[0]):
            for x in range(top.shape[1]):
                out[y, x] = np.corrcoef(a[y : y + 5, x : x + 5].ravel(), b[y : y + 5, x : x + 5].ravel())[
                    0, 1
                ]
    return out


def he(image: np.ndarray) -> np.ndarray:
    """Equalise each channel by scikit-image."""
    from skimage.exposure import equalize_hist

    return np.stack([(equalize_hist(image[..., c]) * 255).astype(np.uint8) for c in range(3)], axis=-1)


def clahe(image: np.ndarray) -> np.ndarray:
    """Equalise adaptively by scikit-image (V of HSV, 8 x 8 tiles)."""
    from skimage.exposure import equalize_adapthist

    return (equalize_adapthist(image, kernel_size=(image.shape[0] // 8, image.shape[1] // 8)) * 255).astype(
        np.uint8
    )


if __name__ == "__main__":
    function, picture = globals()[sys.argv[1]], np.load(sys.argv[2])
    times = []
    for _ in range(int(sys.argv[3])):
        start = time.process_time()
        function(picture)
        times.append(time.process_time() - start)
    # Not ru_maxrss: a child inherits its parent's.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    print(json.dumps({"times": times, "peak_mb": peak}))
