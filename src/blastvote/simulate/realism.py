"""How widely a simulation varies: named ranges, so that a study says which smears it was made of.

``demo`` is the range of the embedded data set: one kind of slide with moderate differences. ``wide`` reaches as far as
real photographs of several laboratories do (measured in ``docs/simulator.md``); the starter weights learn from it.
``look_alikes`` is as wide and full of white cells; the starter's cell check learns from it what is no blast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from blastvote.simulate.cells.morphology import MORPHOLOGY, WIDE_MORPHOLOGY, Morphology

Range = tuple[float, float]


@dataclass(frozen=True)
class Realism:
    """The limits of what is drawn. Pairs are the limits of a uniform draw unless said otherwise.

    Attributes
    ----------
    morphology
        The FAB criteria of each subtype.
    red_per_1000_um2
        Red cells on 1000 square micrometres.
    red_pallor
        Parameters of the beta distribution of the mean depth of the pale centre.
    red_pallor_spread, red_aniso, red_poikilo, red_overlap, red_opacity
        See `blastvote.simulate.cells.redcells.RedCellHabit`.
    red_rouleaux
        Shares of red cells in rolls, one of which an image has.
    red_ghosts, red_burrs
        Largest share of an image's red cells that lost most of their haemoglobin, and that have spikes.
    red_on_top
        Share of images in which red cells lie on blasts and white cells.
    stain_mix
        Place between the pink laboratory (0) and the grey one (1), and beyond them.
    stain_tone, stain_strength
        Spread (of the logarithm) of each dye's R, G, B density, and of the whole dye's, between patients.
    haemoglobin_strength
        Mean logarithm of the density of haemoglobin.
    nuclear_blue
        Factor on how much blue light chromatin and RNA absorb.
    haze
        Mean of stained plasma protein, in units of azure.
    camera_level, camera_tint, camera_saturation
        Brightness of the empty slide; spread of its R, G, B; mean and spread of the strength of colour.
    blur_um
        Spread of the point spread function in micrometres.
    gamma
        Spread of the logarithm of the camera's gamma.
    chromatin_contrast
        Factor on the grain of the chromatin.
    rates
        Cells other than blasts on 1000 square micrometres, by their names in `blastvote.simulate.other_cells`.
    thick
        Share of images with a thick region: plasma, bubbles and faded red cells.
    """

    morphology: Mapping[str, Morphology] = field(default_factory=lambda: MORPHOLOGY)
    red_per_1000_um2: Range = (5.0, 16.0)
    red_pallor: Range = (2.0, 2.2)
    red_pallor_spread: Range = (0.08, 0.3)
    red_aniso: Range = (0.04, 0.10)
    red_poikilo: Range = (0.012, 0.045)
    red_rouleaux: tuple[float, ...] = (0.1, 0.35, 0.65)
    red_overlap: Range = (0.1, 0.55)
    red_opacity: Range = (0.25, 0.95)
    red_ghosts: float = 0.0
    red_burrs: float = 0.0
    red_on_top: float = 0.0
    stain_mix: Range = (0.0, 1.0)
    stain_tone: tuple[float, float, float] = (0.08, 0.05, 0.12)
    stain_strength: tuple[float, float, float, float] = (0.2, 0.13, 0.24, 0.2)
    haemoglobin_strength: float = 0.0
    nuclear_blue: Range = (1.0, 1.0)
    haze: float = 0.035
    camera_level: Range = (0.66, 0.94)
    camera_tint: tuple[float, float, float] = (0.030, 0.007, 0.042)
    camera_saturation: tuple[float, float] = (0.98, 0.08)
    blur_um: Range = (0.06, 0.13)
    gamma: float = 0.0
    chromatin_contrast: Range = (1.0, 1.0)
    rates: Mapping[str, float] = field(default_factory=lambda: {"neutrophil": 0.06, "smudge": 0.05})
    thick: float = 0.0


REALISM = {
    "demo": Realism(),
    "wide": Realism(
        morphology=WIDE_MORPHOLOGY,
        red_per_1000_um2=(3.0, 28.0),
        red_pallor=(0.7, 1.5),
        red_pallor_spread=(0.03, 0.3),
        red_aniso=(0.04, 0.16),
        red_poikilo=(0.012, 0.08),
        red_rouleaux=(0.1, 0.35, 0.65, 0.9),
        red_overlap=(0.1, 1.0),
        red_opacity=(0.05, 0.95),
        red_ghosts=0.35,
        red_burrs=0.2,
        red_on_top=0.3,
        stain_mix=(-0.35, 1.5),
        stain_tone=(0.14, 0.10, 0.22),
        stain_strength=(0.30, 0.20, 0.30, 0.30),
        haemoglobin_strength=0.2,
        nuclear_blue=(0.3, 1.1),
        haze=0.06,
        camera_level=(0.58, 0.97),
        camera_tint=(0.05, 0.02, 0.06),
        camera_saturation=(1.0, 0.15),
        blur_um=(0.06, 0.24),
        gamma=0.15,
        chromatin_contrast=(0.35, 1.4),
        rates={
            "neutrophil, varied": 0.14,
            "lymphocyte": 0.10,
            "lymphocyte, large": 0.05,
            "monocyte": 0.09,
            "erythroblast": 0.06,
            "eosinophil": 0.04,
            "smudge, varied": 0.14,
        },
        thick=0.25,
    ),
}
REALISM["look_alikes"] = replace(
    REALISM["wide"],
    rates={
        "neutrophil, varied": 0.3,
        "lymphocyte": 0.5,
        "lymphocyte, large": 0.4,
        "monocyte": 0.5,
        "monocyte, varied": 0.9,
        "lymphocyte, dense": 0.9,
        "erythroblast": 0.3,
        "eosinophil": 0.3,
        "smudge, varied": 0.4,
    },
)
"""The named ranges that ``realism`` chooses from."""


def within(rng: np.random.Generator, limits: Range) -> float:
    """Draw evenly from a range; a range of one value costs no draw, which keeps older data sets as they were."""
    return float(limits[0]) if limits[0] == limits[1] else float(rng.uniform(*limits))
