"""Write down what made these results."""

from pathlib import Path

from blastvote.io import write_json
from blastvote.logs import run_script
from blastvote.study.provenance import provenance


def main(snakemake) -> None:
    """Configuration, code, versions, machine and checksums."""
    files = {Path(path).name: path for path in snakemake.input}
    write_json(snakemake.output[0], provenance(snakemake.config, snakemake.params.code, files))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
