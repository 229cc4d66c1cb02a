"""Run by training/test_network.py in a process of its own, because determinism is a setting of the process.

    python resume_script.py FOLDER EPOCHS STOP_AT_STEP

Trains a tiny Mask R-CNN; stops hard in the middle of the second epoch where the third argument is not 0.
"""

import logging
import sys
from pathlib import Path

from mrcnn.training import configure_runtime

configure_runtime(threads=2, seed=1, deterministic=True)

from tiny import TINY, tiny_sample  # noqa: E402 - after the runtime is configured

from mrcnn import MaskRCNN, TrainingConfig, train  # noqa: E402

logging.basicConfig(level=logging.INFO)
folder, epochs, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
samples = [tiny_sample(k, cells=k % 3) for k in range(4)]  # two of them have no or one cell
settings = TrainingConfig(
    epochs=epochs,
    steps_per_epoch=2,
    learning_rate=0.01,
    ema_decay=0.9,
    augment={"flips": True, "brightness": 0.1},
)


def crash(progress):
    if stop and progress.epoch == 2 and progress.step == stop:
        sys.exit(3)


train(MaskRCNN(TINY, seed=4), samples, samples[:2], settings, folder, progress=crash)
