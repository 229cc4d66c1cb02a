"""The report: one self-contained HTML page with the main tables and every plot."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class Section:
    """A heading, a sentence on what to look for, and the tables and pictures below it."""

    title: str
    text: str
    tables: Sequence[Path] = ()
    pictures: Sequence[Path] = ()


def render_report(title: str, statement: str, sections: Sequence[Section]) -> str:
    """Return the report as an HTML page that needs no other file.

    Parameters
    ----------
    title
        Heading of the page.
    statement
        What the numbers rest on (data, protocol, whether the paper's images were used).
    sections
        Tables are CSV files, pictures PNG or SVG files; both are put into the page.
    """
    environment = Environment(loader=PackageLoader("blastvote"), autoescape=True, undefined=StrictUndefined)
    shown = [
        {
            "title": section.title,
            "text": section.text,
            "tables": [(path.name, _table(path)) for path in section.tables],
            "pictures": [(path.stem, _picture(path)) for path in section.pictures],
        }
        for section in sections
    ]
    return environment.get_template("report.html.jinja").render(
        title=title, statement=statement, sections=shown
    )


def _table(path: Path) -> str:
    frame = pd.read_csv(path, dtype={"image_id": str})
    frame = frame.dropna(axis="columns", how="all")
    numbers = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    formats: Any = {name: _chance if name.startswith("p_") else "{:.3f}".format for name in numbers}
    return frame.to_html(index=False, na_rep="", formatters=formats, border=0, escape=True)


def _chance(value: float) -> str:
    """Write a p-value; three decimals would make 0 of a small one, which no p-value is."""
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _picture(path: Path) -> str:
    kind = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg"}[path.suffix]
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def study_statement(config: Mapping[str, Any]) -> str:
    """Return what the numbers of a study rest on: data, protocol, and whether the paper's images were used."""
    dataset, protocol = config["dataset"], config["protocol"]
    source = "simulated smears" if dataset["source"] == "simulated" else f"images from {dataset['images']}"
    same = "are" if config["evaluation"]["paper_data"] else "are not"
    seeds = ", ".join(map(str, config["seeds"]))
    return (
        f"Data: {source}. Protocol: {protocol['name']}. Seeds: {seeds}. The images {same} those of the paper "
        "(Revanda, Fatichah and Suciati 2022), whose numbers stand beside ours in the columns and marks called paper."
    )


def study_sections(
    tables: Mapping[str, Path], pictures: Mapping[str, Path], overlays: Sequence[Path]
) -> list[Section]:
    """Return the report's sections from the files of a study, by their names without suffix."""

    def section(title: str, text: str, table_names: Sequence[str], picture_names: Sequence[str]) -> Section:
        return Section(title, text, [tables[n] for n in table_names], [pictures[n] for n in picture_names])

    matrices = [name for name in tables if name == "table3_confusion"]
    return [
        section("Data", "Who trains and tests, and what the images look like.", [], ["dataset", "examples"]),
        section(
            "Contrast",
            "How much each method changed the images. A method that leaves an image as it was "
            "cannot differ from none on it.",
            [],
            ["method_grid", "contrast_effect"],
        ),
        section("Training", "Losses and validation mAP after each epoch.", [], ["learning_curves"]),
        section(
            "Table 1: segmentation",
            "Matterport's mAP is the paper's; AP50, AP75 and AP are COCO's. ci_low and ci_high are the interval of "
            "ap50_matterport. Overlapping intervals are no proof of equality: see the comparisons.",
            ["table1_map"],
            ["map_by_method", "pr_curves"],
        ),
        section(
            "Table 2: subtype by vote",
            "Convention paper divides the sensitivity by the images with a vote, strict by all.",
            ["table2_classification"],
            ["classification_by_method"],
        ),
        section(
            "Table 3: confusion", "Rows are actual classes.", matrices, ["confusion", "confusion_all_methods"]
        ),
        section(
            "Comparisons",
            "Every pair of methods on the same images. p_adjusted is Holm's, over all pairs of a metric; p_value "
            "and the intervals are those of one pair alone.",
            ["comparisons"],
            ["comparisons", "seeds"],
        ),
        section(
            "Cells",
            "Touching cells, per-cell classes, and whether a score of 0.9 means nine in ten.",
            ["matching"],
            ["matching", "cells_confusion_all_methods", "calibration"],
        ),
        section("Minimum confidence", "What the threshold costs.", [], ["threshold_sweep"]),
        Section(
            "Examples", "True cells and those found after each method; missed cells are ringed.", (), overlays
        ),
    ]
