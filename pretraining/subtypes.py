"""Teach the starter's subtype network on simulated cells (see `blastvote.segmentation.subtypes`).

    python pretraining/subtypes.py --seed 1 --out results/starter/seed1/subtypes.npz

Cells of all subtypes have the same range of blue (realism ``wide``) and every crop gets colours of its own, so that
vacuoles make L3, not the stain.
"""

import argparse
import logging
from pathlib import Path

import cv2
import keras
import numpy as np

from blastvote.io import atomic_path
from blastvote.segmentation.subtype_network import subtype_network
from blastvote.segmentation.subtypes import CROP, cut_cell
from blastvote.simulate import CLASS_NAMES, SimulationSettings, simulate_image

LOGGER = logging.getLogger("subtypes")
SEEDS = 5200
"""No other part of the project simulates with these."""


def simulated_cells(seed: int, images: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return crops ``float32 (N, 80, 80, 4)`` of simulated lymphoblasts and their classes ``int (N,)``."""
    crops, classes = [], []
    for k in range(first, first + images):
        rng = np.random.default_rng([SEEDS, seed, k])
        pixel_size = float(np.exp(rng.uniform(np.log(0.09), np.log(0.22))))
        side = max(224, round(45 / pixel_size))
        settings = SimulationSettings(
            width=side, height=side, pixel_size_um=pixel_size, cells=(2, 8), odd_share=0.3, lighting_severity=0.15,
            realism="wide",
        )  # fmt: skip
        picture = simulate_image(rng, CLASS_NAMES[k % 3], settings)
        for i, name in enumerate(picture.class_names):
            found = imperfect(rng, picture.masks[..., i], pixel_size)
            if found is not None:
                mask, box, zoom = found
                crops.append(cut_cell(picture.image, mask, box, pixel_size, zoom))
                classes.append(CLASS_NAMES.index(name))
    return np.array(crops), np.array(classes)


def imperfect(
    rng: np.random.Generator, mask: np.ndarray, pixel_size: float
) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Return mask, box and zoom of a cell as a network finds it: smoothed, too large or too small; None for slivers."""
    ys, xs = np.nonzero(mask)
    if len(ys) * pixel_size**2 < 25:
        return None
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.4 / pixel_size)
    mask = soft > rng.uniform(0.25, 0.75)
    ys, xs = np.nonzero(mask)
    if not len(ys):
        return None
    box = np.array([ys.min(), xs.min(), ys.max() + 1, xs.max() + 1])
    zoom = float(np.exp(rng.normal(0, 0.08)))
    return mask[box[0] : box[2], box[1] : box[3]], box, zoom


def jitter(rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
    """Turn, flip and recolour crops; the grey around the cells stays."""
    out = crops.copy()
    for k in range(len(out)):
        crop = np.rot90(out[k], int(rng.integers(4)))
        out[k] = crop[:, ::-1] if rng.random() < 0.5 else crop
    colour, cell = out[..., :3], out[..., 3:]
    n = len(out)
    power = np.exp(rng.normal(0, 0.25, (n, 1, 1, 3)) + rng.normal(0, 0.2, (n, 1, 1, 1)))
    changed = np.clip(colour, 0.02, 1.1) ** power.astype(np.float32)
    grey = changed.mean(3, keepdims=True)
    changed = grey + (changed - grey) * rng.uniform(0.5, 1.3, (n, 1, 1, 1)).astype(np.float32)
    out[..., :3] = 0.5 + (changed - 0.5) * (cell > 0.5)
    return out


def main() -> None:
    """Simulate, train, store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--images", type=int, default=2400)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    crops, classes = simulated_cells(options.seed, options.images)
    unseen, truth = simulated_cells(options.seed, 240, first=options.images)
    LOGGER.info("%d cells of %d pixels, %s of each class", len(crops), CROP, np.bincount(classes))
    rng = np.random.default_rng(options.seed)
    keras.utils.set_random_seed(options.seed)
    network = subtype_network(len(CLASS_NAMES), options.seed)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, options.steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss)
    of_class = [np.flatnonzero(classes == c) for c in range(len(CLASS_NAMES))]
    for step in range(1, options.steps + 1):
        rows = np.concatenate([rng.choice(own, 16) for own in of_class])
        value = network.train_on_batch(jitter(rng, crops[rows]), classes[rows])
        if step % 250 == 0:
            found = network.predict(unseen, batch_size=128, verbose=0).argmax(1)
            right = [float((found[truth == c] == c).mean()) for c in range(len(CLASS_NAMES))]
            l3 = float(((found == 2) == (truth == 2)).mean())
            LOGGER.info("step %d: loss %.3f, right %s, L3 or not %.3f", step, value, np.round(right, 3), l3)
    with atomic_path(options.out) as temporary:
        np.savez(temporary.open("wb"), *network.get_weights())


if __name__ == "__main__":
    main()
