"""Say how large a pixel of each photograph is: as stated, by the file's tags, or estimated from the red cells."""

from blastvote.dataset.source.pixel_sizes import pixel_size_table
from blastvote.io import write_csv
from blastvote.logs import LOGGER, run_script
from blastvote.study.plan import plan_source


def main(snakemake) -> None:
    """Photographs are opened where tags or red cells are to tell, one after the other."""
    table = pixel_size_table(plan_source(snakemake.config), snakemake.params.dataset)
    for source, sizes in table.groupby("source")["pixel_size_um"]:
        LOGGER.info(
            "%d photographs, %s: %.4g to %.4g um a pixel", len(sizes), source, sizes.min(), sizes.max()
        )
    write_csv(snakemake.output[0], table)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
