"""Train one Mask R-CNN; a stopped training goes on from its last checkpoint."""

from pathlib import Path

from blastvote.logs import run_script
from blastvote.segmentation.samples import ImageFiles
from blastvote.segmentation.train import train_run


def main(snakemake) -> None:
    """Train on the enhanced images of one method, seed and fold."""
    wildcards, params = snakemake.wildcards, snakemake.params
    train_run(
        name=f"{wildcards.method}, seed {wildcards.seed}, fold {wildcards.fold}",
        fold=int(wildcards.fold),
        splits=snakemake.input.splits,
        ground_truth=[snakemake.input.annotations, snakemake.input.flipped_annotations],
        files=ImageFiles(
            Path(snakemake.input.images[0]).parent, [Path(folder) for folder in snakemake.input.flipped]
        ),
        class_names=params.classes,
        seed=int(wildcards.seed),
        threads=snakemake.threads,
        model_settings=params.model,
        training_settings=params.training,
        checkpoints=Path(params.checkpoints),
        weights_path=Path(snakemake.output.weights),
        history_path=Path(snakemake.output.history),
    )


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
