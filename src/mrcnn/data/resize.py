"""Resizing images and masks to the shape the network works on, with Matterport's numerics."""

import numpy as np

from mrcnn.data.grid import sample_points

Window = tuple[int, int, int, int]
Padding = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Crop = tuple[int, int, int, int]


def resize_bilinear(array: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Resize the first two axes of `array` bilinearly; pixel centres at half-integers, zero outside.

    Equal, but for rounding in the last bit, to ``skimage.transform.resize(order=1, mode="constant",
    anti_aliasing=False, preserve_range=True)``, which Matterport used.

    Parameters
    ----------
    array
        (H, W) or (H, W, C), any numeric or bool dtype.
    shape
        New height and width.

    Returns
    -------
    numpy.ndarray
        float64 (h, w) or (h, w, C).
    """
    rows, columns = sample_points((array.shape[0], array.shape[1]), shape)
    return _resize_axis(_resize_axis(array, columns, axis=1), rows, axis=0)


def _resize_axis(array: np.ndarray, centres: np.ndarray, axis: int) -> np.ndarray:
    """Sample `array` linearly at the places `centres` of `axis`, float64; zero outside.

    Only what is sampled becomes float64: of a large photograph, a copy of eight times its size is not affordable.
    """
    below = np.floor(centres).astype(int)
    share = (centres - below).reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    padded = np.pad(array, [(1, 1) if i == axis else (0, 0) for i in range(array.ndim)])
    sampled: np.ndarray = (
        np.take(padded, below + 1, axis) * (1 - share) + np.take(padded, below + 2, axis) * share
    )
    return sampled


def resize_image(
    image: np.ndarray,
    min_dim: int | None = None,
    max_dim: int | None = None,
    min_scale: float | None = None,
    mode: str = "square",
    rng: np.random.Generator | np.random.RandomState | None = None,
) -> tuple[np.ndarray, Window, float, Padding, Crop | None]:
    """Scale an image, and pad or crop it, as the resize mode wants.

    Parameters
    ----------
    image
        (H, W, C), usually uint8; the dtype is kept (fractions are cut off, as Matterport's cast does).
    min_dim
        The shorter side is enlarged to at least this many pixels (never made smaller).
    max_dim
        In mode ``square`` the longer side is at most this, and the result is max_dim x max_dim.
    min_scale
        Least factor of enlargement, whatever `min_dim` says.
    mode
        ``none``: unchanged. ``square``: padded with zeros to a square. ``pad64``: sides padded to
        multiples of 64. ``crop``: a random min_dim x min_dim part.
    rng
        Where the crop is drawn from; the centre is cut out if None.

    Returns
    -------
    tuple
        The image; the window (y1, x1, y2, x2) of it that is not padding; the scale; the padding of the three
        axes; the crop (y, x, height, width) or None.

    Raises
    ------
    ValueError
        If the mode is unknown, ``pad64`` has a `min_dim` that is no multiple of 64, or an image is smaller
        than the crop or becomes narrower than a pixel.
    """
    height, width = image.shape[:2]
    padding: Padding = ((0, 0), (0, 0), (0, 0))
    if mode == "none":
        return image, (0, 0, height, width), 1, padding, None
    if mode not in ("square", "pad64", "crop"):
        raise ValueError(f"resize mode is {mode!r}; it must be one of square, pad64, crop, none")
    scale = _scale(height, width, min_dim, max_dim if mode == "square" else None, min_scale)
    if scale != 1:
        shape = (round(height * scale), round(width * scale))
        if 0 in shape:
            raise ValueError(
                f"an image of {height}x{width} pixels becomes {shape[0]}x{shape[1]}: cut it into parts"
            )
        image = resize_bilinear(image, shape).astype(image.dtype)
        height, width = shape
    if mode == "crop":
        image, crop = _crop(image, int(min_dim or min(height, width)), rng)
        return image, (0, 0, crop[2], crop[3]), scale, padding, crop
    if mode == "square":
        target = (max_dim or max(height, width),) * 2
    else:
        if min_dim and min_dim % 64:
            raise ValueError(f"image_min_dim is {min_dim}; resize mode pad64 needs a multiple of 64")
        target = (-(-height // 64) * 64, -(-width // 64) * 64)
    top, left = (target[0] - height) // 2, (target[1] - width) // 2
    padding = ((top, target[0] - height - top), (left, target[1] - width - left), (0, 0))
    return np.pad(image, padding), (top, left, top + height, left + width), scale, padding, None


def _scale(
    height: int, width: int, min_dim: int | None, max_dim: int | None, min_scale: float | None
) -> float:
    """Return the factor of enlargement: min_dim and min_scale may enlarge, max_dim has the last word."""
    scale: float = max(1, min_dim / min(height, width)) if min_dim else 1
    if min_scale and scale < min_scale:
        scale = min_scale
    if max_dim and round(max(height, width) * scale) > max_dim:
        scale = max_dim / max(height, width)
    return scale


def _crop(
    image: np.ndarray, side: int, rng: np.random.Generator | np.random.RandomState | None
) -> tuple[np.ndarray, Crop]:
    """Cut a square out of `image`: a random one, or the central one without `rng`."""
    spare = (image.shape[0] - side, image.shape[1] - side)
    if min(spare) < 0:
        raise ValueError(
            f"an image of {image.shape[0]}x{image.shape[1]} pixels is smaller than the crop of "
            f"{side}x{side}: lower image_min_dim, or use the resize mode square"
        )
    if rng is None:
        y, x = spare[0] // 2, spare[1] // 2
    else:
        draw = rng.integers if isinstance(rng, np.random.Generator) else rng.randint
        y, x = int(draw(0, spare[0] + 1)), int(draw(0, spare[1] + 1))
    return image[y : y + side, x : x + side], (y, x, side, side)


def resize_mask(mask: np.ndarray, scale: float, padding: Padding, crop: Crop | None = None) -> np.ndarray:
    """Resize masks (H, W, N) as `resize_image` resized their image, by the nearest pixel.

    The pixels are those ``scipy.ndimage.zoom(order=0)`` chooses, picked by index: the same result without
    visiting every mask.

    Parameters
    ----------
    mask
        (H, W, N), bool or numeric.
    scale, padding, crop
        As `resize_image` returned them.
    """
    rows, columns = (nearest_points(size, scale) for size in mask.shape[:2])
    resized = mask.take(rows, axis=0, mode="clip").take(columns, axis=1, mode="clip")
    resized[rows == mask.shape[0]] = 0
    resized[:, columns == mask.shape[1]] = 0
    if crop is None:
        return np.pad(resized, padding)
    y, x, height, width = crop
    return resized[y : y + height, x : x + width]


def nearest_points(size: int, scale: float) -> np.ndarray:
    """Return which of `size` pixels each pixel of the axis takes that is enlarged by `scale`: int (h,), rising.

    ``zoom`` rounds some last points to just outside of the axis and leaves 0 there, so Matterport's masks lose
    their last row or column at such a scale. The index is then `size`: no pixel.
    """
    from scipy import (
        ndimage,
    )  # a third of a second that the workflow's planning, which imports this file, can save

    points: np.ndarray = ndimage.zoom(np.arange(size), scale, order=0, cval=size)
    return points
