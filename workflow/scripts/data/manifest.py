"""Check every photograph and cell; write the manifest, the masks and the perceptual hashes."""

import shutil
from functools import partial
from pathlib import Path

from blastvote.dataset.check.checks import check_dataset, hash_table, true_images
from blastvote.dataset.coco import write_coco
from blastvote.dataset.manifest import build_manifest
from blastvote.dataset.source.collect import collect
from blastvote.io import write_csv
from blastvote.logs import LOGGER, run_script
from blastvote.report.check.build import Checked, write_check
from blastvote.report.check.gallery import Gallery
from blastvote.segmentation.limits import limits_table
from blastvote.study.fit import check_fit, most_cells
from blastvote.study.plan import plan_source
from blastvote.study.planned_scale import read_framing
from blastvote.vote import make_rule, vote


def main(snakemake) -> None:
    """Warnings are told and written down; errors stop the workflow with one message."""
    classes = snakemake.params.classes
    rule = partial(vote, rule=make_rule(snakemake.params.vote, classes))
    collection = collect(plan_source(snakemake.config), classes, rule)
    stop_on = snakemake.params.dataset["stop_on"]
    gallery = Gallery(len(collection.images))
    report, facts = check_dataset(collection, classes, rule, snakemake.threads, stop_on, gallery.add)
    framing = read_framing(snakemake.params.model, snakemake.input.pixel_sizes)
    check_fit(report, facts, snakemake.params.model, framing)
    for warning in report.warnings:
        LOGGER.warning("Warning: %s", warning)
    folder = Path(snakemake.output.page).parent
    refused = folder / "refused"  # no output: Snakemake removes the outputs of a job that fails
    shutil.rmtree(refused, ignore_errors=True)
    page = write_check(
        folder if report.ok else refused, Checked(report, facts, collection, classes, gallery.pictures)
    )
    report.raise_errors(f"{page} shows every finding with its picture.")
    write_csv(snakemake.output.limits, limits_table(snakemake.params.model, most_cells(facts, framing)))
    write_csv(snakemake.output.manifest, build_manifest(collection, facts))
    write_coco(snakemake.output.annotations, true_images(facts, collection), classes)
    write_csv(snakemake.output.hashes, hash_table(facts))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
