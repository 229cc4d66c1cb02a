"""Train one Mask R-CNN; a stopped training goes on from its last checkpoint."""

from pathlib import Path

from blastvote.logs import run_script
from blastvote.segmentation.limits import read_limits
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.samples import ImageFiles
from blastvote.segmentation.train import TrainingFiles, train_run


def main(snakemake) -> None:
    """Train on the enhanced images of one method, seed and fold."""
    wildcards, params, files = snakemake.wildcards, snakemake.params, snakemake.input
    model = read_limits(files.limits, params.model)
    train_run(
        f"{wildcards.method}, seed {wildcards.seed}, fold {wildcards.fold}",
        RunData(
            Path(files.splits),
            int(wildcards.fold),
            ImageFiles(Path(files.images[0]).parent, [Path(folder) for folder in files.flipped]),
            (Path(files.annotations), Path(files.flipped_annotations)),
        ),
        NetworkSettings(params.classes, model, params.training, snakemake.threads, int(wildcards.seed)),
        # Of the config, not of `params`: mostly it changes a column of the history alone, for which nothing
        # should be trained anew.
        snakemake.config["vote"]["min_confidence"],
        TrainingFiles(
            Path(params.checkpoints), Path(snakemake.output.weights), Path(snakemake.output.history)
        ),
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
