"""Merge the annotations of all simulated batches; list labels and patients."""

import json
from pathlib import Path

from blastvote.io import write_csv, write_json
from blastvote.logs import run_script
from blastvote.plan import simulation_settings
from blastvote.simulate import labels_frame, merge_via


def main(snakemake) -> None:
    """From here on simulated smears are data like anybody's."""
    batches = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input]
    write_json(snakemake.output.via, merge_via(batches), indent=None)
    write_csv(snakemake.output.labels, labels_frame(simulation_settings(snakemake.params.settings)))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
