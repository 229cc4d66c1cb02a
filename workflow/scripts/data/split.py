"""Say which image trains, validates and tests in each fold; labels and patients decide, pixels do not."""

from blastvote.dataset.split.splits import make_splits
from blastvote.io import read_table, write_csv
from blastvote.logs import run_script


def main(snakemake) -> None:
    """Write one row an image, fold, role and flip."""
    labels = read_table(snakemake.input[0])
    write_csv(snakemake.output[0], make_splits(labels, snakemake.params.protocol, snakemake.params.classes))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
