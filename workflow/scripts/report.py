"""Put the main tables and every plot on one page."""

from pathlib import Path

from blastvote.io import write_text
from blastvote.logs import run_script
from blastvote.report import render_report, study_sections, study_statement


def main(snakemake) -> None:
    """The page needs no other file."""
    tables = {Path(path).stem: Path(path) for path in snakemake.input.tables}
    pictures = {Path(path).stem: Path(path) for path in snakemake.input.pictures if path.endswith(".png")}
    overlays = sorted(Path(snakemake.input.overlays).glob("*.png"))
    sections = study_sections(tables, pictures, overlays)
    page = render_report(
        "blastvote: contrast enhancement for lymphoblasts", study_statement(snakemake.config), sections
    )
    write_text(snakemake.output[0], page)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
