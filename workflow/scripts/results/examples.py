"""Show example photographs with their true cells, and one image under every method."""

from pathlib import Path

from blastvote.dataset.coco import read_coco
from blastvote.dataset.manifest import read_manifest
from blastvote.figures.pictures.examples import choose_examples, examples_figure, grid_figure
from blastvote.figures.style import save_figure
from blastvote.io import ReadSettings, read_image, read_own_image
from blastvote.logs import run_script


def main(snakemake) -> None:
    """The examples are the first annotated images of each class."""
    params, data = snakemake.params, snakemake.input
    manifest = read_manifest(data.manifest)
    truth = read_coco(data.annotations)
    chosen = choose_examples(manifest, params.number)
    photographs = {row.image_id: Path(row.path) for row in manifest.itertuples()}
    enhanced = {(path.parent.name, path.stem): path for path in map(Path, data.images)}
    images = {method: read_own_image(enhanced[method, chosen[0]]) for method in params.methods}
    reading = ReadSettings.from_config(params.reading)
    pairs = ((read_image(photographs[image_id], reading), truth[image_id]) for image_id in chosen)
    folder = Path(snakemake.output[0]).parent
    save_figure(examples_figure(pairs, params.classes), folder / "examples")
    save_figure(grid_figure(images, truth[chosen[0]]), folder / "method_grid")


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
