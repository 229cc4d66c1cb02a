"""Show the cells that each method's network found in example test images, beside the true cells."""

from pathlib import Path

from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.dataset.split.splits import read_splits
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.figures.pictures.examples import choose_examples, overlay_figure
from blastvote.figures.style import save_figure
from blastvote.io import read_own_image
from blastvote.logs import run_script


def main(snakemake) -> None:
    """The examples are the first test images of each class: no result decides what is shown."""
    params, data = snakemake.params, snakemake.input
    splits = read_splits(data.splits)
    test = splits.loc[(splits["fold"] == params.fold) & (splits["role"] == "test"), "image_id"]
    truth = read_coco(data.annotations)
    detections = dict(zip(params.methods, map(read_detections, map(Path, data.detections)), strict=True))
    enhanced = {(path.parent.name, path.stem): path for path in map(Path, data.images)}
    folder = Path(snakemake.output[0])
    folder.mkdir(parents=True)
    for image_id in choose_examples(read_manifest(data.manifest), params.number, among=test):
        images = {method: read_own_image(enhanced[method, image_id]) for method in params.methods}
        figure = overlay_figure(images, detections, truth[image_id], params.classes, params.min_confidence)
        save_figure(figure, folder / image_id)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
