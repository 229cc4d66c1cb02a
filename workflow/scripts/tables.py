"""Merge all runs into Tables 1-3, comparisons and the rest of the tables."""

from pathlib import Path

from blastvote.dataset.manifest import read_manifest
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.study import load_study
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.markdown import table1_markdown, table2_markdown
from blastvote.io import write_csv, write_text
from blastvote.logs import run_script


def main(snakemake) -> None:
    """Write one CSV a table, and Tables 1 and 2 as Markdown."""
    params, settings = snakemake.params, snakemake.params.evaluation
    runs = [
        (*run, scores, votes)
        for run, scores, votes in zip(params.runs, snakemake.input.scores, snakemake.input.votes, strict=True)
    ]
    study = load_study(runs, params.classes, read_manifest(snakemake.input.manifest, params.classes))
    bootstrap = BootstrapSettings(
        settings["bootstrap_draws"],
        settings["bootstrap_interval"],
        settings["confidence_level"],
        settings["seed"],
    )
    tables = all_tables(
        study, bootstrap, params.rule, settings["confusion_method"], settings["reference_method"]
    )
    for path in snakemake.output.tables:
        write_csv(path, tables[Path(path).stem])
    level = settings["confidence_level"]
    write_text(
        snakemake.output.markdown,
        table1_markdown(tables["table1_map"], settings["paper_data"], level)
        + "\n"
        + table2_markdown(tables["table2_classification"], settings["paper_data"], level),
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
