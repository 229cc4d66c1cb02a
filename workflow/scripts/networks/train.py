"""Train one Mask R-CNN; a stopped training goes on from its last checkpoint."""

from pathlib import Path

from blastvote.logs import run_script
from blastvote.segmentation.limits import read_limits
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.settings import network_config
from blastvote.segmentation.training.samples import ImageFiles
from blastvote.segmentation.training.train import TrainingFiles, train_run
from blastvote.segmentation.weights.describe import description_for_run


def main(snakemake) -> None:
    """Train on the enhanced images of one method, seed and fold."""
    wildcards, params, files = snakemake.wildcards, snakemake.params, snakemake.input
    config, model = snakemake.config, read_limits(files.limits, params.model)
    network = network_config(model, params.training, params.classes)
    train_run(
        f"{wildcards.method}, seed {wildcards.seed}, fold {wildcards.fold}",
        RunData(
            Path(files.splits),
            int(wildcards.fold),
            ImageFiles(Path(files.images[0]).parent, [Path(folder) for folder in files.flipped]),
            (Path(files.annotations), Path(files.flipped_annotations)),
            *map(Path, files.pixel_sizes),
        ),
        NetworkSettings(params.classes, model, params.training, snakemake.threads, int(wildcards.seed)),
        # Of the config, not of `params`: mostly it changes a column of the history alone, for which nothing
        # should be trained anew.
        config["vote"]["min_confidence"],
        TrainingFiles(
            Path(params.checkpoints), Path(snakemake.output.weights), Path(snakemake.output.history)
        ),
        description_for_run(config, config["variants"][wildcards.method], network),
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
