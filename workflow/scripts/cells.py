"""List the cells of the test images whose score reaches the minimum confidence of the vote."""

from pathlib import Path

from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.cells import cells_table
from blastvote.io import write_csv
from blastvote.logs import run_script


def main(snakemake) -> None:
    """One row a cell; an image without such cells has none."""
    splits = read_splits(snakemake.input.splits)
    test = splits[(splits["fold"] == int(snakemake.wildcards.fold)) & (splits["role"] == "test")]
    cells = cells_table(
        Path(snakemake.input.detections),
        sorted(test["image_id"]),
        snakemake.params.classes,
        snakemake.params.min_confidence,
    )
    write_csv(snakemake.output[0], cells)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
