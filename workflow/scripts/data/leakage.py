"""Stop the run where a source image, a patient or a look-alike image crosses from training to test."""

from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.split.leakage import check_leakage
from blastvote.dataset.split.perceptual_hash import read_hashes
from blastvote.dataset.split.splits import read_splits
from blastvote.io import write_text
from blastvote.logs import LOGGER, run_script


def main(snakemake) -> None:
    """Protocol `paper` crosses by design: what it shares is listed, not refused."""
    allow = ["near_duplicates"] if snakemake.params.near_duplicates == "warn" else []
    report = check_leakage(
        read_splits(snakemake.input.splits),
        read_manifest(snakemake.input.manifest),
        read_hashes(snakemake.input.hashes),
        snakemake.params.protocol,
        allow,
    )
    for item in report.allowed:
        LOGGER.warning("Allowed: %s", item)
    report.raise_leaks()
    write_text(snakemake.output[0], report.to_markdown())


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
