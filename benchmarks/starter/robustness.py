"""How the starter stands altered photographs: compressed, resized, darker, warmer; their pixel size is estimated anew.

Every altered set of `peybey_all` is treated as photographs of its own: their pixel size is estimated from their red
cells (``--pixel-size auto``), nothing of the original is known. True outlines are resized with the photographs.

Usage: ``python benchmarks/starter/robustness.py [--model starter] [--data ../shared/data] [--only half double]
[--size 0.25]``
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from real_smears import LEAST, average_precision, matched

from blastvote.annotations import read_annotations
from blastvote.io import read_image, write_image
from blastvote.prediction.predictor import Predictor
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.segmentation.weights.model_file import read_model

KNOWN_UM = 0.0322
"""Of the photographs as they are (docs/starter.md says how it was read)."""


@dataclass(frozen=True)
class Alteration:
    """What is done to a photograph: its size, its colours (floats from 0 to 1), the quality of its JPEG file."""

    scale: float = 1.0
    colours: Callable[[np.ndarray], np.ndarray] | None = None
    quality: int = 95


def lamp(red: float, green: float, blue: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what a lamp of another colour does to an image."""
    return lambda image: image * np.array([red, green, blue])


def _coloured(image: np.ndarray, strength: float) -> np.ndarray:
    """Return the image with its differences from grey times ``strength``."""
    grey = image.mean(2, keepdims=True)
    return grey + strength * (image - grey)


def _corners(height: int, width: int) -> np.ndarray:
    """Return the light ``(h, w, 1)`` of a field that is darker away from its middle, to 0.4 in the corners."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1 - 0.3 * (x * x + y * y))[..., None]


ALTERED = {
    "as they are": Alteration(),
    "JPEG quality 60": Alteration(quality=60),
    "JPEG quality 30": Alteration(quality=30),
    "half the size": Alteration(scale=0.5),
    "a quarter of the size": Alteration(scale=0.25),
    "twice the size": Alteration(scale=2.0),
    "darker (0.6 of the light)": Alteration(colours=lambda image: 0.6 * image),
    "gamma 1.5": Alteration(colours=lambda image: image**1.5),
    "warmer": Alteration(colours=lamp(1.0, 0.92, 0.78)),
    "colder": Alteration(colours=lamp(0.8, 0.92, 1.0)),
    "yellow lamp": Alteration(colours=lamp(1.0, 0.95, 0.6)),
    "0.7 times the size": Alteration(scale=0.7),
    "1.5 times the size": Alteration(scale=1.5),
    "0.18 times the size": Alteration(scale=0.18),
    "0.4 of the light": Alteration(colours=lambda image: 0.4 * image),
    "overexposed": Alteration(colours=lambda image: 1.25 * image),
    "gamma 0.7": Alteration(colours=lambda image: image**0.7),
    "bluer lamp": Alteration(colours=lamp(0.75, 0.85, 1.0)),
    "magenta": Alteration(colours=lamp(1.0, 0.8, 1.0)),
    "green": Alteration(colours=lamp(0.85, 1.0, 0.85)),
    "dark corners": Alteration(colours=lambda image: image * _corners(*image.shape[:2])),
    "colours half as strong": Alteration(colours=lambda image: _coloured(image, 0.5)),
    "colours 1.5 times as strong": Alteration(colours=lambda image: _coloured(image, 1.5)),
    "stray light": Alteration(colours=lambda image: 0.25 + 0.65 * image),
    "pale": Alteration(colours=lambda image: np.clip(image, 0.02, 1) ** 0.6),
    "heavily stained": Alteration(colours=lambda image: np.clip(image, 0.02, 1) ** 1.6),
    "blurred by 3 pixels": Alteration(colours=lambda image: cv2.GaussianBlur(image, (0, 0), 3)),
    "sharpened": Alteration(colours=lambda image: 2 * image - cv2.GaussianBlur(image, (0, 0), 2)),
    "grey": Alteration(colours=lambda image: _coloured(image, 0.0)),
    "blurred by 6 pixels": Alteration(colours=lambda image: cv2.GaussianBlur(image, (0, 0), 6)),
    "noise of 5 %": Alteration(
        colours=lambda image: image + np.random.default_rng(1).normal(0, 0.05, image.shape)
    ),
}


def altered(image: np.ndarray, how: Alteration) -> np.ndarray:
    """Return an altered photograph, ``uint8 (h, w, 3)``."""
    if how.scale != 1:
        way = cv2.INTER_AREA if how.scale < 1 else cv2.INTER_LINEAR
        image = np.asarray(cv2.resize(image, None, fx=how.scale, fy=how.scale, interpolation=way))
    if how.colours is None:
        return image
    return (how.colours(image / np.float32(255)).clip(0, 1) * 255).round().astype(np.uint8)


def measured(predictor: Predictor, folder: Path, how: Alteration) -> str:
    """Return a line of the table: error of the pixel size, AP50, F1, found and false cells."""
    truth = {
        Path(i.file_name).stem: i for i in read_annotations(folder / "annotations_via.json").images.values()
    }
    with tempfile.TemporaryDirectory() as place:
        for path in sorted(folder.glob("*.jpg")):
            write_image(Path(place, path.name), altered(read_image(path), how), quality=how.quality)
        paths = sorted(Path(place).glob("*.jpg"))
        sizes = PixelSizes("auto", paths)
        errors, scores, hits, total = [], [], [], 0
        for path in paths:
            image = read_image(path)
            size = sizes.of(path, image)
            errors.append(size.um * how.scale / KNOWN_UM - 1)
            found = predictor(image, size.um)
            original = read_image(folder / path.name).shape[:2]
            masks = [
                cv2.resize(
                    cell.mask(*original).view(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_NEAREST
                ).astype(bool)
                for cell in truth[path.stem].cells
            ]
            scores += [cell.score for cell in found.cells]
            hits += [place is not None for place in matched(found.cells, masks)]
            total += len(masks)
    score, hit = np.array(scores), np.array(hits, bool)
    counts = score >= predictor.model.description["min_score"]
    right, false = int((hit & counts).sum()), int((~hit & counts).sum())
    f1 = 2 * right / (counts.sum() + total)
    return (
        f"{min(errors):+.0%} to {max(errors):+.0%} | {average_precision(score, hit, total):.3f} | {f1:.3f} | "
        f"{right} of {total} | {false}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="starter")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--size", type=float, default=1.0, help="all photographs are reduced to this first")
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of alterations")
    options = parser.parse_args()
    predictor = Predictor(read_model(options.model, min_score=LEAST))
    print("| photographs | pixel size, error | AP50 | F1 | found | false |\n|---|---|---|---|---|---|")
    for name, how in ALTERED.items():
        if not options.only or any(part in name for part in options.only):
            sized = replace(how, scale=how.scale * options.size)
            print(f"| {name} | {measured(predictor, options.data / 'peybey_all', sized)} |", flush=True)


if __name__ == "__main__":
    main()
