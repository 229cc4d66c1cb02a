"""How large a pixel is on the slide, estimated from the red cells in a photograph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from blastvote.errors import InputError

RED_CELL_UM = 7.5
"""Diameter of a red cell on a dried smear; people differ by about 4 %."""
RED_CELL_SPREAD = 0.04
_SIDE = 720
_CLEAR = 24
"""Red cells this many pixels across are seen well: a photograph in which they are smaller is looked at more finely."""
_WINDOW = 1440
"""Side of the middle of the photograph that is looked at more finely."""
_MIN_CELLS = 4
_MIN_ALIKE = 3
_MIN_FINE = 20
"""So many cells of a finer look must agree: a slide of low magnification has hundreds, grain and platelets few."""
_PLENTY = 150
"""With so many cells alike no finer look is needed."""
_SCATTER = 0.12
"""Spread of the logarithm of single diameters where too few were measured to tell it."""


@dataclass(frozen=True)
class PixelSize:
    """Side of a pixel on the slide.

    Attributes
    ----------
    um
        In micrometres.
    uncertainty
        Standard error relative to ``um``; 0 where it is stated, not estimated.
    source
        ``stated``, ``tags`` or ``red cells``.
    cells
        Red cells that the estimate rests on.
    """

    um: float
    uncertainty: float = 0.0
    source: str = "stated"
    cells: int = 0


def estimate_pixel_size(image: np.ndarray) -> PixelSize:
    """Estimate the pixel size from the red cells, which are 7.5 micrometres across.

    The stained part that is no nucleus is cut into single cells at the necks of its distance transform. Round pieces
    that do not touch the border are measured, and the commonest diameter is taken to be a red cell's. The photograph is
    reduced for that; where red cells would be small then, its middle is looked at more finely.

    Parameters
    ----------
    image
        ``uint8 (H, W, 3)``, RGB.

    Returns
    -------
    PixelSize
        With its uncertainty: the spread of the diameters over the root of their number, and the 4 % by which people
        differ.

    Raises
    ------
    InputError
        If fewer than four red cells can be measured, or no three of one size.
    """
    best: _Commonest | None = None
    most = 0
    for shrink, small in _looks(image):
        diameters = _round_pieces(red_cell_mask(small)) / shrink
        most = max(most, len(diameters))
        found = _commonest(diameters)
        if found is not None and (best is None or (found.cells >= _MIN_FINE and found.cells > best.cells)):
            best = found
        if found is not None and (found.diameter * shrink >= _CLEAR or found.cells >= _PLENTY):
            break
    if best is None:
        raise InputError(
            f"only {most} round red cells can be measured, too few of them alike to estimate the pixel size. Give it "
            "in micrometres."
        )
    return PixelSize(RED_CELL_UM / best.diameter, best.uncertainty, "red cells", best.cells)


@dataclass(frozen=True)
class _Commonest:
    """The commonest diameter in pixels of the photograph, how many cells have it, its relative uncertainty."""

    diameter: float
    cells: int
    uncertainty: float


def _looks(image: np.ndarray) -> Iterator[tuple[float, np.ndarray]]:
    """Yield the photograph reduced to 720 pixels, then its middle at ever finer scales, each with its scale."""
    shrink = min(1.0, _SIDE / max(image.shape[:2]))
    part = image
    while True:
        yield (
            shrink,
            cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
            if shrink < 1
            else part,
        )
        if shrink == 1:
            return
        shrink = min(1.0, 2 * shrink)
        half = round(_WINDOW / shrink / 2)
        middle = [slice(max(0, n // 2 - half), n // 2 + half) for n in image.shape[:2]]
        part = image[middle[0], middle[1]]


def _commonest(diameters: np.ndarray) -> _Commonest | None:
    """Return the commonest of some diameters; None where too few are alike."""
    if len(diameters) < _MIN_CELLS:
        return None
    common = _mode(diameters)
    near = diameters[np.abs(np.log(diameters / common)) < 0.25]
    if len(near) < _MIN_ALIKE:
        return None
    spread = max(float(np.std(np.log(near))), _SCATTER) / np.sqrt(len(near))
    return _Commonest(common, len(near), float(np.hypot(spread, RED_CELL_SPREAD)))


def optical_density(image: np.ndarray) -> np.ndarray:
    """Return the optical density of an RGB image against its empty slide, ``float32 (H, W, 3)``.

    The brightness of the empty slide is the image's own: a high percentile in blocks, smoothed.
    """
    height, width = image.shape[:2]
    rows, columns = (max(1, round(n / 120)) for n in (height, width))
    white = np.empty((rows, columns, 3), np.float32)
    for i in range(rows):
        for j in range(columns):
            block = image[
                i * height // rows : (i + 1) * height // rows,
                j * width // columns : (j + 1) * width // columns,
            ]
            white[i, j] = np.percentile(block.reshape(-1, 3), 95, axis=0)
    # A block without empty slide takes the brightness of the others.
    white = np.maximum(white, 0.8 * np.median(white.reshape(-1, 3), axis=0))
    white = cv2.GaussianBlur(np.asarray(cv2.resize(white, (width, height))), (0, 0), 40)
    return -np.log(np.maximum(image, 1) / np.maximum(white, 1)).clip(None, 6).astype(np.float32)


def red_cell_mask(image: np.ndarray) -> np.ndarray:
    """Return where red cells are, ``bool (H, W)``: stained, but not as violet as nuclei; pale centres are filled."""
    density = cv2.GaussianBlur(optical_density(image), (0, 0), 1)
    green = density[..., 1]
    level = (np.clip(green, 0, 1) * 255).astype(np.uint8)
    stained = green > max(0.08, 0.75 * cv2.threshold(level, 0, 255, cv2.THRESH_OTSU)[0] / 255)
    nuclei = _nuclei(density, stained)
    mask = (stained & ~nuclei).astype(np.uint8)
    return _filled(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))


def _nuclei(density: np.ndarray, stained: np.ndarray) -> np.ndarray:
    """Return where violet nuclei and the cells around them are: there red light is absorbed more than blue."""
    violet = (density[..., 0] - 0.6 * density[..., 2] > 0.35) & (density[..., 1] > 0.5)
    cores = cv2.morphologyEx(violet.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return cv2.dilate(cores, np.ones((7, 7), np.uint8)).astype(bool) & stained


def _filled(mask: np.ndarray) -> np.ndarray:
    """Fill holes that are smaller than a typical piece."""
    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return mask.astype(bool)
    areas = np.array([cv2.contourArea(c) for c in outlines])
    outer = areas[(tree[0, :, 3] < 0) & (areas > 20)]
    most = 0.4 * np.median(outer) if len(outer) else 0
    for k in np.flatnonzero((tree[0, :, 3] >= 0) & (areas < most)):
        cv2.drawContours(mask, outlines, int(k), 1, cv2.FILLED)
    return mask.astype(bool)


def _round_pieces(mask: np.ndarray) -> np.ndarray:
    """Return the diameters in pixels of the single round pieces of a mask, and of those that necks set apart."""
    away = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    peak = cv2.dilate(cv2.GaussianBlur(away, (0, 0), 1.0), np.ones((3, 3), np.uint8))
    smooth = cv2.GaussianBlur(away, (0, 0), 1.0)
    seeds = (smooth >= peak - 1e-4) & (away > 4)
    _, labels = cv2.connectedComponents(cv2.dilate(seeds.astype(np.uint8), np.ones((3, 3), np.uint8)))
    height, width = mask.shape
    found: list[float] = []
    radii = []
    for y, x in _centres(labels):
        radius = float(away[min(int(y), height - 1), min(int(x), width - 1)])
        if min(x, y, width - x, height - y) > 1.05 * radius:
            radii.append((radius, x, y))
    taken = np.empty((len(radii), 3))
    count = 0
    for radius, x, y in sorted(radii, reverse=True):  # the larger disc rules a cell
        others = taken[:count]
        if (np.hypot(x - others[:, 1], y - others[:, 2]) > 0.8 * np.maximum(radius, others[:, 0])).all():
            taken[count] = radius, x, y
            count += 1
            found.append(2 * radius * _roundness_gain(mask, x, y, radius))
    return np.array([d for d in found if d > 0])


def _roundness_gain(mask: np.ndarray, x: float, y: float, radius: float) -> float:
    """Return how much wider than its inscribed disc a cell is; 0 where it is not round.

    Rays from the centre reach the edge at radii whose median is the cell's own, where at least half of the edge is
    free; rays that run into a neighbour are longer.
    """
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    steps = np.arange(0.5, 2.0, 0.02) * radius
    ys = np.clip(np.rint(y + np.sin(angle)[:, None] * steps), 0, mask.shape[0] - 1).astype(int)
    xs = np.clip(np.rint(x + np.cos(angle)[:, None] * steps), 0, mask.shape[1] - 1).astype(int)
    inside = mask[ys, xs]
    reach = np.where(inside.all(1), np.inf, steps[np.argmin(inside, axis=1)])
    free = np.sort(reach)[: len(reach) * 3 // 5]
    if not np.isfinite(free).all() or free[-1] > 1.3 * free[0]:
        return 0.0
    return float(np.median(reach) / radius)


def _centres(labels: np.ndarray) -> np.ndarray:
    """Return the centre of mass (y, x) of each label from 1 on."""
    count = labels.max()
    flat = labels.ravel()
    size = np.maximum(np.bincount(flat, minlength=count + 1), 1)
    ys, xs = np.divmod(np.arange(flat.size), labels.shape[1])
    centres = np.stack([np.bincount(flat, ys, count + 1) / size, np.bincount(flat, xs, count + 1) / size], 1)
    return centres[1:]


def _mode(diameters: np.ndarray) -> float:
    """Return the commonest diameter: the peak of the density of their logarithms, by area (platelets weigh little)."""
    logs = np.log(diameters)
    grid = np.linspace(logs.min() - 0.1, logs.max() + 0.1, 400)
    density = np.exp(-0.5 * ((grid[:, None] - logs) / 0.06) ** 2) @ diameters**2
    return float(np.exp(grid[density.argmax()]))
