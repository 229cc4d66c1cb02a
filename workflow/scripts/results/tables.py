"""Merge all runs into Tables 1-3, comparisons and the rest of the tables."""

from pathlib import Path

import pandas as pd

from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.source.pixel_sizes import with_pixel_sizes
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import load_study
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.markdown import table1_markdown, table2_markdown
from blastvote.io import write_csv, write_text
from blastvote.logs import run_script


def main(snakemake) -> None:
    """Write one CSV a table, and Tables 1 and 2 as Markdown."""
    params, evaluation = snakemake.params, snakemake.params.evaluation
    runs = [
        (*run, scores, votes)
        for run, scores, votes in zip(params.runs, snakemake.input.scores, snakemake.input.votes, strict=True)
    ]
    manifest = read_manifest(snakemake.input.manifest, params.classes)
    manifest = with_pixel_sizes(manifest, snakemake.config["dataset"], snakemake.input.pixel_sizes)
    contrast = pd.read_csv(snakemake.input.contrast, dtype={"image_id": str})
    study = load_study(runs, params.classes, manifest, params.null_arm)
    tables = all_tables(study, EvaluationSettings.from_config(evaluation), params.rule, contrast)
    for path in snakemake.output.tables:
        write_csv(path, tables[Path(path).stem])
    level = evaluation["confidence_level"]
    write_text(
        snakemake.output.markdown,
        table1_markdown(tables["table1_map"], evaluation["paper_data"], level)
        + "\n"
        + table2_markdown(tables["table2_classification"], evaluation["paper_data"], level),
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
