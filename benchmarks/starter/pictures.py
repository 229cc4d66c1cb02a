"""Make the pictures of docs/starter.md and README: real smears with the cells that the starter found.

Usage: ``python benchmarks/starter/pictures.py [--shared ../shared] [--out docs/images]``

The photographs (peybey_all, MIT) are read from ``--shared``.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from real_smears import matched
from robustness import ALTERED, altered

from blastvote import rle
from blastvote.annotations import read_annotations
from blastvote.figures.pictures.cells import Cells
from blastvote.figures.pictures.overlay import Look, overlay_cells
from blastvote.io import read_image, write_image
from blastvote.prediction.predictor import Prediction, Predictor
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_id

WIDE = SimulationSettings(
    width=320, height=240, pixel_size_um=0.18, images_per_class=8, images_per_patient=1, seed=1,
    cells=(2, 6), lighting_severity=0.25, realism="wide",
)  # fmt: skip

HARD = ("blurred by 3 pixels", "0.4 of the light", "colours half as strong", "stray light")
"""Alterations that cost the starter blasts; each is made of photographs at a quarter of their size."""


def drawn(image: np.ndarray, found: Prediction, width: int) -> np.ndarray:
    """Return the photograph, ``width`` pixels wide, with the cells found."""
    scale = width / image.shape[1]
    size = (width, round(image.shape[0] * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    masks = []
    for cell in found.cells:
        whole = rle.decode(rle.encode_crop(cell.mask, int(cell.box[0]), int(cell.box[1]), image.shape[:2]))
        masks.append(cv2.resize(whole.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)
    scores = [cell.score for cell in found.cells]
    cells = Cells(masks, list(found.classes), scores)
    return overlay_cells(small, cells, CLASS_NAMES, look=Look(scale=0.9))


def blasts(predictor: Predictor, folder: Path) -> np.ndarray:
    """Return four photographs with the cells found."""
    paths = sorted(folder.glob("*.jpg"))
    sizes, panels = PixelSizes("auto", paths), []
    for name in ("11", "12", "16", "19"):
        path = folder / f"{name}.jpg"
        image = read_image(path)
        panels.append(drawn(image, predictor(image, sizes.of(path, image).um), 800))
    return np.vstack([np.hstack(panels[:2]), np.hstack(panels[2:])])


def failures(predictor: Predictor, folder: Path) -> np.ndarray:
    """Return, of each set of `HARD`, the photograph with the most missed blasts: these in white boxes."""
    truth = {
        Path(image.file_name).stem: image
        for image in read_annotations(folder / "annotations_via.json").images.values()
    }
    panels = []
    for name in HARD:
        how = replace(ALTERED[name], scale=0.25)
        with tempfile.TemporaryDirectory() as place:
            for path in sorted(folder.glob("*.jpg")):
                write_image(Path(place, path.name), altered(read_image(path), how), quality=how.quality)
            paths = sorted(Path(place).glob("*.jpg"))
            sizes, worst = PixelSizes("auto", paths), (-1, np.zeros((1, 1, 3), np.uint8))
            for path in paths:
                image = read_image(path)
                found = predictor(image, sizes.of(path, image).um)
                original = read_image(folder / path.name).shape[:2]
                masks = [
                    cv2.resize(
                        cell.mask(*original).view(np.uint8),
                        image.shape[1::-1],
                        interpolation=cv2.INTER_NEAREST,
                    ).astype(bool)
                    for cell in truth[path.stem].cells
                ]
                missed = set(range(len(masks))) - set(matched(found.cells, masks))
                if len(missed) > worst[0]:
                    worst = len(missed), _boxed(drawn(image, found, 600), [masks[k] for k in missed])
        panels.append(worst[1])
    return np.vstack([np.hstack(panels[:2]), np.hstack(panels[2:])])


def _boxed(picture: np.ndarray, masks: list[np.ndarray]) -> np.ndarray:
    """Return the picture with white boxes around masks ``bool (H, W)`` of the whole of it."""
    picture = picture.copy()
    for mask in masks:
        ys, xs = (np.flatnonzero(mask.any(axis)) * picture.shape[1] / mask.shape[1] for axis in (1, 0))
        corners = [(int(xs[k]), int(ys[k])) for k in (0, -1)]
        cv2.rectangle(picture, *corners, (255, 255, 255), 2)
    return picture


def wide_beside_real(folder: Path) -> np.ndarray:
    """Return crops of real smears above simulated ones of the range `wide`, as they come."""
    real = []
    for name, x, y in (("11", 300, 200), ("12", 1350, 1300), ("16", 400, 1000), ("19", 900, 1500)):
        zoom = WIDE.pixel_size_um / 0.032
        image = read_image(folder / f"{name}.jpg")
        crop = image[y : y + round(WIDE.height * zoom), x : x + round(WIDE.width * zoom)]
        real.append(cv2.resize(crop, (WIDE.width, WIDE.height), interpolation=cv2.INTER_AREA))
    rows = [np.hstack([simulate_id(f"{c}_{k:04d}", WIDE).image for k in range(1, 5)]) for c in CLASS_NAMES]
    return np.vstack([np.hstack(real), np.full((6, rows[0].shape[1], 3), 255, np.uint8), *rows])


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    args = parser.parse_args()
    data = args.shared / "data"
    predictor = Predictor("starter")
    write_image(args.out / "starter_real.jpg", blasts(predictor, data / "peybey_all"), quality=85)
    write_image(args.out / "starter_failures.jpg", failures(predictor, data / "peybey_all"), quality=85)
    write_image(args.out / "simulated_wide.jpg", wide_beside_real(data / "peybey_all"), quality=85)


if __name__ == "__main__":
    main()
