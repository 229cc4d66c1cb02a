"""Score the cells that a run found in its validation and test images."""

from pathlib import Path

from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.run import score_run
from blastvote.logs import run_script


def main(snakemake) -> None:
    """Match found and true cells, so that the tables never touch a mask again."""
    scores = score_run(
        Path(snakemake.input.detections),
        [snakemake.input.annotations, snakemake.input.flipped_annotations],
        read_splits(snakemake.input.splits),
        int(snakemake.wildcards.fold),
        snakemake.params.classes,
        snakemake.params.min_confidence,
    )
    scores.save(snakemake.output[0])


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
