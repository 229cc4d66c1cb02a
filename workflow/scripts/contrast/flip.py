"""Write the flipped copies that the splits ask for, of one method and one batch."""

from pathlib import Path

from blastvote.dataset.augment import flip_image, sample_id
from blastvote.dataset.split.splits import read_splits
from blastvote.io import read_own_image, write_image
from blastvote.logs import run_script


def main(snakemake) -> None:
    """A copy that several folds use is written once."""
    folder = Path(snakemake.output[0])
    folder.mkdir(parents=True)
    splits = read_splits(snakemake.input.splits)
    wanted = splits[splits["flip"] != "none"].drop_duplicates(["image_id", "flip"])
    paths = dict(zip(snakemake.params.image_ids, snakemake.input.images, strict=True))
    for image_id, flip in zip(wanted["image_id"], wanted["flip"], strict=True):
        if image_id in paths:
            image = flip_image(read_own_image(paths[image_id]), flip)
            write_image(folder / f"{sample_id(image_id, flip)}.png", image)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
