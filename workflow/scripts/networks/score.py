"""Score a run's cells, list those that may vote, and let the cells of every test image vote for its class."""

import pandas as pd

from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.cells import cells_table, seen_images, votes_table
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.evaluate.scoring.run import score_run
from blastvote.io import read_table, write_csv
from blastvote.logs import run_script
from blastvote.study.configuration.external import has_validation


def main(snakemake) -> None:
    """Match found and true cells, so that the tables never touch a mask again; one vote per test image."""
    data, params, fold = snakemake.input, snakemake.params, int(snakemake.wildcards.fold)
    splits = read_splits(data.splits)
    truth = [data.annotations, data.flipped_annotations]
    detections = read_detections(data.detections)
    scored = splits
    if data.external and not has_validation(data.external):
        # Another tool's detections, and none on any validation image: it was not asked about them.
        scored = splits[splits["role"] != "val"]
    scores = score_run(detections, truth, scored, fold, params.classes, params.min_confidence)
    scores.save(snakemake.output.scores)
    test = sorted(splits.loc[(splits["fold"] == fold) & (splits["role"] == "test"), "image_id"])
    cells = cells_table(detections, test, params.classes, params.min_confidence)
    write_csv(snakemake.output.cells, cells)
    # The vote counts what the table says, so that anybody gets the same votes from the table.
    cells = pd.read_csv(snakemake.output.cells, dtype={"image_id": str}, keep_default_na=False)
    labels = read_table(data.labels).set_index("image_id")["label"].to_dict()
    votes = votes_table(cells, test, labels, params.classes, params.rule, seen_images(splits, fold))
    write_csv(snakemake.output.votes, votes)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
