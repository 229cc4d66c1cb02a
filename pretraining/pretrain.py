"""Make the weights that ship with the repository: a small network pretrained on simulated smears.

    python pretraining/pretrain.py --out src/blastvote/weights/smears_resnet18_half.weights.h5

The paper starts from COCO weights, which are large and made for large networks. The demo's small network starts from
these instead. They come from simulated smears of their own seed, which no study uses; every image passes one
contrast method drawn at random from the five, so that none of them is favoured. A study whose classes are L1, L2 and L3
loads the heads too; one of other classes learns them from its own training images.
"""

import argparse
import logging
from pathlib import Path

import h5py
import numpy as np
import yaml

from blastvote.contrast import enhance
from blastvote.segmentation.settings import network_config
from blastvote.simulate import SimulationSettings, image_ids, simulate_id
from mrcnn import MaskRCNN, Sample, TrainingConfig, configure_runtime, train

LOGGER = logging.getLogger("pretrain")
CLASSES = ("L1", "L2", "L3")
METHODS = ("none", "he", "dhe", "clahe", "eff")
SEED = 20260
PIXEL_SIZES_UM = (0.14, 0.16, 0.18)
SEEDS = tuple(SEED + number for number in range(len(PIXEL_SIZES_UM)))
"""Simulated smears of these seeds belong to these weights; no study uses them."""


def samples(per_class: int, model: dict) -> list[Sample]:
    """Simulate images of several magnifications, each under one method drawn at random."""
    made = []
    for seed, pixel_size in zip(SEEDS, PIXEL_SIZES_UM, strict=True):
        settings = SimulationSettings(
            width=model["image_size"],
            height=model["image_size"],
            pixel_size_um=pixel_size,
            images_per_class=per_class // len(SEEDS),
            images_per_patient=1,
            seed=seed,
        )
        draw = np.random.default_rng(seed)
        for image_id in image_ids(settings):
            picture = simulate_id(image_id, settings)
            ids = np.array([1 + CLASSES.index(name) for name in picture.class_names], np.int32)
            image = enhance(picture.image, METHODS[draw.integers(len(METHODS))])
            made.append(Sample(f"{pixel_size}-{image_id}", image, picture.masks, ids))
    return made


def halve(path: Path) -> None:
    """Store the weights as float16, compressed: half the size, and no difference after a step of training."""
    with h5py.File(path) as file:
        arrays: dict[str, np.ndarray] = {}
        file.visititems(
            lambda n, item: arrays.update({n: item[()]}) if isinstance(item, h5py.Dataset) else None
        )
        attributes = {name: dict(file[name].attrs) for name in file}
        top = dict(file.attrs)
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            fits = np.abs(array).max(initial=0) < np.finfo(np.float16).max  # some variances are larger
            kind = np.float16 if fits else np.float32
            file.create_dataset(name, data=array.astype(kind), compression="gzip", shuffle=True)
        for name, values in attributes.items():
            file[name].attrs.update(values)
        file.attrs.update(top)


def main() -> None:
    """Simulate, train, halve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--state", type=Path, default=Path("results/pretraining"), help="checkpoints, to resume"
    )
    parser.add_argument("--per-class", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    configure_runtime(options.threads, SEED)
    root = Path(__file__).resolve().parent.parent
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    settings = network_config(config["model"], config["training"], CLASSES, train_bn=True, bn_momentum=0.95)
    network = MaskRCNN(settings, seed=SEED)
    training = TrainingConfig(
        epochs=options.epochs,
        steps_per_epoch=100,
        batch_size=2,
        learning_rate=0.02,
        warmup_steps=100,
        schedule="cosine",
        seed=SEED,
        threads=options.threads,
        augment={"flips": True, "rotations": True},
    )
    data = samples(options.per_class, config["model"])
    LOGGER.info("%d images", len(data))
    train(network, data[30:], data[:30], training, options.state)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    network.save_weights(options.out, format="matterport")
    halve(options.out)
    LOGGER.info("%s: %.1f MB", options.out, options.out.stat().st_size / 1e6)


if __name__ == "__main__":
    main()
