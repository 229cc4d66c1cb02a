"""Flip the instance masks of every image of which the splits ask a flipped copy."""

from blastvote.dataset.coco import read_coco, write_coco
from blastvote.dataset.split.splits import read_splits
from blastvote.logs import run_script


def main(snakemake) -> None:
    """The masks are flipped as arrays, exactly as the images are."""
    truth = read_coco(snakemake.input.annotations)
    splits = read_splits(snakemake.input.splits)
    copies = splits.loc[splits["flip"] != "none", ["image_id", "flip"]].drop_duplicates()
    annotated = copies[copies["image_id"].isin(list(truth))]
    images = [truth[image_id].flipped(flip) for image_id, flip in annotated.itertuples(index=False)]
    write_coco(snakemake.output[0], images, snakemake.params.classes)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
