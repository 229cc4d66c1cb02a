"""A small made-up study: methods of different quality on the same images."""

from pathlib import Path

import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd

from blastvote.evaluate.scoring.cells import cells_table, seen_images, votes_table
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import RunResult, Study, make_study

NAMES = ["L1", "L2", "L3"]
MARGINS = {"accuracy": 0.03, "sensitivity": 0.03, "ap50_matterport": 0.02, "ap50": 0.02, "ap": 0.02}


def evaluation(
    draws: int = 200,
    interval: str = "percentile",
    confusion: str = "eff",
    planned: str = "all",
    reference: str = "none",
) -> EvaluationSettings:
    """Return settings like those of the configuration, with few draws."""
    return EvaluationSettings(
        BootstrapSettings(draws, interval, 0.95, 1), reference, planned, MARGINS, confusion
    )


def splits_of(names: list[str], folds: int, copies: int = 0) -> pd.DataFrame:
    """Return splits: each image tests once; flipped copies of the first ones train or validate."""
    rows = [(name, number % folds, "test", "none") for number, name in enumerate(names)]
    for number, name in enumerate(names[:copies]):
        rows.append((name, 0, "val" if number % 3 == 0 else "train", "horizontal"))
    return pd.DataFrame(rows, columns=["image_id", "fold", "role", "flip"])


def labels_of(truth: dict, class_names: list[str]) -> dict[str, str]:
    """Return a label for every image, also the empty ones."""
    labels = {}
    for image in truth["images"]:
        classes = [a["category_id"] for a in truth["annotations"] if a["image_id"] == image["id"]]
        labels[image["image_id"]] = class_names[classes[0] - 1 if classes else image["id"] % len(class_names)]
    return labels


def build(
    folder: Path,
    qualities: dict[str, float],
    seeds: tuple[int, ...] = (1,),
    n_images: int = 24,
    folds: int = 1,
    copies: int = 0,
    manifest: pd.DataFrame | None = None,
    class_names: list[str] = NAMES,
    rule: str = "pathologist",
) -> Study:
    """Return a study whose methods find classes with the given probabilities; `... again` is the null arm."""
    truth = synthetic.make_truth(
        np.random.default_rng(99), n_images, len(class_names), names=list(class_names)
    )
    path = synthetic.dump(folder / "truth.json", truth)
    names = [image["image_id"] for image in truth["images"]]
    splits = splits_of(names, folds, copies)
    labels = labels_of(truth, class_names)
    results = []
    for number, (method, quality) in enumerate(qualities.items()):
        for seed in seeds:
            for fold in range(folds):
                rng = np.random.default_rng([number, seed, fold])
                found = synthetic.make_detections(rng, truth, len(class_names), quality)
                scores = score_run(found, path, splits, fold, class_names, 0.5)
                test = splits[(splits["fold"] == fold) & (splits["role"] == "test")]["image_id"].tolist()
                cells = cells_table(found, test, class_names, 0.5)
                votes = votes_table(cells, test, labels, class_names, rule, seen_images(splits, fold))
                results.append(RunResult(method, seed, fold, scores, votes))
    return make_study(
        results, class_names, manifest, next((name for name in qualities if name.endswith(" again")), "")
    )
