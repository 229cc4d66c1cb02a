"""Enhance a batch of photographs with one method; record what it did to each."""

import logging

import cv2

from blastvote.contrast import enhance_and_describe
from blastvote.io import ReadSettings, read_image, write_image, write_json
from blastvote.logs import run_script

LOGGER = logging.getLogger("blastvote.enhance")


def main(snakemake) -> None:
    """One process handles the whole batch, so imports and compiled code are paid once."""
    cv2.setNumThreads(snakemake.threads)
    variant, method = snakemake.params.variant, snakemake.params.method
    settings, records = ReadSettings.from_config(snakemake.params.reading), []
    for image_id, source, target in zip(
        snakemake.params.image_ids, snakemake.input, snakemake.output.images, strict=True
    ):
        image, record = enhance_and_describe(
            read_image(source, settings), variant["function"], **(variant.get("params") or {})
        )
        write_image(target, image)
        records.append({"image_id": image_id, "method": method, **record})
    write_json(snakemake.output.record, records)
    LOGGER.info("%s: %d images", method, len(records))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
