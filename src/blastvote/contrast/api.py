"""The public calls: check the image, apply a method, say what it did."""

from typing import Any

import numpy as np

from blastvote.contrast.registry import find_method, validate_params
from blastvote.errors import InputError


def enhance(image: np.ndarray, method: str, **params: Any) -> np.ndarray:
    """Enhance the contrast of one image.

    Parameters
    ----------
    image
        uint8, RGB (H, W, 3) or grey (H, W), with at least one pixel. It is not changed.
    method
        Name in `METHODS`.
    **params
        Parameters of the method; see `METHODS[method].params_schema`.

    Returns
    -------
    numpy.ndarray
        A new uint8 array of the same shape.

    Raises
    ------
    InputError
        Wrong dtype or shape, unknown method or parameter, value out of range.
    """
    return enhance_and_describe(image, method, **params)[0]


def describe(image: np.ndarray, method: str, **params: Any) -> dict[str, Any]:
    """Return what the method does to the image, as `enhance_and_describe` records it."""
    return enhance_and_describe(image, method, **params)[1]


def enhance_and_describe(image: np.ndarray, method: str, **params: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Enhance one image and record what was done; arguments and errors as in `enhance`.

    Returns
    -------
    image : numpy.ndarray
        uint8, the shape of the input.
    record : dict
        ``function``; ``k`` (exposure ratio of EFF, else None) and ``bad_share`` (share of pixels that EFF
        finds under-exposed, else None); ``mean_abs_change`` and ``max_abs_change`` in grey levels over all
        samples; ``changed_share``, the share of samples that differ; ``clipped_share``, the share of samples
        that came to lie at 0 or 255 and did not before; ``mean_before``, ``mean_after``, in grey levels;
        ``unchanged``, true if the output equals the input; then what the method adds.
    """
    found = find_method(method)
    resolved = validate_params(method, params)
    source = check_image(image)
    grey = source.ndim == 2 and not found.grey
    outcome = found.function(np.repeat(source[..., None], 3, axis=2) if grey else source, **resolved)
    result, details = outcome if isinstance(outcome, tuple) else (outcome, {})
    if grey:
        result = np.ascontiguousarray(result[..., 0])
    record: dict[str, Any] = {"function": method, "k": None, "bad_share": None}
    record.update(measure_change(source, result))
    record.update(details)
    return result, record


def check_image(image: object) -> np.ndarray:
    """Return the image as a contiguous array, or raise `InputError` that says what is wrong with it."""
    expected = "expected a uint8 array, RGB (H, W, 3) or grey (H, W)"
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"image is a {type(image).__name__}; {expected}. Read files with blastvote.io.read_image."
        )
    if image.dtype != np.uint8:
        raise InputError(
            f"image has dtype {image.dtype}{_float_notes(image)}; {expected}. Scale it to 0-255 and convert."
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        cure = (
            "Drop the alpha channel."
            if image.ndim == 3 and image.shape[2] == 4
            else "Pass one image at a time."
        )
        raise InputError(f"image has shape {image.shape}; {expected}. {cure}")
    if image.size == 0:
        raise InputError(f"image has shape {image.shape}, so no pixel; {expected} with at least one pixel.")
    return np.ascontiguousarray(image)


def _float_notes(image: np.ndarray) -> str:
    """Say whether a floating-point image holds NaN, the likelier mistake behind the wrong dtype."""
    if np.issubdtype(image.dtype, np.floating) and np.isnan(image).any():
        return f" and holds {int(np.isnan(image).sum())} NaN"
    return ""


def measure_change(before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """Compare two uint8 images of one shape; the fields are those of `enhance_and_describe`.

    All follow from the joint histogram of 256 x 256 levels, so no full-size temporary but one index array is
    made.
    """
    joint = np.zeros(65536, np.int64)
    rows = max(1, 1 << 20 >> max(0, int(before[0].size - 1).bit_length()))
    for start in range(0, len(before), rows):
        index = before[start : start + rows].astype(np.uint16)
        index <<= 8
        index |= after[start : start + rows]
        joint += np.bincount(index.ravel(), minlength=65536)
    table = joint.reshape(256, 256)
    level = np.arange(256)
    distance = np.abs(level[:, None] - level)
    n = before.size
    unchanged = int(np.trace(table))
    clipped = int(table[1:, 0].sum() + table[:255, 255].sum())
    return {
        "mean_abs_change": float((table * distance).sum() / n),
        "max_abs_change": int(distance[table > 0].max()),
        "changed_share": 1.0 - unchanged / n,
        "clipped_share": clipped / n,
        "mean_before": float((table.sum(1) * level).sum() / n),
        "mean_after": float((table.sum(0) * level).sum() / n),
        "unchanged": unchanged == n,
    }
