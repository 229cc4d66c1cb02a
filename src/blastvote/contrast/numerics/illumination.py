"""The scene illumination map T of EFF and LIME: equations (7) to (10) of the paper.

T minimises sum (T - L)^2 + lambda sum_d w_d (D_d T)^2, with L the lightness (7), D the forward difference
(the last wraps round to the first) and w_d = 1 / (|sum of D_d L over a window| |D_d L| + eps), which joins
the weight M of (8) and the denominator of (9). That is the linear system (10), solved by `multigrid` or, for
small images and tests, directly.
"""

import cv2
import numpy as np

from blastvote.contrast.numerics.backend import load

EPSILON = 0.001


def texture_weights(plane: np.ndarray, sigma: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return w_h and w_v of (8) and (9), of the plane's dtype.

    Parameters
    ----------
    plane
        float (H, W), the lightness L.
    sigma
        Length of the window in which differences are summed along their own direction, zero outside the
        image.

    Returns
    -------
    (horizontal, vertical) : numpy.ndarray
        float (H, W): weight of the link from each pixel to its right neighbour and to the one below, wrapping
        round.
    """
    weights = []
    for axis, kernel in ((1, (sigma, 1)), (0, (1, sigma))):
        difference = forward_difference(plane, axis)
        # The window of an even length lies half a step to the far side, as in MATLAB's filter2.
        anchor = tuple((n - 1) // 2 for n in kernel)
        weight: np.ndarray = cv2.boxFilter(
            difference, -1, kernel, anchor=anchor, normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        # From here on in place: a new array of this size costs as much as the arithmetic.
        weight *= difference
        np.abs(weight, out=weight)
        weight += EPSILON
        weights.append(np.divide(1.0, weight, out=weight))
    return weights[0], weights[1]


def forward_difference(plane: np.ndarray, axis: int) -> np.ndarray:
    """Return the next value less each value along an axis; after the last comes the first."""
    difference = np.empty_like(plane)
    lines, target = np.moveaxis(plane, axis, 0), np.moveaxis(difference, axis, 0)
    np.subtract(lines[1:], lines[:-1], out=target[:-1])
    np.subtract(lines[0], lines[-1], out=target[-1])
    return difference


def smooth_exact(plane: np.ndarray, horizontal: np.ndarray, vertical: np.ndarray, lam: float) -> np.ndarray:
    """Solve (10), (I + lam L_w) T = plane, by a sparse direct solver in float64: exact, slow, much memory."""
    import scipy.sparse.linalg
    from scipy import sparse

    height, width = plane.shape
    number = np.arange(height * width).reshape(height, width)
    here = np.concatenate([number.ravel(), number.ravel()])
    there = np.concatenate([np.roll(number, -1, axis=1).ravel(), np.roll(number, -1, axis=0).ravel()])
    link = lam * np.concatenate([horizontal.ravel(), vertical.ravel()]).astype(np.float64)
    links = sparse.coo_matrix((link, (here, there)), shape=(plane.size, plane.size)).tocsc()
    links = links + links.T
    degree = np.asarray(links.sum(axis=1)).ravel()
    system = sparse.diags(1.0 + degree) - links
    solution = scipy.sparse.linalg.spsolve(system.tocsc(), plane.astype(np.float64).ravel())
    return solution.reshape(height, width)


def smooth(plane: np.ndarray, lam: float = 0.5, sigma: int = 5, solver: str = "auto") -> np.ndarray:
    """Return T for the lightness `plane`, float (H, W) of 0-1.

    Parameters
    ----------
    plane
        float32 or float64 (H, W).
    lam, sigma
        lambda of (6) and the window of (8).
    solver
        One of `backend.SOLVERS`.

    Returns
    -------
    numpy.ndarray
        float32 (H, W), float64 from ``exact``.
    """
    if solver == "exact":
        horizontal, vertical = texture_weights(plane.astype(np.float64), sigma)
        return smooth_exact(plane, horizontal, vertical, lam)
    from blastvote.contrast.numerics.grid.multigrid import solve

    plane = np.ascontiguousarray(plane, np.float32)
    horizontal, vertical = texture_weights(plane, sigma)
    horizontal *= np.float32(lam)
    vertical *= np.float32(lam)
    return solve(plane, horizontal, vertical, load("grid.stencil", solver))
