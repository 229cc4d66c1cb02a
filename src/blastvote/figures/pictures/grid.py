"""One image under all methods (the paper's figure 3): whole, enlarged, and its histogram."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from blastvote.figures.style import (
    DPI,
    PAGE,
    MethodStyle,
    bare,
    empty_figure,
    method_styles,
    new_figure,
    styled,
)
from blastvote.figures.words import wrap

COLUMNS = 5


def shrink(image: np.ndarray, longest: int) -> np.ndarray:
    """Return an image whose longer side is at most `longest` pixels, averaged down (never enlarged)."""
    factor = longest / max(image.shape[:2])
    if factor >= 1:
        return image
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def brightness(image: np.ndarray) -> np.ndarray:
    """Return the histogram of Rec. 601 luma: share of pixels at each of 256 levels."""
    counts = np.bincount(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).ravel(), minlength=256)
    return counts / counts.sum()


def surroundings(
    window: tuple[int, int, int, int], size: tuple[int, int], margin: float = 0.5
) -> tuple[int, int, int, int]:
    """Return a window of the image's own proportions around a window, within the image.

    Parameters
    ----------
    window : (y1, x1, y2, x2)
        Pixels, half-open.
    size : (height, width) of the image
    margin : float
        What is added on each side of the longer side, as a share of it.
    """
    (y1, x1, y2, x2), (height, width) = window, size
    zoom = min(1.0, (1 + 2 * margin) * max((y2 - y1) / height, (x2 - x1) / width))
    high, wide = max(1, round(zoom * height)), max(1, round(zoom * width))
    top = min(max(0, round((y1 + y2 - high) / 2)), height - high)
    left = min(max(0, round((x1 + x2 - wide) / 2)), width - wide)
    return top, left, top + high, left + wide


@styled
def method_grid(
    images: Mapping[str, np.ndarray],
    inset: tuple[int, int, int, int] | None = None,
    histograms: bool = True,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "One image under each contrast method",
) -> Figure:
    """Show one image as every method leaves it.

    Parameters
    ----------
    images : mapping of method to uint8 array (H, W, 3), RGB
        All of one size.
    inset : (y1, x1, y2, x2), optional
        Window in pixels, half-open, of which the surroundings are framed and shown enlarged below each
        image: see `surroundings`.
    histograms : bool
        Draw the luma histogram of each image with its mean and the shares of black and white pixels.
    methods, labels
        See `style.method_styles`.
    title : str
        Name the image here.

    Raises
    ------
    ValueError
        Where the images differ in size.
    """
    styles = method_styles(images, methods, labels)
    if not styles:
        return empty_figure(title, "No method has enhanced this image yet.")
    shapes = {image.shape[:2] for image in images.values()}
    if len(shapes) > 1:
        raise ValueError(
            f"method grid: images of the sizes {sorted(shapes)}; expected one image under all methods."
        )
    height, width = shapes.pop()
    if inset is not None:
        inset = surroundings(inset, (height, width))
    columns = min(len(styles), COLUMNS)
    bands = math.ceil(len(styles) / columns)
    side = PAGE / max(columns, 3)
    kinds = ["image", *(["inset"] if inset else []), *(["histogram"] if histograms else [])]
    aspect = {"image": height / width, "inset": _aspect(inset), "histogram": 0.5}
    sizes = [aspect[kind] for kind in kinds]
    total = bands * (side * sum(sizes) + 0.33) + 0.35 + (0.3 if histograms else 0.0)
    fig = new_figure(max(COLUMN_MIN, columns * side), total)
    axes = fig.subplots(bands * len(kinds), columns, squeeze=False, height_ratios=sizes * bands)
    for ax in axes.flat:
        ax.set_visible(False)
    for index, (name, style) in enumerate(styles.items()):
        first = index // columns * len(kinds)
        for row, kind in enumerate(kinds):
            ax = axes[first + row, index % columns]
            ax.set_visible(True)
            if kind == "histogram":
                _histogram(ax, images[name], style, named=index % columns == 0)
            else:
                _picture(ax, images[name], inset, enlarged=kind == "inset", pixels=int(side * 1.5 * DPI))
        axes[first, index % columns].set_title(wrap(style.label, 20, 2))
    fig.suptitle(wrap(title, int(11 * fig.get_figwidth())))
    return fig


COLUMN_MIN = 3.5  # inches; narrower, the title would be cut


def _aspect(window: tuple[int, int, int, int] | None) -> float:
    if window is None:
        return 1.0
    return max(1, window[2] - window[0]) / max(1, window[3] - window[1])


def _picture(
    ax: Axes, image: np.ndarray, inset: tuple[int, int, int, int] | None, enlarged: bool, pixels: int
) -> None:
    height, width = image.shape[:2]
    if inset is None or not enlarged:
        ax.imshow(shrink(image, pixels), extent=(0, width, height, 0))
        bare(ax)
    else:
        y1, x1, y2, x2 = inset
        ax.imshow(shrink(image[y1:y2, x1:x2], pixels))
        bare(ax, edge="#111111")
    if inset is not None and not enlarged:
        y1, x1, y2, x2 = inset
        ax.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, ec="#111111", lw=1.2, gid="inset"))


def _histogram(ax: Axes, image: np.ndarray, style: MethodStyle, named: bool) -> None:
    shares = brightness(image)
    # The two end bins can hold most of an image; the scale follows the rest, and their share is written
    # instead.
    ax.fill_between(np.arange(256), 100 * shares, step="mid", color=style.colour, lw=0)
    ax.set_xlim(-2, 257)
    ax.set_ylim(0, 105 * max(float(shares[1:-1].max()), 1e-4))
    mean = float(shares @ np.arange(256))
    ax.axvline(mean, color="#111111", lw=0.8, ls=":")
    text = f"mean {mean:.0f}\nblack {shares[0]:.1%}\nwhite {shares[-1]:.1%}"
    ax.text(0.03, 0.97, text, transform=ax.transAxes, va="top", fontsize=5.5, color="#444444")
    ax.set_xticks([0, 128, 255])
    ax.set_yticks([])
    ax.tick_params(labelsize=6.5)
    ax.set_xlabel("luma (grey level)", fontsize=7)
    if named:
        ax.set_ylabel("pixels", fontsize=7)
