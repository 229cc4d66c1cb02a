"""Take the detections of a run that another tool made."""

from pathlib import Path

from blastvote.external.reading import read_detections_of
from blastvote.io import write_json
from blastvote.logs import run_script
from blastvote.study.configuration.external import known_images
from blastvote.study.plan import plan_source


def main(snakemake) -> None:
    """Write them as COCO results with our image ids."""
    params, config = snakemake.params, snakemake.config
    known = known_images(plan_source(config).images, config)
    write_json(snakemake.output[0], read_detections_of(Path(params.path), known, params.classes), indent=None)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
