"""Show single images: under every method, and their found cells beside the true ones."""

from pathlib import Path

import pandas as pd

from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.evaluate.detections import read_detections
from blastvote.figures.examples import choose_examples, examples_figure, grid_figure, overlay_figure
from blastvote.figures.style import save_figure
from blastvote.logs import run_script


def main(snakemake) -> None:
    """The examples are the first test images of each class: no result decides what is shown."""
    params, data = snakemake.params, snakemake.input
    manifest = read_manifest(data.manifest)
    splits = pd.read_csv(data.splits, dtype={"image_id": str})
    truth = read_coco(data.annotations)
    detections = dict(zip(params.methods, map(read_detections, map(Path, data.detections)), strict=True))
    chosen = choose_examples(manifest, splits, params.fold, params.number)
    enhanced = {(path.parent.name, path.name): path for path in map(Path, data.images)}
    folder = Path(snakemake.output.overlays)
    folder.mkdir(parents=True)
    for number, image_id in enumerate(chosen):
        files = {method: enhanced[method, f"{image_id}.png"] for method in params.methods}
        figure = overlay_figure(image_id, files, detections, truth, params.classes, params.min_confidence)
        save_figure(figure, folder / image_id)
        if number == 0:
            save_figure(grid_figure(image_id, files, truth), Path(snakemake.output.grid[0]).with_suffix(""))
    photographs = {row.image_id: Path(row.path) for row in manifest.itertuples()}
    sheet = examples_figure(chosen, photographs, truth, params.classes)
    save_figure(sheet, Path(snakemake.output.examples[0]).with_suffix(""))


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
