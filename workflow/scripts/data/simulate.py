"""Simulate a batch of smears; the annotations of the batch are in VIA 2 format."""

from pathlib import Path

from blastvote.io import write_json
from blastvote.logs import run_script
from blastvote.simulate import write_image_files
from blastvote.study.plan import simulation_settings


def main(snakemake) -> None:
    """An image depends on the seed and its id alone, so batches may run in any order."""
    folder = Path(snakemake.output.images[0]).parent
    settings = simulation_settings(snakemake.params.settings)
    write_json(
        snakemake.output.annotations,
        write_image_files(folder, settings, snakemake.params.image_ids),
        indent=None,
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
