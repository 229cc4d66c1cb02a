"""Count the detections of every run that another tool made."""

from pathlib import Path

from blastvote.dataset.split.splits import read_splits
from blastvote.io import write_csv
from blastvote.logs import run_script
from blastvote.study.configuration.external import external_record


def main(snakemake) -> None:
    """One row a run."""
    data = snakemake.input
    files = {tuple(run): Path(path) for run, path in zip(snakemake.params.runs, data.detections, strict=True)}
    write_csv(snakemake.output[0], external_record(files, read_splits(data.splits)))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
