"""Lymphoblasts of the FAB subtypes: what sets L1, L2 and L3 apart, and how one is painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blastvote.simulate.canvas import Canvas
from blastvote.simulate.shapes import Patch, blob, cut_patch, indent, moved
from blastvote.simulate.stain import AZURE, BASOPHIL, CHROMATIN


@dataclass(frozen=True)
class Morphology:
    """The FAB criteria of a subtype in numbers. Pairs are the limits of a uniform draw unless said otherwise.

    Attributes
    ----------
    diameter_um
        Mean, spread, least and greatest diameter of the cell in micrometres.
    nucleus_ratio
        Diameter of the nucleus through that of the cell: near 1 is scanty cytoplasm.
    nucleus_aspect
        Longer through shorter axis of the nucleus.
    nucleus_roughness
        Irregularity of the nuclear outline.
    clefts
        Chances of 0, 1 and 2 clefts.
    nucleoli
        Chances of 0, 1, 2 and 3 nucleoli.
    nucleolus_contrast
        How far a nucleolus is paler than the chromatin.
    cell_roughness
        Irregularity of the cell's outline.
    basophilia
        Amount of blue dye in the cytoplasm.
    vacuoles
        Fewest and most vacuoles.
    vacuole_chance
        Share of cells with vacuoles.
    """

    diameter_um: tuple[float, float, float, float]
    nucleus_ratio: tuple[float, float]
    nucleus_aspect: tuple[float, float]
    nucleus_roughness: tuple[float, float]
    clefts: tuple[float, float, float]
    nucleoli: tuple[float, float, float, float]
    nucleolus_contrast: tuple[float, float]
    cell_roughness: tuple[float, float]
    basophilia: tuple[float, float]
    vacuoles: tuple[int, int]
    vacuole_chance: float


MORPHOLOGY = {
    "L1": Morphology(
        diameter_um=(9.4, 0.6, 8.0, 11.0),
        nucleus_ratio=(0.86, 0.95),
        nucleus_aspect=(1.0, 1.12),
        nucleus_roughness=(0.004, 0.014),
        clefts=(0.92, 0.08, 0.0),
        nucleoli=(0.75, 0.25, 0.0, 0.0),
        nucleolus_contrast=(0.08, 0.22),
        cell_roughness=(0.006, 0.02),
        basophilia=(0.45, 1.0),
        vacuoles=(1, 2),
        vacuole_chance=0.04,
    ),
    "L2": Morphology(
        diameter_um=(13.0, 1.5, 10.2, 17.0),
        nucleus_ratio=(0.66, 0.84),
        nucleus_aspect=(1.05, 1.45),
        nucleus_roughness=(0.02, 0.055),
        clefts=(0.30, 0.50, 0.20),
        nucleoli=(0.05, 0.40, 0.35, 0.20),
        nucleolus_contrast=(0.35, 0.65),
        cell_roughness=(0.015, 0.045),
        basophilia=(0.30, 0.95),
        vacuoles=(1, 3),
        vacuole_chance=0.10,
    ),
    "L3": Morphology(
        diameter_um=(12.4, 1.0, 10.2, 15.5),
        nucleus_ratio=(0.74, 0.87),
        nucleus_aspect=(1.0, 1.25),
        nucleus_roughness=(0.006, 0.018),
        clefts=(0.95, 0.05, 0.0),
        nucleoli=(0.15, 0.35, 0.35, 0.15),
        nucleolus_contrast=(0.2, 0.45),
        cell_roughness=(0.012, 0.035),
        basophilia=(1.25, 2.0),
        vacuoles=(6, 20),
        vacuole_chance=1.0,
    ),
}


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

    @property
    def radius(self) -> float:
        """Radius in pixels of the circle of the same area."""
        return float(np.sqrt(np.mean(self.outline.astype(np.float64) ** 2)))

    @property
    def area(self) -> float:
        """Area in pixels of the whole cell, also where it is hidden or outside the image."""
        return float(np.pi * np.mean(self.outline.astype(np.float64) ** 2))


def draw_outline(rng: np.random.Generator, subtype: str, scale: float) -> np.ndarray:
    """Draw the outline of a lymphoblast in pixels (``scale`` pixels per micrometre)."""
    kind = MORPHOLOGY[subtype]
    mean, spread, least, greatest = kind.diameter_um
    diameter = float(np.clip(rng.normal(mean, spread), least, greatest))
    aspect = rng.uniform(1.0, 1.0 + 6 * kind.cell_roughness[1])
    outline = blob(rng, diameter / 2 * scale, aspect, rng.uniform(*kind.cell_roughness))
    if rng.random() < 0.25 and subtype != "L1":
        outline = indent(outline, rng.uniform(0, 2 * np.pi), -rng.uniform(0.06, 0.22), rng.uniform(0.2, 0.45))
    return outline


def paint_blast(rng: np.random.Generator, canvas: Canvas, blast: Blast) -> None:
    """Paint a lymphoblast over whatever lies below it: cytoplasm, chromatin, nucleoli, vacuoles."""
    kind = MORPHOLOGY[blast.subtype]
    patch = cut_patch(blast.x, blast.y, float(blast.outline.max()) + 2, *canvas.shape)
    if patch is None:
        return
    cell = patch.coverage(blast.outline)
    canvas.cover(patch.window, cell, 0.93)
    centre, outline = _nucleus(rng, kind, blast)
    about = moved(patch, *centre)
    nucleus = about.coverage(outline) * patch.coverage(blast.outline - np.float32(0.12 * canvas.scale))
    blue = _cytoplasm(rng, canvas, kind, patch, blast.outline, about.distance(outline)) * cell
    violet = _chromatin(rng, canvas, about, outline) * nucleus
    blue = blue * (1 - np.float32(0.72) * nucleus)
    for x, y, size in _nucleoli(rng, kind, outline, canvas.scale):
        spot = _spot(about, x, y, size, soft=0.25 * canvas.scale) * np.float32(
            rng.uniform(*kind.nucleolus_contrast)
        )
        violet = violet * (1 - spot)
        blue = blue + np.float32(0.35) * spot * nucleus
    clear = _vacuoles(rng, kind, patch, blast.outline, centre, outline, canvas.scale)
    canvas.add(patch.window, CHROMATIN, violet * clear)
    canvas.add(patch.window, BASOPHIL, blue * clear)
    canvas.add(patch.window, AZURE, np.float32(0.12) * cell * clear)
    canvas.thickness[patch.window] += cell * (np.float32(0.55) + np.float32(0.35) * nucleus) * clear


def _nucleus(
    rng: np.random.Generator, kind: Morphology, blast: Blast
) -> tuple[tuple[float, float], np.ndarray]:
    ratio = rng.uniform(*kind.nucleus_ratio)
    follow = blast.outline / np.float32(blast.radius)
    outline = blob(
        rng, blast.radius * ratio, rng.uniform(*kind.nucleus_aspect), rng.uniform(*kind.nucleus_roughness)
    )
    outline = outline * (0.4 + 0.6 * follow)
    for _ in range(int(rng.choice(3, p=kind.clefts))):
        angle, deep = rng.uniform(0, 2 * np.pi), rng.uniform(0.18, 0.5)
        outline = indent(outline, angle, deep, rng.uniform(0.10, 0.32))
    free = blast.radius * (1 - ratio) * rng.uniform(0.0, 0.85)
    angle = rng.uniform(0, 2 * np.pi)
    return (free * np.cos(angle), free * np.sin(angle)), outline.astype(np.float32)


def _cytoplasm(
    rng: np.random.Generator,
    canvas: Canvas,
    kind: Morphology,
    patch: Patch,
    outline: np.ndarray,
    from_nucleus: np.ndarray,
) -> np.ndarray:
    amount = np.float32(rng.uniform(*kind.basophilia))
    grain = 1 + np.float32(0.10) * canvas.atlas.window(rng, "medium", patch.rho.shape)
    grain = grain + np.float32(0.10) * canvas.atlas.window(rng, "coarse", patch.rho.shape)
    edge = np.exp(-((patch.distance(outline) / np.float32(0.45 * canvas.scale) + 0.4) ** 2))
    hof = np.exp(-((from_nucleus / np.float32(0.5 * canvas.scale) - 0.3) ** 2))
    return amount * grain * (1 + np.float32(0.35) * edge - np.float32(0.22) * hof)


def _chromatin(rng: np.random.Generator, canvas: Canvas, about: Patch, outline: np.ndarray) -> np.ndarray:
    shape = about.rho.shape
    fine, medium, coarse = rng.uniform(0.05, 0.10), rng.uniform(0.06, 0.13), rng.uniform(0.03, 0.08)
    amount = np.float32(rng.normal(0.86, 0.07)) * (
        1
        + np.float32(fine) * canvas.atlas.window(rng, "fine", shape)
        + np.float32(medium) * canvas.atlas.window(rng, "medium", shape)
        + np.float32(coarse) * canvas.atlas.window(rng, "coarse", shape)
    )
    membrane = np.exp(-((about.distance(outline) / np.float32(0.28 * canvas.scale) + 0.8) ** 2))
    return np.maximum(amount + np.float32(rng.uniform(0.08, 0.2)) * membrane, 0.2)


def _nucleoli(
    rng: np.random.Generator, kind: Morphology, outline: np.ndarray, scale: float
) -> list[tuple[float, float, float]]:
    inner = float(outline.min())
    spots = []
    for _ in range(int(rng.choice(4, p=kind.nucleoli))):
        angle, away = rng.uniform(0, 2 * np.pi), inner * np.sqrt(rng.uniform(0, 0.45))
        spots.append((away * np.cos(angle), away * np.sin(angle), rng.uniform(0.55, 1.05) * scale))
    return spots


def _vacuoles(
    rng: np.random.Generator,
    kind: Morphology,
    patch: Patch,
    outline: np.ndarray,
    centre: tuple[float, float],
    nucleus: np.ndarray,
    scale: float,
) -> np.ndarray:
    """Return what the vacuoles leave of the stain, ``float32 (h, w)``: most lie in the cytoplasm."""
    clear = np.ones(patch.rho.shape, np.float32)
    if rng.random() >= kind.vacuole_chance:
        return clear
    side = (
        np.arctan2(-centre[1], -centre[0]) if np.hypot(*centre) > 0.3 * scale else rng.uniform(0, 2 * np.pi)
    )
    for _ in range(int(rng.integers(kind.vacuoles[0], kind.vacuoles[1] + 1))):
        angle = rng.normal(side, 0.9) if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi)
        bin_ = int(angle / (2 * np.pi) * len(outline)) % len(outline)
        size = rng.gamma(5.0, 0.085) * scale
        edge = float(outline[bin_]) - 1.2 * size
        if edge <= 0:
            continue
        away = edge * (rng.uniform(0.78, 1.0) if rng.random() < 0.75 else rng.uniform(0.3, 0.85))
        spot = _spot(patch, away * np.cos(angle), away * np.sin(angle), size, soft=0.6)
        clear *= 1 - np.float32(rng.uniform(0.6, 0.95)) * spot
    return clear


def _spot(patch: Patch, x: float, y: float, size: float, soft: float) -> np.ndarray:
    """Return a disc of radius ``size`` whose edge is ``soft`` pixels wide, in 0-1."""
    away = np.sqrt((patch.dx - np.float32(x)) ** 2 + (patch.dy - np.float32(y)) ** 2)
    return np.clip((np.float32(size) - away) / np.float32(max(soft, 0.5)) + np.float32(0.5), 0, 1)
