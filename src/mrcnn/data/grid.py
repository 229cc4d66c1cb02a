"""Where the pixels of a resized image sample the original, to the last bit of what Matterport's resizing did.

Matterport resized with ``skimage.transform.resize``, which estimates an affine map from three corner points by a
singular value decomposition and then cuts fractions off. The estimate is off by some 1e-14, and where a pixel's
value is a whole number that decides whether it is cut to the number below: in one pixel of a thousand or so.
The same estimate is made here; its rounding can differ with the linear algebra library, and then single pixels
differ by one grey level.
"""

import numpy as np


def sample_points(source: tuple[int, int], target: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the places (H,) and (W,) float64 in the original that the rows and columns of the result sample.

    Parameters
    ----------
    source, target
        Height and width of the original and of the result.
    """
    height, width = target
    factor_y, factor_x = source[0] / height, source[1] / width
    if height < 2 or width < 2:
        return (np.arange(height) + 0.5) * factor_y - 0.5, (np.arange(width) + 0.5) * factor_x - 0.5
    corners = np.array([[0, 0], [0, height - 1], [width - 1, height - 1]], np.float64)
    images = (corners + 0.5) * np.array([factor_x, factor_y]) - 0.5
    matrix = _estimate_affine(corners, images)
    return (
        matrix[1, 1] * np.arange(height) + matrix[1, 2],
        matrix[0, 0] * np.arange(width) + matrix[0, 2],
    )


def _estimate_affine(points: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Affine matrix (3, 3) that maps `points` (N, 2) of (x, y) to `images` (N, 2): total least squares."""
    normalise, points = _normalise(points)
    normalise_images, images = _normalise(images)
    count = len(points)
    equations = np.zeros((2 * count, 7))
    equations[:count, 0:2], equations[:count, 2], equations[:count, 6] = points, 1, images[:, 0]
    equations[count:, 3:5], equations[count:, 5], equations[count:, 6] = points, 1, images[:, 1]
    solution = np.linalg.svd(equations)[2][-1]
    matrix = np.eye(3)
    matrix[:2] = (-solution[:-1] / solution[-1]).reshape(2, 3)
    estimated: np.ndarray = np.linalg.inv(normalise_images) @ (matrix @ normalise)
    return estimated


def _normalise(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Matrix that moves points (N, 2) to mean 0 and root mean square distance sqrt(2), and the moved points."""
    centre = points.mean(axis=0)
    factor = np.sqrt(2) / np.sqrt(np.sum((points - centre) ** 2) / len(points))
    matrix = np.array([[factor, 0, -factor * centre[0]], [0, factor, -factor * centre[1]], [0, 0, 1]])
    moved = matrix @ np.vstack([points.T, np.ones(len(points))])
    return matrix, (moved[:2] / moved[2]).T
