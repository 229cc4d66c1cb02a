"""Flip the instance masks of every image of which the splits ask a flipped copy."""

from blastvote.dataset.coco import flip_record, read_coco, write_coco
from blastvote.dataset.split.splits import read_splits
from blastvote.logs import run_script


def main(snakemake) -> None:
    """The masks are flipped as arrays, exactly as the images are."""
    annotations = read_coco(snakemake.input.annotations)
    splits = read_splits(snakemake.input.splits)
    copies = splits.loc[splits["flip"] != "none", ["image_id", "flip"]].drop_duplicates()
    annotated = copies[copies["image_id"].isin(annotations.image_ids)]
    records = [flip_record(annotations, *row) for row in annotated.itertuples(index=False)]
    write_coco(snakemake.output[0], records, snakemake.params.classes)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
