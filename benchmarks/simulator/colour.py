"""Measure how far colour alone tells the subtype of simulated images (it should hardly do so).

A linear discriminant on mean colours, 10-fold, is asked for the label: once from the empty slide, once
from the blasts themselves. Chance is 1/3.

Usage: ``python benchmarks/simulator/colour.py [--images 270] [--seeds 3]``
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from blastvote.simulate import CLASS_NAMES, SimulationSettings, image_ids, simulate_id


def colours(settings: SimulationSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the colours of the empty slide and of the blasts, ``(N, 3)`` each, and the classes ``(N,)``."""
    slide, blasts, labels = [], [], []
    for image_id in image_ids(settings):
        picture = simulate_id(image_id, settings)
        cells = picture.masks.any(2)
        away = cv2.dilate(cells.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
        slide.append(np.percentile(picture.image[away], 95, axis=0))
        blasts.append(picture.image[cells].mean(0))
        labels.append(CLASS_NAMES.index(picture.label))
    return np.array(slide), np.array(blasts), np.array(labels)


def accuracy(features: np.ndarray, labels: np.ndarray, folds: int = 10) -> float:
    """Return the cross-validated accuracy of a linear discriminant with equal priors."""
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    right = 0
    for k in range(folds):
        groups = [features[(fold != k) & (labels == c)] for c in range(len(CLASS_NAMES))]
        means = np.array([g.mean(0) for g in groups])
        precision = np.linalg.inv(np.mean([np.cov(g.T) for g in groups], axis=0))
        away = features[fold == k][:, None] - means
        distance = np.einsum("ncd,de,nce->nc", away, precision, away)
        right += int((distance.argmin(1) == labels[fold == k]).sum())
    return right / len(labels)


def main() -> None:
    """Simulate and print a line for each seed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=270)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    for seed in range(args.seeds):
        settings = SimulationSettings(
            width=192,
            height=160,
            pixel_size_um=0.3,
            images_per_class=args.images // 3,
            images_per_patient=1,
            seed=seed,
        )
        slide, blasts, labels = colours(settings)
        print(
            f"seed {seed}: empty slide {accuracy(slide, labels):.3f}, blasts {accuracy(blasts, labels):.3f}"
        )


if __name__ == "__main__":
    main()
