"""Write the cells of each test image for QuPath, to be corrected there and read again."""

from pathlib import Path

from blastvote.evaluate.scoring.detections import read_detections
from blastvote.io import read_table
from blastvote.logs import run_script
from blastvote.report.qupath import export_detections


def main(snakemake) -> None:
    """One file an image, also where nothing was found."""
    export_detections(
        Path(snakemake.output[0]),
        read_detections(Path(snakemake.input.detections)),
        read_table(snakemake.input.votes)["image_id"],
        snakemake.params.classes,
        snakemake.params.min_confidence,
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
