"""Pixel size from red cells where they are small in large photographs, as with a 20x lens on a large sensor.

The photographs of `peybey_all` are reduced and laid side by side until 2000 pixels wide; no such real photograph is at
hand. Simulated smears of 2048 pixels are measured too.

Usage: ``python benchmarks/starter/low_magnification.py [--data ../shared/data/peybey_all]``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from robustness import KNOWN_UM

from blastvote.io import read_image
from blastvote.scale.pixel_size import estimate_pixel_size
from blastvote.simulate import SimulationSettings, simulate_image

WIDTH = 2000
SETS = (("16", "19"), ("11", "12", "17"))


def mosaic(images: list[np.ndarray], factor: float) -> np.ndarray:
    """Return photographs reduced by a factor, repeated side by side and below each other."""
    small = [cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) for image in images]
    across = -(-WIDTH // small[0].shape[1])
    rows = [
        np.hstack([small[(row * across + k) % len(small)] for k in range(across)]) for row in range(across)
    ]
    return np.vstack(rows)


def told(name: str, image: np.ndarray, true_um: float) -> None:
    """Print the estimate and its error."""
    size = estimate_pixel_size(image)
    print(f"{name}: {true_um:.3f} um a pixel, estimated {size.um:.3f} ({size.um / true_um - 1:+.0%}, "
          f"{size.cells} red cells)", flush=True)  # fmt: skip


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/peybey_all"))
    folder = parser.parse_args().data
    for seed, um in ((7, 0.35), (8, 0.2)):
        settings = SimulationSettings(
            width=2048, height=1536, pixel_size_um=um, cells=(60, 80), lighting_severity=0.0, realism="wide"
        )
        told("simulated", simulate_image(seed, "L2", settings).image, um)
    for names in SETS:
        images = [read_image(folder / f"{name}.jpg") for name in names]
        for factor in (0.09, 0.14, 0.2):
            told(f"mosaic of {', '.join(names)}", mosaic(images, factor), KNOWN_UM / factor)


if __name__ == "__main__":
    main()
