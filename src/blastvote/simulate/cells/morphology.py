"""The FAB criteria of the subtypes in numbers: what sets L1, L2 and L3 apart."""

from __future__ import annotations

from dataclasses import dataclass, replace


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
    bumps
        Mean number of dents and blebs.
    foamy
        Whether vacuoles lie in heaps, merge and notch the edge.
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
    bumps: float = 0.8
    foamy: bool = False


MORPHOLOGY = {
    "L1": Morphology(
        diameter_um=(9.4, 0.6, 8.0, 11.0),
        nucleus_ratio=(0.86, 0.95),
        nucleus_aspect=(1.0, 1.14),
        nucleus_roughness=(0.006, 0.02),
        clefts=(0.86, 0.14, 0.0),
        nucleoli=(0.75, 0.25, 0.0, 0.0),
        nucleolus_contrast=(0.08, 0.22),
        cell_roughness=(0.012, 0.03),
        basophilia=(0.45, 1.0),
        vacuoles=(1, 2),
        vacuole_chance=0.04,
        bumps=0.15,
    ),
    "L2": Morphology(
        diameter_um=(13.0, 1.5, 10.2, 17.0),
        nucleus_ratio=(0.66, 0.84),
        nucleus_aspect=(1.05, 1.45),
        nucleus_roughness=(0.02, 0.055),
        clefts=(0.30, 0.50, 0.20),
        nucleoli=(0.05, 0.40, 0.35, 0.20),
        nucleolus_contrast=(0.35, 0.65),
        cell_roughness=(0.02, 0.055),
        basophilia=(0.30, 0.95),
        vacuoles=(1, 3),
        vacuole_chance=0.10,
    ),
    "L3": Morphology(
        diameter_um=(12.4, 1.0, 10.2, 15.5),
        nucleus_ratio=(0.75, 0.88),
        nucleus_aspect=(1.0, 1.25),
        nucleus_roughness=(0.006, 0.018),
        clefts=(0.95, 0.05, 0.0),
        nucleoli=(0.15, 0.35, 0.35, 0.15),
        nucleolus_contrast=(0.2, 0.45),
        cell_roughness=(0.02, 0.05),
        basophilia=(1.25, 2.0),
        vacuoles=(7, 26),
        vacuole_chance=1.0,
    ),
}

# Basophilia is the same in all three, so that vacuoles make L3, not the blue of the cytoplasm.
_BLUE = (0.25, 2.0)

WIDE_MORPHOLOGY = {
    "L1": replace(
        MORPHOLOGY["L1"],
        diameter_um=(9.8, 0.9, 8.0, 12.5),
        nucleus_ratio=(0.80, 0.96),
        nucleus_aspect=(1.0, 1.25),
        clefts=(0.75, 0.22, 0.03),
        cell_roughness=(0.01, 0.04),
        basophilia=_BLUE,
        bumps=0.5,
    ),
    "L2": replace(
        MORPHOLOGY["L2"],
        diameter_um=(13.2, 1.7, 10.2, 18.0),
        nucleus_ratio=(0.64, 0.92),
        nucleus_aspect=(1.0, 1.45),
        nucleus_roughness=(0.008, 0.055),
        clefts=(0.45, 0.40, 0.15),
        nucleoli=(0.25, 0.35, 0.25, 0.15),
        nucleolus_contrast=(0.15, 0.6),
        cell_roughness=(0.012, 0.06),
        basophilia=_BLUE,
        bumps=1.0,
    ),
    "L3": replace(
        MORPHOLOGY["L3"],
        diameter_um=(12.8, 1.5, 9.5, 17.0),
        nucleus_ratio=(0.70, 0.95),
        nucleus_aspect=(1.0, 1.35),
        nucleus_roughness=(0.006, 0.04),
        clefts=(0.80, 0.17, 0.03),
        cell_roughness=(0.015, 0.055),
        basophilia=_BLUE,
        vacuoles=(5, 34),
        bumps=1.0,
        foamy=True,
    ),
}
"""The same criteria where laboratories and slides differ more: the subtypes overlap in all but size and vacuoles."""
