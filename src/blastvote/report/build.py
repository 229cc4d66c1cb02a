"""Write the report's page from the files of a finished study."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.figures.palette import CLASS_COLOURS, METHOD_COLOURS
from blastvote.io import read_text, write_text
from blastvote.report import answer, bundle
from blastvote.report.pictures import add_pictures
from blastvote.report.plots import plots
from blastvote.report.study_data import RunFiles, all_runs, image_data, rule_data
from blastvote.report.tables import table1, table2, table3

DATA_TABLES = ("contrast", "manifest", "splits", "history")
"""Tables of the page beside those of the evaluation."""

TITLE = "blastvote: contrast enhancement for lymphoblasts"


@dataclass(frozen=True)
class ReportFiles:
    """The files of a study that the page shows.

    Attributes
    ----------
    tables
        Name to CSV file, as `blastvote.evaluate.tables.all_tables.all_tables` names them.
    plots
        Name to SVG file.
    images
        (method, image id) to the enhanced image of every test image.
    runs
        The runs, in the order of the configuration.
    histories
        The ``history.csv`` of each run, in the order of `runs`; none where another tool made the detections.
    manifest, splits, contrast, annotations, leakage
        The files of these names in ``results/data``.
    """

    tables: Mapping[str, Path]
    plots: Mapping[str, Path]
    images: Mapping[tuple[str, str], Path]
    runs: Sequence[RunFiles]
    histories: Sequence[Path]
    manifest: Path
    splits: Path
    contrast: Path
    annotations: Path
    leakage: Path


def write_report(folder: Path, config: Mapping[str, Any], files: ReportFiles) -> Path:
    """Write ``index.html``, and ``images/`` beside it where the images are too many for one file.

    Parameters
    ----------
    folder
        Receives the page; what an earlier page left there goes.
    config
        The study's configuration.
    files
        Everything that the page shows.

    Returns
    -------
    Path
        The page.
    """
    shutil.rmtree(folder / "images", ignore_errors=True)
    methods, classes = list(config["methods"]), list(config["classes"])
    manifest, votes = read_manifest(files.manifest), _votes(files.runs)
    images = image_data(
        votes,
        read_coco(files.annotations),
        manifest,
        pd.read_csv(files.contrast, dtype={"image_id": str, "unchanged": str}),
        methods,
        classes,
    )
    page = _page(config, files, images, votes)
    data = _viewer_data(folder, config, files, images)
    write_text(folder / "index.html", _render(page, data))
    return folder / "index.html"


def _votes(runs: Sequence[RunFiles]) -> pd.DataFrame:
    """Return the test images of all folds, once each: image_id, label, seen_in_training."""
    first = [run for run in runs if (run.method, run.seed) == (runs[0].method, runs[0].seed)]
    parts = [pd.read_csv(run.votes, dtype=str, keep_default_na=False) for run in first]
    table = pd.concat(parts, ignore_index=True)[["image_id", "label", "seen_in_training"]]
    return table.drop_duplicates("image_id").sort_values("image_id").reset_index(drop=True)


def _viewer_data(
    folder: Path, config: Mapping[str, Any], files: ReportFiles, images: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what the page's scripts read."""
    methods, classes = list(config["methods"]), list(config["classes"])
    image_ids = [image["id"] for image in images]
    seeds, runs = all_runs(files.runs, image_ids, read_coco(files.annotations), methods, classes)
    pixels = sum(image["width"] * image["height"] for image in images)
    sources, thumbnails = add_pictures(folder, files.images, methods, image_ids, pixels)
    return {
        "classes": classes,
        "methods": [{"key": method, "name": answer.method_name(method)} for method in methods],
        "methodColours": len(METHOD_COLOURS),
        "classColours": CLASS_COLOURS[: max(len(classes), 1)],
        "seeds": seeds,
        "rule": rule_data(config["vote"]["rule"], classes),
        "threshold": score_threshold(config),
        "images": images,
        "runs": runs,
        "sources": sources,
        "thumbnails": thumbnails,
        "tables": _csv_texts(files),
    }


def score_threshold(config: Mapping[str, Any]) -> float:
    """Return the score from which a cell votes."""
    return float(config["vote"]["min_confidence"])


def _csv_texts(files: ReportFiles) -> dict[str, str]:
    texts = {name: read_text(path) for name, path in files.tables.items()}
    texts |= {"contrast": read_text(files.contrast), "manifest": read_text(files.manifest)}
    texts["splits"] = read_text(files.splits)
    parts = [
        pd.read_csv(path).assign(method=run.method, seed=run.seed, fold=run.fold)
        for run, path in zip(files.runs, files.histories, strict=bool(files.histories))
    ]
    if parts:
        texts["history"] = pd.concat(parts, ignore_index=True).to_csv(index=False)
    return texts


def _page(
    config: Mapping[str, Any], files: ReportFiles, images: list[dict[str, Any]], votes: pd.DataFrame
) -> dict[str, Any]:
    """Return what the skeleton shows."""
    methods, evaluation = list(config["methods"]), config["evaluation"]
    reference = evaluation["reference_method"]
    frames = {name: pd.read_csv(path) for name, path in files.tables.items()}
    rows = answer.findings(frames["comparisons"], reference, methods)
    seen = sum(image["seen"] for image in images)
    patients = len({image["patient"] for image in images} - {""})
    return {
        "title": TITLE,
        "question": answer.QUESTION,
        "data_statement": answer.data_statement(config, len(images), patients),
        "headlines": answer.headline(rows, reference),
        "reference": answer.method_name(reference),
        "metrics": list(answer.METRICS.values()),
        "findings": rows,
        "certainty": answer.certainty(frames["comparisons"], evaluation["confidence_level"]),
        "leakage": answer.leakage_statement(seen, len(images), config["protocol"]["name"]),
        "leakage_text": read_text(files.leakage),
        "method_places": {method: place % len(METHOD_COLOURS) for place, method in enumerate(methods)},
        "tables": [
            ("Table 1: segmentation", "table-1", table1(frames["table1_map"], frames["detection_quality"])),
            ("Table 2: subtype by vote", "table-2", table2(frames["table2_classification"])),
            ("Table 3: confusion", "table-3", table3(frames, methods, evaluation["confusion_method"])),
        ],
        "plots": plots(files.plots, methods, [*files.tables, *DATA_TABLES]),
        "rule": config["vote"]["rule"],
    }


def _render(page: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    script, style = bundle.script(), bundle.style(METHOD_COLOURS, CLASS_COLOURS)
    return bundle.template("blastvote.report", "index.html.jinja").render(
        **page,
        script=script,
        style=style,
        policy=bundle.policy(script, style),
        data=bundle.embedded_json(data),
    )
