"""Make the pictures of docs/simulator.md: simulated smears beside real ones, lighting, and annotations.

Usage: ``python benchmarks/simulator/pictures.py [--shared ../shared] [--out docs/images]``

The real smears (peybey_all and BCCD, both MIT) are read from ``--shared``; without them their picture is
left out.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import cv2
import numpy as np

from blastvote.io import read_image, write_image
from blastvote.simulate import CLASS_NAMES, SimulatedImage, SimulationSettings, simulate_id
from blastvote.simulate.imaging.lighting import MODES

PANEL = SimulationSettings(
    width=320, height=240, pixel_size_um=0.15, images_per_class=40, images_per_patient=1, seed=1
)
# File, micrometres a pixel (from a red cell of 7.2 µm), left and top of the crop.
REAL = (
    ("peybey_all/16.jpg", 0.038, 400, 1000),
    ("peybey_all/12.jpg", 0.038, 1350, 1600),
    ("peybey_all/17.jpg", 0.038, 500, 1300),
    ("bccd/JPEGImages/BloodImage_00000.jpg", 0.075, 0, 0),
)
OUTLINE = {"L1": (0, 200, 0), "L2": (255, 200, 0), "L3": (230, 0, 0)}


def real_row(shared: Path) -> np.ndarray:
    """Crop real smears to the scale of a panel."""
    crops = []
    for name, pixel_size, x, y in REAL:
        image = read_image(shared / "data" / name)
        zoom = PANEL.pixel_size_um / pixel_size
        width, height = round(PANEL.width * zoom), round(PANEL.height * zoom)
        crop = image[y : y + height, x : x + width]
        crops.append(cv2.resize(crop, (PANEL.width, PANEL.height), interpolation=cv2.INTER_AREA))
    return np.hstack(crops)


def simulated(label: str, count: int, settings: SimulationSettings = PANEL) -> list[SimulatedImage]:
    """Simulate the first images of a subtype, as they come: none is chosen by hand."""
    return [simulate_id(f"{label}_{number:04d}", settings) for number in range(1, count + 1)]


def outlined(picture: SimulatedImage) -> np.ndarray:
    """Draw the outlines of the true masks."""
    image = picture.image.copy()
    for i, name in enumerate(picture.class_names):
        outline, _ = cv2.findContours(
            picture.masks[..., i].astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(image, outline, -1, OUTLINE[name], 1)
    return image


def lighting_row() -> np.ndarray:
    """Find the first simulated image of each kind of light."""
    found: dict[str, np.ndarray] = {}
    for number in range(1, PANEL.images_per_class + 1):
        picture = simulate_id(f"L2_{number:04d}", PANEL)
        found.setdefault(picture.lighting, picture.image)
    return np.hstack([cv2.resize(found[mode], (256, 192), interpolation=cv2.INTER_AREA) for mode in MODES])


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    args = parser.parse_args()
    lit = dataclasses.replace(PANEL, lighting_severity=0.25)
    rows = [np.hstack([p.image for p in simulated(label, 4, lit)]) for label in CLASS_NAMES]
    if (args.shared / "data").is_dir():
        line = np.full((6, rows[0].shape[1], 3), 255, np.uint8)
        write_image(
            args.out / "simulated_beside_real.jpg",
            np.vstack([real_row(args.shared), line, *rows]),
            quality=88,
        )
    demo = SimulationSettings(width=320, height=256)
    rows = [np.hstack([outlined(p) for p in simulated(label, 4, demo)]) for label in CLASS_NAMES]
    write_image(args.out / "simulated_annotated.jpg", np.vstack(rows), quality=88)
    write_image(args.out / "simulated_lighting.jpg", lighting_row(), quality=88)


if __name__ == "__main__":
    main()
