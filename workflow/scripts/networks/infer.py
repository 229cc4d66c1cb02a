"""Segment the cells of a run's validation and test images; the model is loaded once."""

from pathlib import Path

from blastvote.io import write_json
from blastvote.logs import run_script
from blastvote.segmentation.infer import infer_run
from blastvote.segmentation.limits import read_limits
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.training.samples import ImageFiles
from blastvote.study.stale import remove_checkpoints


def main(snakemake) -> None:
    """Write COCO results with the sample ids as image ids; the training's outputs stand, so its checkpoints can go."""
    params, files = snakemake.params, snakemake.input
    images = ImageFiles(Path(files.images[0]).parent, [Path(folder) for folder in files.flipped])
    detections = infer_run(
        Path(files.weights),
        RunData(Path(files.splits), int(snakemake.wildcards.fold), images, (), *map(Path, files.pixel_sizes)),
        NetworkSettings(
            params.classes, read_limits(files.limits, params.model), params.training, snakemake.threads
        ),
    )
    write_json(snakemake.output[0], detections, indent=None)
    remove_checkpoints(Path(params.checkpoints), "/".join(Path(files.weights).parts[-4:-1]))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
