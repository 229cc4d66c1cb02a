"""Name the class and patient of every image: from the table of labels, else by the vote on its true cells."""

from functools import partial

from blastvote.dataset.source.collect import labels_table
from blastvote.io import write_csv
from blastvote.logs import run_script
from blastvote.study.plan import plan_source
from blastvote.vote import make_rule, vote


def main(snakemake) -> None:
    """Pixels play no part, so a retouched photograph does not re-split the data."""
    classes = snakemake.params.classes
    rule = partial(vote, rule=make_rule(snakemake.params.vote, classes))
    write_csv(snakemake.output[0], labels_table(plan_source(snakemake.config), classes, rule))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
