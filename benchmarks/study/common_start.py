"""Train the weights that all trainings of a study start from: on every method's training images in equal parts.

    python benchmarks/study/common_start.py config/examples/wbc.yaml config/studies/wbc.yaml --steps 300

The network starts from the shipped `smears` without their heads and sees the training images (and flipped copies) of
every method alike, so that none is favoured; no validation or test image is read. Written is the file that
`model.weights` names. The study's trainings then adapt it, heads included, to one method each in few steps.
"""

import argparse
import dataclasses
import logging
import shutil
from pathlib import Path

from trainings import merged, prepare

from blastvote.dataset.coco import read_coco
from blastvote.segmentation.limits import read_limits
from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.settings import training_config
from blastvote.segmentation.training.samples import ImageFiles, Samples
from mrcnn import Sample, train

SEED = 1000


def samples(config: dict, results: Path) -> list[Sample]:
    """Return the training samples of all methods, one method after the other."""
    annotations = tuple(results / f"data/{name}.json" for name in ("annotations", "annotations_flipped"))
    truth, found = read_coco(*annotations), []
    for method in config["methods"]:
        files = ImageFiles(results / f"enhanced/{method}", sorted((results / f"flipped/{method}").glob("*")))
        rows = RunData(results / "data/splits.csv", 0, files).rows("train")
        for sample in Samples(files, truth, config["classes"]).whole(rows):
            found.append(dataclasses.replace(sample, image_id=f"{method}/{sample.image_id}"))
    return found


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("configs", nargs="+", help="config files of the study, later ones win")
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    config = merged(options.configs)
    target, results = Path(config["model"]["weights"]), Path(config["results"])
    folder = results / "common_start"
    folder.mkdir(parents=True, exist_ok=True)
    shipped = folder / "shipped.yaml"  # the workflow does not begin where the first weights are missing
    shipped.write_text("model: {weights: smears}\n", encoding="utf-8")
    prepare(config, [*options.configs, str(shipped)])
    network = read_limits(results / "data/limits.csv", config["model"]) | {"weights": "smears"}
    training = config["training"] | {"epochs": 1, "steps_per_epoch": options.steps}
    settings = NetworkSettings(config["classes"], network, training, 1, SEED)
    model = untrained_network(settings, first_weights(settings))
    train(
        model,
        samples(config, results),
        [],
        training_config(training, SEED, 1),
        folder,
        progress=lambda done: (
            done.step % 10 or logging.info("step %d, loss %.3f", done.step, done.losses["loss"])
        ),
    )
    shutil.copyfile(folder / "last.weights.h5", target)


if __name__ == "__main__":
    main()
