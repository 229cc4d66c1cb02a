"""Teach the starter's cell check on simulated cells: whether what the detector found is a blast.

    python pretraining/cell_check.py --subtypes results/starter/seed1/subtypes.npz --out results/starter/seed1/check.npz

The network is that of the subtypes with a class more, *no blast*, and begins with its weights. It learns from blasts
of the range ``wide`` and other cells of the ranges ``wide`` and ``look_alikes``, recoloured, blurred and faded as on
photographs.
"""

import argparse
import logging
from pathlib import Path

import cv2
import keras
import numpy as np
from subtypes import SEEDS, imperfect, jitter

from blastvote.io import atomic_path
from blastvote.segmentation.subtype_network import subtype_network
from blastvote.segmentation.subtypes import cut_cell
from blastvote.simulate import (
    CLASS_NAMES,
    REALISM,
    SimulationSettings,
    simulate_healthy,
    simulate_image,
)

LOGGER = logging.getLogger("cell_check")
SEED = 71
"""With `SEEDS`; `subtypes.py` counts its seeds from 1."""
KINDS = [*CLASS_NAMES, *REALISM["look_alikes"].rates]
NO_BLAST = len(CLASS_NAMES)
BLUR_UM = (0.1, 0.5)
"""Standard deviation of the blur of a picture that is out of focus."""
BLASTS, OTHERS, OF_EACH = 8, 6, 2
"""Cells of a batch: of each subtype, of all other kinds together, and of each of these."""


def simulated_cells(images: int) -> tuple[np.ndarray, np.ndarray]:
    """Return crops ``float16 (N, 2, 80, 80, 4)`` of simulated cells, sharp and blurred, and their `KINDS` ``(N,)``."""
    crops, kinds = [], []
    for k in range(images):
        rng = np.random.default_rng([SEEDS, SEED, k])
        pixel_size = float(np.exp(rng.uniform(np.log(0.09), np.log(0.22))))
        side = max(224, round(45 / pixel_size))
        with_blasts = k % 5 < 3
        settings = SimulationSettings(
            width=side, height=side, pixel_size_um=pixel_size, cells=(2, 8), odd_share=0.3, lighting_severity=0.15,
            realism="wide" if with_blasts else "look_alikes",
        )  # fmt: skip
        picture = (
            simulate_image(rng, CLASS_NAMES[k % 3], settings)
            if with_blasts
            else simulate_healthy(rng, settings)
        )
        cells = [(name, picture.masks[..., i]) for i, name in enumerate(picture.class_names)]
        for other in picture.others:
            mask = np.zeros((side, side), bool)
            mask[other.window] = other.mask
            cells.append((other.kind, mask))
        blurred = cv2.GaussianBlur(picture.image, (0, 0), rng.uniform(*BLUR_UM) / pixel_size)
        for kind, mask in cells:
            found = imperfect(rng, mask, pixel_size)
            if found is not None:
                part, box, zoom = found
                both = [cut_cell(image, part, box, pixel_size, zoom) for image in (picture.image, blurred)]
                crops.append(np.stack(both).astype(np.float16))
                kinds.append(KINDS.index(kind))
    return np.array(crops), np.array(kinds)


def worsened(rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
    """Change the gamma of crops, add stray light and noise, each in some; the grey around the cells stays."""
    out = crops.copy()
    for k in range(len(out)):
        colour, cell = out[k, ..., :3], out[k, ..., 3:]
        if rng.random() < 0.4:
            colour = np.clip(colour, 0.02, 1.2) ** rng.uniform(0.5, 1.5)
        if rng.random() < 0.4:
            share = rng.uniform(0, 0.4)
            colour = share + (1 - share) * colour
        if rng.random() < 0.3:
            colour = colour + rng.normal(0, rng.uniform(0, 0.05), colour.shape)
        out[k, ..., :3] = 0.5 + (colour - 0.5) * (cell > 0.5)
    return out


def network_from(subtypes: Path) -> keras.Model:
    """Return the network with the weights of the subtype network; those of the class that it lacks are new."""
    with np.load(subtypes) as file:
        known = [file[name] for name in file.files]
    network = subtype_network(NO_BLAST + 1, SEED)
    arrays = network.get_weights()
    for array, own in zip(arrays, known, strict=True):
        array[..., : own.shape[-1]] = own
    network.set_weights(arrays)
    return network


def main() -> None:
    """Simulate, train, store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subtypes", type=Path, required=True)
    parser.add_argument("--images", type=int, default=1200)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    crops, kinds = simulated_cells(options.images)
    LOGGER.info("%s", dict(zip(KINDS, np.bincount(kinds, minlength=len(KINDS)).tolist(), strict=True)))
    rng = np.random.default_rng(SEED)
    keras.utils.set_random_seed(SEED)
    network = network_from(options.subtypes)
    rate = keras.optimizers.schedules.CosineDecay(1.5e-3, options.steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss)
    classes = np.minimum(kinds, NO_BLAST)
    blasts = [np.flatnonzero(kinds == k) for k in range(NO_BLAST)]
    others = [np.flatnonzero(kinds == k) for k in range(NO_BLAST, len(KINDS))]
    for step in range(1, options.steps + 1):
        rows = np.concatenate(
            [
                *(rng.choice(own, BLASTS) for own in blasts),
                rng.choice(np.concatenate(others), OTHERS),
                *(rng.choice(own, OF_EACH) for own in others),
            ]
        )
        seen = crops[rows, rng.integers(2, size=len(rows))].astype(np.float32)
        value = network.train_on_batch(worsened(rng, jitter(rng, seen)), classes[rows])
        if step % 250 == 0:
            LOGGER.info("step %d: loss %.3f", step, value)
    with atomic_path(options.out) as temporary:
        np.savez(temporary.open("wb"), *network.get_weights())


if __name__ == "__main__":
    main()
