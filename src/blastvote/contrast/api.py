"""The public calls: check the image, apply a method, say what it did."""

from typing import Any

import cv2
import numpy as np

from blastvote.contrast.measures import contrast_measures
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
    return _run(image, method, params)[1]


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
        ``unchanged``, true if the output equals the input; the measures of `measures.contrast_measures`; then what
        the method adds.
    """
    source, result, details = _run(image, method, params)
    record: dict[str, Any] = {"function": method, "k": None, "bad_share": None}
    record.update(measure_change(source, result))
    record.update(contrast_measures(source, result))
    record.update(details)
    return result, record


def _run(
    image: np.ndarray, method: str, params: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Return the checked image, the enhanced one and the method's details."""
    found = find_method(method)
    resolved = validate_params(method, params)
    source = check_image(image)
    stacked = source.ndim == 2 and not found.grey
    outcome = found.function(np.repeat(source[..., None], 3, axis=2) if stacked else source, **resolved)
    result, details = outcome if isinstance(outcome, tuple) else (outcome, {})
    return source, np.ascontiguousarray(result[..., 0]) if stacked else result, details


def check_image(image: object) -> np.ndarray:
    """Return the image as a contiguous array, or raise `InputError` that says what is wrong with it."""
    expected = "expected a uint8 array, RGB (H, W, 3) or grey (H, W)"
    if not isinstance(image, np.ndarray):
        raise InputError(
            f"image is a {type(image).__name__}; {expected}. Read files with blastvote.io.read_image."
        )
    if image.dtype != np.uint8:
        remedy = (
            "Use image.astype(np.uint8) * 255." if image.dtype == bool else "Scale it to 0-255 and convert."
        )
        raise InputError(f"image has dtype {image.dtype}{_float_notes(image)}; {expected}. {remedy}")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise InputError(f"image has shape {image.shape}; {expected}. {_shape_remedy(image.shape)}")
    if image.size == 0:
        raise InputError(f"image has shape {image.shape}, so no pixel; {expected} with at least one pixel.")
    return np.ascontiguousarray(image)


def _shape_remedy(shape: tuple[int, ...]) -> str:
    """Say how an array of a wrong shape most likely becomes an image."""
    if len(shape) > 3:
        return "Pass one image at a time."
    if len(shape) < 3:
        return "Pass rows and columns of pixels."
    if shape[2] == 1:
        return "Pass image[..., 0]."
    if shape[2] == 4:
        return "Drop the alpha channel: image[..., :3]."
    if shape[0] == 3:
        return "Put the channels last: np.moveaxis(image, 0, -1)."
    return "An image has one channel or three."


def _float_notes(image: np.ndarray) -> str:
    """Say whether a floating-point image holds NaN, the likelier mistake behind the wrong dtype."""
    if np.issubdtype(image.dtype, np.floating) and np.isnan(image).any():
        return f" and holds {int(np.isnan(image).sum())} NaN"
    return ""


def measure_change(before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """Compare two uint8 images of one shape; the fields are those of `enhance_and_describe`."""
    n, most, total, changed, clipped = before.size, 0, 0, 0, 0
    sum_before, sum_after = 0, 0
    for start in range(0, len(before), 128):  # bands: the temporaries stay small
        old, new = (plane[start : start + 128] for plane in (before, after))
        old, new = old.reshape(len(old), -1), new.reshape(len(new), -1)
        distance = cv2.absdiff(old, new)
        most = max(most, int(distance.max()))
        changed += cv2.countNonZero(distance)
        total, sum_before, sum_after = (
            s + int(cv2.sumElems(plane)[0])
            for s, plane in ((total, distance), (sum_before, old), (sum_after, new))
        )
        # Samples at 0 now, less those at 0 before and now; likewise at 255, where the complement is 0.
        clipped += cv2.countNonZero(cv2.bitwise_or(old, new)) - cv2.countNonZero(new)
        clipped += cv2.countNonZero(cv2.bitwise_not(cv2.bitwise_and(old, new)))
        clipped -= cv2.countNonZero(cv2.bitwise_not(new))
    return {
        "mean_abs_change": total / n,
        "max_abs_change": most,
        "changed_share": changed / n,
        "clipped_share": clipped / n,
        "mean_before": sum_before / n,
        "mean_after": sum_after / n,
        "unchanged": changed == 0,
    }
