"""Merge the annotations of all simulated batches; list labels and patients."""

from pathlib import Path

from blastvote.io import read_own_json, write_csv, write_json
from blastvote.logs import run_script
from blastvote.simulate import IMAGES_FOLDER, image_ids, image_name, labels_frame, merge_via
from blastvote.study.plan import simulation_settings
from blastvote.study.stale import remove_others


def main(snakemake) -> None:
    """From here on simulated smears are data like anybody's."""
    settings = simulation_settings(snakemake.params.settings)
    batches = [read_own_json(path) for path in snakemake.input]
    folder = Path(snakemake.output.via).parent
    remove_others(
        folder / IMAGES_FOLDER, {image_name(image_id, settings) for image_id in image_ids(settings)}
    )
    remove_others(Path(snakemake.input[0]).parent, {Path(path).name for path in snakemake.input})
    write_json(snakemake.output.via, merge_via(batches), indent=None)
    write_csv(snakemake.output.labels, labels_frame(settings))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
