"""Histogram equalisation."""

import cv2
import numpy as np

from blastvote.contrast.registry import method


@method(
    "he",
    params={
        "mode": {
            "enum": ["luminance", "rgb"],
            "description": "luminance: the Y of YCrCb (BT.601) alone, colours kept. rgb: each channel by "
            "itself, as the widely used Python port does; it casts colours.",
        }
    },
    grey=True,
)
def he(image: np.ndarray, mode: str = "luminance") -> np.ndarray:
    """Equalise the histogram of the luminance or of each channel.

    Parameters
    ----------
    image
        uint8 (H, W, 3) or (H, W).
    mode
        ``luminance``: level v becomes round(255 (C(v) - C0) / (N - C0)), C the cumulated histogram, C0 the
        count of the lowest level present (OpenCV `equalizeHist`); RGB to YCrCb and back is OpenCV's 8-bit
        conversion. An image of one level stays as it is. ``rgb``: v becomes floor(255 C(v) / N) in each
        channel (scikit-image `equalize_hist`, then truncated, as ``he.py`` of
        AndyHuang1995/Image-Contrast-Enhancement); the brightest level present always becomes 255, so an image
        of one level becomes white.

    Returns
    -------
    numpy.ndarray
        uint8, same shape.
    """
    if mode == "rgb":
        channels = image[..., None] if image.ndim == 2 else image
        luts = [
            cumulative_lut(np.bincount(channels[..., c].ravel(), minlength=256))
            for c in range(channels.shape[2])
        ]
        return cv2.LUT(image, np.stack(luts, axis=-1)[None] if len(luts) == 3 else luts[0])
    if image.ndim == 2:
        return cv2.equalizeHist(image)
    ycrcb = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    ycrcb[..., 0] = cv2.equalizeHist(np.ascontiguousarray(ycrcb[..., 0]))
    return cv2.cvtColor(ycrcb, cv2.COLOR_YCrCb2RGB)


def cumulative_lut(counts: np.ndarray) -> np.ndarray:
    """Return the uint8 table floor(255 C(v) / N) of a histogram (256,)."""
    cumulated = np.cumsum(counts)
    return (cumulated / float(cumulated[-1]) * 255).astype(np.uint8)
