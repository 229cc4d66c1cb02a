"""Segment the cells of a run's validation and test images; the model is loaded once."""

from pathlib import Path

from blastvote.io import write_json
from blastvote.logs import run_script
from blastvote.segmentation.infer import infer_run
from blastvote.segmentation.samples import ImageFiles


def main(snakemake) -> None:
    """Write COCO results with the sample ids as image ids."""
    params = snakemake.params
    detections = infer_run(
        weights=Path(snakemake.input.weights),
        splits=snakemake.input.splits,
        fold=int(snakemake.wildcards.fold),
        files=ImageFiles(
            Path(snakemake.input.images[0]).parent, [Path(folder) for folder in snakemake.input.flipped]
        ),
        class_names=params.classes,
        model_settings=params.model,
        training_settings=params.training,
        threads=snakemake.threads,
    )
    write_json(snakemake.output[0], detections, indent=None)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
