"""Does the confidence of a vote mean what it says? Simulated smears of seeds that nothing else uses.

Usage: ``python benchmarks/starter/confidence.py [--images 90]``
"""

from __future__ import annotations

import argparse

import numpy as np

from blastvote.prediction.predictor import Predictor
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_image


def main() -> None:
    """Print mean confidence and share of right votes, in three equal parts by confidence, and over all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=90)
    args = parser.parse_args()
    predictor = Predictor("starter")
    sure, right, undetected = [], [], 0
    for k in range(args.images):
        rng = np.random.default_rng([8200, k])
        pixel_size = float(rng.uniform(0.1, 0.2))
        settings = SimulationSettings(
            width=512,
            height=512,
            pixel_size_um=pixel_size,
            cells=(2, 9),
            lighting_severity=0.1,
            realism="wide",
        )
        label = CLASS_NAMES[k % 3]
        found = predictor(simulate_image(rng, label, settings).image, pixel_size)
        if found.vote is None:
            undetected += 1
            continue
        sure.append(found.confidence)
        right.append(found.vote == label)
    order = np.argsort(sure)
    for name, rows in (
        *zip(("least sure", "middle", "surest"), np.array_split(order, 3), strict=True),
        ("all", order),
    ):
        part, share = np.array(sure)[rows], np.array(right)[rows]
        print(f"{name}: confidence {part.mean():.2f}, votes right {share.mean():.2f} of {len(rows)}")
    print(f"undetected: {undetected}")


if __name__ == "__main__":
    main()
