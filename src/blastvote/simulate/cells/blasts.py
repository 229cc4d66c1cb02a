"""Lymphoblasts: their outlines, and how one is painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from blastvote.simulate.cells.morphology import Morphology
from blastvote.simulate.cells.shapes import Patch, blob, cut_patch, indent, moved
from blastvote.simulate.cells.vacuoles import foam, spot, vacuoles
from blastvote.simulate.imaging.canvas import Canvas
from blastvote.simulate.imaging.stain import AZURE, BASOPHIL, CHROMATIN
from blastvote.simulate.realism import Realism, within


@dataclass(frozen=True)
class Blast:
    """One lymphoblast in its place: the outline is known before anything is painted.

    Attributes
    ----------
    subtype
        ``L1``, ``L2`` or ``L3``.
    x, y
        Centre in pixels.
    outline
        ``float32 (256,)``: radius in pixels at each angle.
    """

    subtype: str
    x: float
    y: float
    outline: np.ndarray

    @cached_property
    def radius(self) -> float:
        """Radius in pixels of the circle of the same area."""
        return float(np.sqrt(np.mean(self.outline.astype(np.float64) ** 2)))

    @cached_property
    def area(self) -> float:
        """Area in pixels of the whole cell, also where it is hidden or outside the image."""
        return float(np.pi * np.mean(self.outline.astype(np.float64) ** 2))


def draw_outline(rng: np.random.Generator, kind: Morphology, scale: float) -> np.ndarray:
    """Draw the outline of a lymphoblast in pixels (``scale`` pixels per micrometre)."""
    mean, spread, least, greatest = kind.diameter_um
    diameter = float(np.clip(rng.normal(mean, spread), least, greatest))
    aspect = rng.uniform(1.0, 1.0 + 6 * kind.cell_roughness[1])
    outline = blob(rng, diameter / 2 * scale, aspect, rng.uniform(*kind.cell_roughness))
    for _ in range(int(rng.poisson(kind.bumps))):  # neighbours press on a cell, and it has blebs
        outline = indent(outline, rng.uniform(0, 2 * np.pi), rng.uniform(-0.16, 0.10), rng.uniform(0.25, 0.7))
    return outline


def paint_blast(rng: np.random.Generator, canvas: Canvas, blast: Blast, realism: Realism) -> None:
    """Paint a lymphoblast over whatever lies below it: cytoplasm, chromatin, nucleoli, vacuoles."""
    kind = realism.morphology[blast.subtype]
    patch = cut_patch(blast.x, blast.y, float(blast.outline.max()) + 2, *canvas.shape)
    if patch is None:
        return
    cell = patch.coverage(blast.outline)
    canvas.cover(patch.window, cell, 0.93)
    dx, dy, outline = _draw_nucleus(rng, kind, blast)
    about = moved(patch, dx, dy)
    nucleus = about.coverage(outline) * patch.coverage(blast.outline - np.float32(0.12 * canvas.scale))
    blue = _cytoplasm(rng, canvas, kind, patch.distance(blast.outline), about.distance(outline)) * cell
    blue *= 1 - np.float32(0.85) * nucleus
    grain = within(rng, realism.chromatin_contrast)
    violet = chromatin(rng, canvas, about.distance(outline), grain) * nucleus
    for pale in _nucleoli(rng, kind, about, float(outline.min()), canvas.scale):
        violet *= 1 - pale
        blue += np.float32(0.35) * pale * nucleus
    if rng.random() < kind.vacuole_chance:
        draw = foam if kind.foamy else vacuoles
        clear = draw(
            rng, kind.vacuoles, patch, blast.outline, float(np.arctan2(-dy, -dx)), nucleus, canvas.scale
        )
    else:
        clear = np.ones_like(cell)
    canvas.add(patch.window, CHROMATIN, violet * clear)
    canvas.add(patch.window, BASOPHIL, blue * clear)
    canvas.add(patch.window, AZURE, np.float32(0.12) * cell * clear)
    canvas.thickness[patch.window] += cell * (np.float32(0.55) + np.float32(0.35) * nucleus) * clear


def _draw_nucleus(
    rng: np.random.Generator, kind: Morphology, blast: Blast
) -> tuple[float, float, np.ndarray]:
    """Return where the nucleus lies in the cell, ``dx, dy`` in pixels, and its outline about that place."""
    ratio = rng.uniform(*kind.nucleus_ratio)
    roughness = rng.uniform(*kind.nucleus_roughness)
    outline = blob(rng, blast.radius * ratio, rng.uniform(*kind.nucleus_aspect), roughness)
    # A nucleus follows the shape of its cell, most of the way.
    outline = outline * (0.4 + 0.6 * blast.outline / np.float32(blast.radius))
    for _ in range(int(rng.choice(3, p=kind.clefts))):
        depth, width = rng.uniform(0.14, 0.42), rng.uniform(0.10, 0.30)
        outline = indent(outline, rng.uniform(0, 2 * np.pi), depth, width)
    free = blast.radius * (1 - ratio) * rng.uniform(0.0, 0.85)
    angle = rng.uniform(0, 2 * np.pi)
    return float(free * np.cos(angle)), float(free * np.sin(angle)), outline.astype(np.float32)


def _cytoplasm(
    rng: np.random.Generator,
    canvas: Canvas,
    kind: Morphology,
    from_edge: np.ndarray,
    from_nucleus: np.ndarray,
) -> np.ndarray:
    """Return the blue dye of the cytoplasm: deeper along the edge, paler around the nucleus, grainy."""
    amount = np.float32(rng.uniform(*kind.basophilia))
    grain = canvas.atlas.window(rng, "medium", from_edge.shape)
    grain = grain + canvas.atlas.window(rng, "coarse", from_edge.shape)
    edge = np.exp(-((from_edge / np.float32(0.45 * canvas.scale) + 0.4) ** 2))
    hof = np.exp(-((from_nucleus / np.float32(0.5 * canvas.scale) - 0.3) ** 2))
    zones = 1 + np.float32(0.35) * edge - np.float32(0.22) * hof
    return amount * zones * (1 + np.float32(0.10) * grain)


def chromatin(
    rng: np.random.Generator, canvas: Canvas, from_membrane: np.ndarray, strength: float = 1.0
) -> np.ndarray:
    """Return the violet dye of a nucleus: grains of three sizes (``strength`` scales them), and the membrane."""
    amount = np.full(from_membrane.shape, rng.normal(0.86, 0.07), np.float32)
    for grain, low, high in (("fine", 0.07, 0.15), ("medium", 0.08, 0.16), ("coarse", 0.04, 0.09)):
        contrast = np.float32(0.86 * strength * rng.uniform(low, high))
        amount += contrast * canvas.atlas.window(rng, grain, from_membrane.shape)
    membrane = np.exp(-((from_membrane / np.float32(0.28 * canvas.scale) + 0.8) ** 2))
    return np.maximum(amount + np.float32(rng.uniform(0.08, 0.2)) * membrane, 0.2)


def _nucleoli(
    rng: np.random.Generator, kind: Morphology, about: Patch, inner: float, scale: float
) -> Iterator[np.ndarray]:
    """Yield how far each nucleolus is paler than the chromatin, ``float32 (h, w)`` in 0-1."""
    for _ in range(int(rng.choice(4, p=kind.nucleoli))):
        angle, away = rng.uniform(0, 2 * np.pi), inner * np.sqrt(rng.uniform(0, 0.45))
        size = rng.uniform(0.55, 1.1) * scale
        pale = spot(about, away * np.cos(angle), away * np.sin(angle), size, soft=0.3 * scale)
        yield pale * np.float32(rng.uniform(*kind.nucleolus_contrast))
