"""One scene under several lights: a ladder of severities of dim, uneven and washed-out light.

With `SimulationSettings.light_steps` each scene is photographed well lit, and in each kind of bad light at each
severity. Cells, stain, camera and noise are the same; the light alone differs. So a contrast method's effect can be
followed as the light gets worse, on the same cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blastvote.simulate.imaging.lighting import Lighting

GOOD = "good"
KINDS = ("dim", "uneven", "washed out")


@dataclass(frozen=True)
class Rung:
    """One light of the ladder.

    Attributes
    ----------
    kind
        ``good`` or one of `KINDS`.
    severity
        From 1 (mild) to the number of steps; 0 is well lit.
    """

    kind: str
    severity: int

    @property
    def name(self) -> str:
        """Return what an image id ends with, such as ``washedout3``."""
        return f"{self.kind.replace(' ', '')}{self.severity or ''}"


def rungs(steps: int) -> list[Rung]:
    """Return the lights of a ladder of so many steps: well lit first, then each kind from mild to severe.

    Examples
    --------
    >>> [rung.name for rung in rungs(1)]
    ['good', 'dim1', 'uneven1', 'washedout1']
    """
    return [Rung(GOOD, 0), *(Rung(kind, step) for kind in KINDS for step in range(1, steps + 1))]


def ladder_light(rng: np.random.Generator, rung: Rung, steps: int) -> Lighting:
    """Return the light of a rung; the worst step is about the worst that `draw_lighting` draws.

    Dim light falls by equal factors from 0.99 to 0.10 of the brightness. Uneven light falls off from 8 to 80 % towards
    the darkest part, from a place that is drawn. Washed-out light rises from 2.5 to 62 % of stray light.
    """
    share = rung.severity / max(steps, 1)
    place = rng.uniform(-0.1, 1.1, 2)  # drawn for every kind, so that what follows is the same in all lights
    exposure, veil, falloff, centre = 0.99, 0.025, 0.08, (0.5, 0.5)
    if rung.kind == "dim":
        exposure *= (0.10 / 0.99) ** share
    elif rung.kind == "uneven":
        falloff, centre = falloff + 0.72 * share, (float(place[0]), float(place[1]))
    elif rung.kind == "washed out":
        veil, exposure = veil + 0.595 * share, exposure + 0.13 * share
    return Lighting(rung.kind, exposure, veil, falloff, centre)
