"""Can a small classifier tell real crops from simulated ones? AUC 0.5 would mean that it cannot.

Crops of 96 pixels at 0.18 µm, real ones from `peybey_all` and `bccd`, are described by the means and spreads of 64
random filters (those of an untrained network). A shrunken linear discriminant is cross-validated so that all crops of
an image are in one fold. It is asked once with colours and once without (each channel of a crop then has mean 0 and
spread 1).

Usage: ``python benchmarks/simulator/discriminator.py [--data ../shared/data] [--crops 160] [--seeds 3]``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from blastvote.io import read_image
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_healthy, simulate_image

SIDE, PIXEL_SIZE_UM = 96, 0.18
REAL_UM = {"peybey_all": 0.0322, "bccd": 0.0735}
Crops = list[tuple[int, np.ndarray]]


def real_crops(data: Path, count: int, rng: np.random.Generator) -> Crops:
    """Return crops with the number of their photograph, half of them of each collection."""
    crops: Crops = []
    for name, pixel_size in REAL_UM.items():
        paths = sorted((data / name).rglob("*.jpg"))
        for k in range(count // 2):
            place = k % len(paths)
            image = read_image(paths[place])
            scale = pixel_size / PIXEL_SIZE_UM
            small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            y, x = (int(rng.integers(0, side - SIDE + 1)) for side in small.shape[:2])
            crops.append((place + 1000 * (name == "bccd"), np.asarray(small[y : y + SIDE, x : x + SIDE])))
    return crops


def simulated_crops(realism: str, count: int, seed: int) -> Crops:
    """Return a crop of each simulated image, every second one without a blast, as in `bccd`."""
    crops: Crops = []
    settings = SimulationSettings(
        width=160,
        height=160,
        pixel_size_um=PIXEL_SIZE_UM,
        cells=(1, 3),
        lighting_severity=0.1,
        realism=realism,
    )
    for k in range(count):
        rng = np.random.default_rng([7100, seed, k])
        healthy = k % 2 == 0
        picture = (
            simulate_healthy(rng, settings) if healthy else simulate_image(rng, CLASS_NAMES[k % 3], settings)
        )
        y, x = (int(rng.integers(0, 160 - SIDE + 1)) for _ in range(2))
        crops.append((k, picture.image[y : y + SIDE, x : x + SIDE]))
    return crops


def features(crop: np.ndarray, filters: np.ndarray, colour: bool) -> np.ndarray:
    """Return the means and spreads of the filters' rectified answers."""
    image = crop.astype(np.float32) / 255
    if not colour:
        image = (image - image.mean((0, 1))) / (image.std((0, 1)) + 1e-3)
    answers = [
        np.maximum(sum(cv2.filter2D(image[..., c], cv2.CV_32F, kernel[..., c]) for c in range(3)), 0)
        for kernel in filters
    ]
    return np.array([value for a in answers for value in (a.mean(), a.std())])


def cross_validated_auc(real: np.ndarray, made: np.ndarray, groups: list[np.ndarray]) -> float:
    """Return the AUC of a shrunken linear discriminant, 5-fold by image."""
    x = np.concatenate([real, made])
    y = np.repeat([1, 0], [len(real), len(made)])
    names = np.concatenate([groups[0], groups[1] + 10**6])
    fold = (
        np.random.default_rng(0).permutation(len(np.unique(names)))[np.unique(names, return_inverse=True)[1]]
        % 5
    )
    scores = np.zeros(len(y))
    for k in range(5):
        train = fold != k
        mean, spread = x[train].mean(0), x[train].std(0) + 1e-6
        z = (x - mean) / spread
        means = [z[train & (y == c)].mean(0) for c in (0, 1)]
        cov = sum(np.cov(z[train & (y == c)].T) for c in (0, 1)) / 2
        cov = 0.7 * cov + 0.3 * np.eye(len(cov)) * np.trace(cov) / len(cov)
        scores[~train] = (z[~train] - (means[0] + means[1]) / 2) @ np.linalg.solve(cov, means[1] - means[0])
    return float((scores[y == 1][:, None] > scores[y == 0]).mean())


def main() -> None:
    """Print the AUC of each range, with and without colours."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--crops", type=int, default=160)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    for realism in ("demo", "wide"):
        for colour in (True, False):
            found = []
            for seed in range(args.seeds):
                rng = np.random.default_rng(seed)
                filters = rng.normal(0, 1, (64, 5, 5, 3)).astype(np.float32)
                filters -= 0 if colour else filters.mean((1, 2), keepdims=True)
                sets = (real_crops(args.data, args.crops, rng), simulated_crops(realism, args.crops, seed))
                real, made = (np.array([features(c, filters, colour) for _, c in crops]) for crops in sets)
                found.append(cross_validated_auc(real, made, [np.array([k for k, _ in c]) for c in sets]))
            what = "with colours" if colour else "without colours"
            print(f"{realism}, {what}: AUC {np.mean(found):.3f} ({', '.join(f'{auc:.3f}' for auc in found)})")


if __name__ == "__main__":
    main()
