"""The data set at a glance: images by class and role, cells, sizes, and examples with their outlines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blastvote.figures.pictures.cells import Cells, scaled_masks
from blastvote.figures.pictures.grid import shrink
from blastvote.figures.pictures.overlay import Look, overlay_cells
from blastvote.figures.pictures.panels import LETTERS, LONGEST, SHARP
from blastvote.figures.style import (
    DPI,
    PAGE,
    bare,
    empty_figure,
    known,
    new_figure,
    require,
    say_empty,
    styled,
)
from blastvote.figures.words import count_text, wrap

# Sequential greys and blues on purpose: hues mean methods or classes in the other figures.
ROLES = {"train": "#0B3C6F", "val": "#5B9BD0", "test": "#C9CED6"}
UNKNOWN = "no label"


@styled
def dataset_overview(
    manifest: pd.DataFrame,
    splits: pd.DataFrame | None = None,
    class_names: Sequence[str] | None = None,
    title: str = "The data set",
) -> Figure:
    """Plot images per class and role, cells per image and image sizes.

    Parameters
    ----------
    manifest : DataFrame
        ``manifest.csv``: image_id, and any of label, n_cells, width, height (pixels), patient_id.
    splits : DataFrame, optional
        ``splits.csv``: image_id, role, flip, fold. Without it no roles are shown; flipped copies and, of
        several folds, all but the first are left out.
    class_names : sequence of str, optional
        Classes in the order of the config.
    title : str
        Name of the data set.
    """
    require(manifest, ["image_id"], "manifest")
    if manifest.empty:
        return empty_figure(title, "The manifest lists no images.")
    label = manifest["label"] if "label" in manifest.columns else pd.Series(None, index=manifest.index)
    manifest = manifest.assign(label=label.astype(object).where(label.notna(), UNKNOWN).astype(str))
    present = dict.fromkeys(manifest["label"])
    classes = [name for name in class_names or sorted(set(present) - {UNKNOWN}) if name in present]
    classes += [name for name in present if name not in classes]
    fig = new_figure(PAGE, 1.5 + max(1.2, 0.34 * len(classes)))
    axes = fig.subplots(1, 3, squeeze=False, width_ratios=[1.35, 1.1, 1])[0]
    _roles(axes[0], manifest, splits, classes)
    _cells(axes[1], manifest, classes)
    _sizes(axes[2], manifest)
    fig.suptitle(f"{wrap(title, 70, 2)} ({_count(manifest)})")
    return fig


def _count(manifest: pd.DataFrame) -> str:
    parts = [count_text(len(manifest), "images")]
    if known(manifest, "n_cells"):
        parts.append(f"{int(pd.to_numeric(manifest['n_cells'], errors='coerce').sum()):,} cells")
    if known(manifest, "patient_id"):
        parts.append(f"{manifest['patient_id'].nunique():,} patients")
    return ", ".join(parts)


def _class_axis(ax: Axes, classes: Sequence[str], named: bool) -> None:
    ax.set_yticks(
        range(len(classes)), [wrap(name, 16, 2) for name in classes] if named else [""] * len(classes)
    )
    ax.set_ylim(len(classes) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x")


def _roles(ax: Axes, manifest: pd.DataFrame, splits: pd.DataFrame | None, classes: Sequence[str]) -> None:
    """Draw a bar a class and role; an image can have several (the paper tests on its training images)."""
    counted = {"images": manifest.assign(role="images")}
    if splits is not None and len(splits) and {"image_id", "role"} <= set(splits.columns):
        originals = splits[splits["flip"].fillna("none") == "none"] if "flip" in splits.columns else splits
        if "fold" in originals.columns and originals["fold"].nunique() > 1:
            originals = originals[originals["fold"] == originals["fold"].min()]
        joined = (
            originals[["image_id", "role"]]
            .drop_duplicates()
            .merge(manifest[["image_id", "label"]], on="image_id")
        )
        counted = {role: joined[joined["role"] == role] for role in ROLES if (joined["role"] == role).any()}
    height = 0.8 / max(1, len(counted))
    for place, (role, rows) in enumerate(counted.items()):
        sizes = [int((rows["label"] == name).sum()) for name in classes]
        ys = [y - 0.4 + height * (place + 0.5) for y in range(len(classes))]
        ax.barh(ys, sizes, height * 0.92, color=ROLES.get(role, "#5B9BD0"), label=role)
        for y, size in zip(ys, sizes, strict=True):
            ax.annotate(
                f"{size}", (size, y), xytext=(2, 0), textcoords="offset points", va="center", fontsize=6
            )
    _class_axis(ax, classes, named=True)
    ax.margins(x=0.12)
    ax.set_xlabel("images")
    if len(counted) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=6.5, borderpad=0, handlelength=1)


def _cells(ax: Axes, manifest: pd.DataFrame, classes: Sequence[str]) -> None:
    if "n_cells" not in manifest.columns or not manifest["n_cells"].notna().any():
        say_empty(ax, "number of cells not known")
        return
    count = pd.to_numeric(manifest["n_cells"], errors="coerce")
    for y, name in enumerate(classes):
        values = count[manifest["label"] == name].dropna().to_numpy(float)
        if values.size:
            offsets = ((np.arange(values.size) * 0.618034) % 1.0 - 0.5) * 0.6
            ax.plot(values, y + offsets, ".", ms=3, color="#5B9BD0", alpha=0.7, gid="images")
            ax.plot([np.median(values)] * 2, [y - 0.36, y + 0.36], color="#111111", lw=1.4, gid="median")
    _class_axis(ax, classes, named=False)
    ax.set_xlim(left=min(0, ax.get_xlim()[0]))
    ax.locator_params(axis="x", nbins=5, integer=True)
    ax.set_xlabel("cells in an image (line: median)")


def _sizes(ax: Axes, manifest: pd.DataFrame) -> None:
    if not {"width", "height"} <= set(manifest.columns):
        say_empty(ax, "image sizes not known")
        return
    sizes = (
        manifest.dropna(subset=["width", "height"]).groupby(["width", "height"]).size().reset_index(name="n")
    )
    if sizes.empty:
        say_empty(ax, "image sizes not known")
        return
    sizes = sizes.sort_values("n", ascending=False, kind="stable")
    area = 20 + 160 * sizes["n"] / sizes["n"].max()
    ax.scatter(sizes["width"], sizes["height"], s=area, color="#5B9BD0", alpha=0.75, lw=0)
    for _, row in sizes.head(4).iterrows():
        text = f"{int(row['width'])} × {int(row['height'])}\n{count_text(row['n'], 'images')}"
        place: dict[str, Any] = {
            "xytext": (0, -9),
            "textcoords": "offset points",
            "ha": "center",
            "va": "top",
            "fontsize": 6,
        }
        ax.annotate(text, (row["width"], row["height"]), **place)
    longest = 1.3 * float(max(sizes["width"].max(), sizes["height"].max()))
    ax.set_xlim(0, longest)
    ax.set_ylim(0, longest)
    ax.locator_params(nbins=4)
    ax.set_xlabel("width (pixels)")
    ax.set_ylabel("height (pixels)")
    ax.grid(True)


@styled
def example_sheet(
    examples: Mapping[str, Sequence[tuple[str, np.ndarray, Cells]]],
    class_names: Sequence[str],
    title: str = "Examples with their true outlines",
) -> Figure:
    """Show example images with their true cells outlined, one row a class.

    Parameters
    ----------
    examples : mapping of class to a sequence of (image_id, image, cells)
        Images are uint8 (H, W, 3) RGB; cells carry masks and labels.
    class_names : sequence of str
        All classes in the order of the config; they choose row order and colours.
    title : str
        Name of the data set.
    """
    rows = [name for name in [*class_names, *examples] if examples.get(name)]
    rows = list(dict.fromkeys(rows))
    if not rows:
        return empty_figure(title, "There is no image with a class to show.")
    columns = max(len(examples[name]) for name in rows)
    side = PAGE / max(columns, 2)
    heights = [max(image.shape[0] / image.shape[1] for _, image, _ in examples[name]) for name in rows]
    fig = new_figure(max(3.5, columns * side), 0.4 + sum(side * height + 0.22 for height in heights))
    axes = fig.subplots(len(rows), columns, squeeze=False, height_ratios=heights)
    for line, name in zip(axes, rows, strict=True):
        for ax in line[len(examples[name]) :]:
            ax.set_axis_off()
        for ax, (image_id, image, cells) in zip(line, examples[name], strict=False):
            ax.imshow(_outlined(image, cells, int(side * SHARP * DPI), class_names))
            bare(ax)
            ax.set_title(
                f"{wrap(image_id, math.floor(9 * side), 1)} (n = {len(cells)})",
                fontsize=6.5,
                fontweight="normal",
            )
        line[0].set_ylabel(wrap(name, 24, 2), fontweight="bold")
    fig.suptitle(wrap(title, int(11 * fig.get_figwidth())))
    return fig


def _outlined(image: np.ndarray, cells: Cells, pixels: int, class_names: Sequence[str]) -> np.ndarray:
    small = shrink(image, pixels)
    drawn = Cells(scaled_masks(cells.masks, small.shape[:2]), cells.labels)
    text = max(map(len, class_names), default=0) <= LONGEST
    look = Look(opacity=0.0, boxes=False, text=text, scale=LETTERS / 72 * SHARP * DPI / 15)
    return overlay_cells(small, drawn, class_names, look=look)
