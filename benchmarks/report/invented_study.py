"""Make up a finished study for the report page: simulated images, invented detections. Nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from blastvote import rle
from blastvote.dataset.coco import write_coco
from blastvote.dataset.truth import TrueImage
from blastvote.evaluate.scoring.cells import cells_table, votes_table
from blastvote.figures.plot_names import PLOTS
from blastvote.io import write_csv, write_image, write_json, write_text
from blastvote.report.build import ReportFiles
from blastvote.report.study_data import RunFiles
from blastvote.simulate import SimulatedImage, SimulationSettings, image_ids, simulate_id

METRICS = ("ap50_matterport", "accuracy")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 180"><path d="M9 170L340 20" stroke="#0072b2"/></svg>'


def made_study(
    folder: Path,
    names: Sequence[str],
    methods: Sequence[str],
    classes: Sequence[str],
    size: tuple[int, int] = (256, 256),
    seeds: Sequence[int] = (1,),
    distinct: int = 12,
) -> tuple[dict[str, Any], ReportFiles]:
    """Write the files of a study below `folder`; return its configuration and its files.

    Parameters
    ----------
    names
        Image ids.
    methods, classes
        Names in the order of the configuration; three classes.
    size
        Width and height in pixels.
    distinct
        So many different smears are simulated and used in turn.
    """
    rng = np.random.default_rng(4)
    smears = simulated(distinct, size)
    truth = [
        TrueImage(name, f"{name}.png", *size, _cells(smears[n % distinct], classes), classes[n % 3], n)
        for n, name in enumerate(names)
    ]
    write_coco(folder / "annotations.json", truth, classes)
    images = {}
    for place, method in enumerate(methods):
        for number, name in enumerate(names):
            path = folder / "enhanced" / f"m{place}" / f"{number % distinct}.png"
            if number < distinct:  # later names are other names of the same file
                # Another brightness for each method: the page only shows what it gets.
                write_image(path, np.uint8(255 * (smears[number].image / 255) ** (1 + 0.2 * place)))
            images[method, name] = path
    runs = [
        _run(rng, folder / f"runs/m{place}/seed{seed}", truth, classes, (method, seed))
        for place, method in enumerate(methods)
        for seed in seeds
    ]
    tables = {name: folder / f"tables/{n}.csv" for n, name in enumerate(_tables(methods, classes, rng))}
    for (_, table), path in zip(_tables(methods, classes, rng).items(), tables.values(), strict=True):
        write_csv(path, table)
    plots = {name: folder / f"plots/{name}.svg" for name in PLOTS}
    for path in plots.values():
        write_text(path, SVG)
    _data_tables(folder, names, methods, classes, size)
    config = {
        "dataset": {"source": "simulated"},
        "protocol": {"name": "holdout"},
        "classes": list(classes),
        "methods": list(methods),
        "seeds": list(seeds),
        "vote": {"rule": "plurality", "min_confidence": 0.7},
        "evaluation": {
            "reference_method": methods[0],
            "confusion_method": methods[-1],
            "confidence_level": 0.95,
            "paper_data": False,
        },
    }
    histories = [run.detections.parent / "history.csv" for run in runs]
    data = {name: folder / f"{name}.csv" for name in ("manifest", "splits", "contrast")}
    files = ReportFiles(
        tables, plots, images, runs, histories, **data,
        annotations=folder / "annotations.json", leakage=folder / "leakage.md",
    )  # fmt: skip
    return config, files


def simulated(number: int, size: tuple[int, int]) -> list[SimulatedImage]:
    """Return simulated smears of that width and height."""
    settings = SimulationSettings(images_per_class=(number + 2) // 3, width=size[0], height=size[1], seed=3)
    return [simulate_id(name, settings) for name in image_ids(settings)[:number]]


def _cells(smear: SimulatedImage, classes: Sequence[str]) -> tuple[Any, ...]:
    place = {name: number for number, name in enumerate(("L1", "L2", "L3"))}
    names = [classes[place[name]] for name in smear.class_names]
    height, width = smear.image.shape[:2]
    return TrueImage.from_masks("", "", smear.masks.reshape(height, width, -1), names).cells


def _run(
    rng: np.random.Generator,
    folder: Path,
    truth: Sequence[TrueImage],
    classes: Sequence[str],
    key: tuple[str, int],
) -> RunFiles:
    """Write detections and votes: most true cells, a little shifted, some of a wrong class, some where nothing is."""
    entries = []
    for image in truth:
        for cell in image.cells:
            if rng.random() < 0.08:
                continue
            y1, x1, _, _ = cell.box
            top, left = max(0, y1 - int(rng.integers(0, 3))), max(0, x1 - int(rng.integers(0, 3)))
            mask = rle.encode_crop(cell.crop(), top, left, image.size)
            right = classes.index(cell.class_name)
            found = right if rng.random() < 0.85 else int(rng.integers(3))
            entries.append(_entry(image, found, mask, float(rng.beta(6, 1.5))))
        if rng.random() < 0.3:
            disc = np.hypot(*np.mgrid[-15:15, -15:15]) < 14
            mask = rle.encode_crop(
                disc, int(rng.integers(image.height - 30)), int(rng.integers(image.width - 30)), image.size
            )
            entries.append(_entry(image, int(rng.integers(3)), mask, float(rng.beta(2, 2))))
    write_json(folder / "detections.json", entries, indent=None)
    ids = [image.image_id for image in truth]
    cells = cells_table(folder / "detections.json", ids, classes, 0.7)
    labels = {image.image_id: image.label for image in truth}
    write_csv(folder / "votes.csv", votes_table(cells, ids, labels, classes, "plurality"))
    write_csv(folder / "history.csv", pd.DataFrame({"epoch": [1, 2], "loss": [2.0, 1.0]}))
    return RunFiles(*key, 0, folder / "detections.json", folder / "votes.csv")


def _entry(image: TrueImage, found: int, mask: rle.Rle, score: float) -> dict[str, Any]:
    y1, x1, y2, x2 = rle.box(mask)
    return {
        "image_id": image.image_id,
        "category_id": found + 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "score": round(max(0.05, score), 6),
        "segmentation": mask,
    }


def _tables(
    methods: Sequence[str], classes: Sequence[str], rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return the tables that the page reads, with invented numbers."""
    share = {
        name: rng.uniform(0.6, 0.9, len(methods))
        for name in ("ap50", "ap75", "ap", *(f"ap_{c}" for c in classes))
    }
    table1 = pd.DataFrame({"method": methods, "split": "test", "ap50_matterport": share["ap50"], **share})
    table1 = table1.assign(n_images=48, n_cells=289, ci_low=0.5, ci_high=0.95, paper=np.nan)
    quality = pd.DataFrame(
        [(method, "test", metric, 0.5, 0.8) for method in methods for metric in ("f1", "pq")],
        columns=["method", "split", "metric", "iou", "mean"],
    )
    names = ("accuracy", "precision", "sensitivity", "f1")
    table2 = pd.DataFrame({"method": methods, "convention": "strict", "subset": "test", "mcc": 0.7})
    table2 = table2.assign(
        **{name: rng.uniform(0.6, 0.9, len(methods)) for name in names}, n_undetected=1, n_images=48
    )
    table2 = table2.assign(**{f"{name}_ci_{end}": 0.7 for name in names for end in ("low", "high")})
    table2 = table2.assign(**{f"paper_{name}": np.nan for name in names[:3]})
    matrix = pd.DataFrame(
        [[c, 10, 2, 1, 3, 0] for c in classes], columns=["actual", *classes, "FN", "undetected"]
    )
    verdicts = ["differs", "equivalent", "cannot tell"]
    comparisons = [
        [method, methods[0], metric, 0.05, 0.01, 0.09, 0.02, 0.08, 0.01, 0.02, verdicts[n % 3], 0.04, 48, 3]
        for n, method in enumerate(methods[1:])
        for metric in METRICS
    ]
    columns = [
        "method_a",
        "method_b",
        "metric",
        "difference",
        "ci_low",
        "ci_high",
        "ci_images_low",
        "ci_images_high",
        "p_value",
        "p_adjusted",
        "verdict",
        "smallest_detectable",
        "n_images",
        "n_seeds",
    ]
    return {
        "table1_map": table1,
        "table2_classification": table2,
        **{f"table3_confusion_{method}": matrix for method in methods},
        "detection_quality": quality,
        "comparisons": pd.DataFrame(comparisons, columns=columns),
    }


def _data_tables(
    folder: Path, names: Sequence[str], methods: Sequence[str], classes: Sequence[str], size: tuple[int, int]
) -> None:
    manifest = pd.DataFrame(
        {"image_id": names, "path": "x.png", "sha256": "0", "width": size[0], "height": size[1]}
    )
    labels = [classes[n % 3] for n in range(len(names))]
    patients = [f"P<{n // 4}>" for n in range(len(names))]
    write_csv(
        folder / "manifest.csv",
        manifest.assign(label=labels, patient_id=patients, n_cells=6, source="simulated"),
    )
    write_csv(
        folder / "splits.csv", pd.DataFrame({"image_id": names, "fold": 0, "role": "test", "flip": "none"})
    )
    rows = [(name, method, n % 5 == 0) for method in methods for n, name in enumerate(names)]
    write_csv(folder / "contrast.csv", pd.DataFrame(rows, columns=["image_id", "method", "unchanged"]))
    write_text(folder / "leakage.md", "# Leakage from training to test\n\n## Leaks (0)\n\nNone.\n")
