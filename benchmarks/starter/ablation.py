"""What each part of the starter is worth on `peybey_all`: its cell check, score, scale, subtype network, smears.

Usage: ``python benchmarks/starter/ablation.py [--data ../shared/data/peybey_all]``
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from real_smears import LEAST, blasts, read_any

from blastvote.prediction.predictor import Predictor
from blastvote.segmentation.settings import SHIPPED
from blastvote.segmentation.weights.model_file import TrainedModel, read_model


def rescored(model: TrainedModel, weights: Path, score: str, threshold: float) -> TrainedModel:
    """Return the model with other weights and another convention of score."""
    network = replace(model.network, detection_score=score, detection_min_confidence=LEAST)
    return replace(model, path=weights, network=network, min_score=threshold)


def main() -> None:
    """Print a line for each variant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/peybey_all"))
    args = parser.parse_args()
    whole = read_any("starter")
    own = read_model("starter").min_score
    variants = {
        "the starter": whole,
        "without the cell check": replace(whole, cell_check=None),
        "subtypes by Mask R-CNN's class head": replace(whole, subtypes=None),
        "Matterport's score from 0.7 on": rescored(whole, SHIPPED["starter"], "class", 0.7),
        "the demo's smears, this score": rescored(whole, SHIPPED["smears"], "objectness", own),
    }
    for factor in (0.6, 0.75, 1.33, 1.7):
        pixel_size = (whole.pixel_size_um or 0) / factor
        name = f"photographs taken to be {factor} times as large"
        variants[name] = replace(whole, pixel_size_um=pixel_size)
    for name, model in variants.items():
        print(name, flush=True)
        blasts(Predictor(model), args.data)


if __name__ == "__main__":
    main()
