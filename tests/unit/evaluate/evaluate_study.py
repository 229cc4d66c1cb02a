"""A small made-up study: methods of different quality on the same images."""

from pathlib import Path

import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd

from blastvote.evaluate.scoring.cells import cells_table, seen_images, votes_table
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.scoring.run_scores import RunScores
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import RunResult, Study, make_study
from blastvote.evaluate.tables import paper_values as paper

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


def papers_votes() -> pd.DataFrame:
    """Return votes whose confusion matrix is the paper's Table 3, undetected images included."""
    rows = []
    for actual, counts in zip(paper.CLASS_NAMES, paper.TABLE3_CONFUSION, strict=True):
        undetected = paper.TABLE3_UNDETECTED[paper.CLASS_NAMES.index(actual)]
        for vote, number in zip((*paper.CLASS_NAMES, None), (*counts, undetected), strict=True):
            rows += [{"label": actual, "vote": vote}] * number
    frame = pd.DataFrame(rows)
    return frame.assign(image_id=[f"i{n:03d}" for n in range(len(frame))], seen_in_training="false")


def empty_scores(names: tuple[str, ...] = paper.CLASS_NAMES) -> RunScores:
    """Return the scores of a run without any annotated or detected image."""
    images = pd.DataFrame(
        columns=["sample_id", "image_id", "role", "seen", "annotated", "n_true", "ap_matterport"]
    )
    from blastvote.evaluate.scoring.matching import COUNTS

    images = images.reindex(columns=[*images.columns, "ap_matterport_range", *COUNTS[1:]])
    found = pd.DataFrame(
        {name: np.zeros(0) for name in ("image", "class_index", "score", "area_px", "matched")}
    )
    flags = np.zeros((0, 10), dtype=np.uint8)
    k = len(names)
    return RunScores(
        names, 0.9, images, found, flags, flags, np.zeros((0, k), dtype=np.int64), np.zeros((0, 3), np.int64),
        np.zeros((0, k, 5, 4)), np.zeros((0, 3)),
    )  # fmt: skip


def votes_without_detections(study: Study) -> Study:
    results = []
    for runs in study.runs.values():
        for run in runs:
            count = len(run.votes)
            results.append(
                RunResult(
                    run.method, run.seed, run.fold, empty_scores(), run.votes.assign(vote=[None] * count)
                )
            )
    return make_study(results, study.class_names)
