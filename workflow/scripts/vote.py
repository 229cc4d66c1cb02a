"""Let the cells of every test image vote for its class."""

import pandas as pd

from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.cells import seen_images, votes_table
from blastvote.io import read_table, write_csv
from blastvote.logs import run_script


def main(snakemake) -> None:
    """One row an image, also where nothing was detected."""
    fold = int(snakemake.wildcards.fold)
    splits = read_splits(snakemake.input.splits)
    labels = read_table(snakemake.input.labels).set_index("image_id")["label"]
    votes = votes_table(
        pd.read_csv(snakemake.input.cells, dtype={"image_id": str}, keep_default_na=False),
        sorted(splits.loc[(splits["fold"] == fold) & (splits["role"] == "test"), "image_id"]),
        labels.to_dict(),
        snakemake.params.classes,
        snakemake.params.rule,
        seen_images(splits, fold),
    )
    write_csv(snakemake.output[0], votes)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
