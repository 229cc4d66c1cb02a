"""A weight file of a tiny network with a description, as `blastvote predict` takes it; for tests of several rooms."""

import dataclasses
from pathlib import Path
from typing import Any

from seeded_weights import set_seeded_weights
from tiny import TINY

from mrcnn import MaskRCNN


def write_described_weights(path: Path, **changed: Any) -> Path:
    """Write a seeded network of classes a and b to `path` and return it; `changed` are fields of its configuration."""
    config = dataclasses.replace(TINY, **changed)
    network = MaskRCNN(config)
    set_seeded_weights(network)
    about = {
        "classes": ["a", "b"],
        "network": dataclasses.asdict(config),
        "contrast": {"function": "none", "params": {}},
        "pixel_size_um": 0.2,
        "min_score": 0.2,
        "vote": "plurality",
    }
    network.save_weights(path, metadata=about)
    return path
