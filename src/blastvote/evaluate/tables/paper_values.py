"""The numbers printed in Revanda, Fatichah and Suciati (2022), as fractions, to stand beside ours.

Methods are keyed by the names of `config/config.yaml`; a method the paper does not have has no entry.
"""

from collections.abc import Mapping

CLASS_NAMES = ("L1", "L2", "L3")

TABLE1_MAP: Mapping[str, float] = {
    "none": 0.8196,
    "he": 0.6059,
    "dhe": 0.7582,
    "clahe": 0.7853,
    "eff": 0.8365,
}
"""Table 1, mAP: Matterport's per-image AP at IoU 0.5, measured on the validation part during training."""

TABLE2: Mapping[str, Mapping[str, float]] = {
    "none": {"accuracy": 0.8007, "precision": 0.7991, "sensitivity": 0.7941},
    "he": {"accuracy": 0.7708, "precision": 0.7788, "sensitivity": 0.7948},
    "dhe": {"accuracy": 0.7409, "precision": 0.7368, "sensitivity": 0.7290},
    "clahe": {"accuracy": 0.7409, "precision": 0.7304, "sensitivity": 0.7110},
    "eff": {"accuracy": 0.8372, "precision": 0.8517, "sensitivity": 0.8161},
}
"""Table 2, in the paper's own convention (undetected images left out of the sensitivity)."""

TABLE3_CONFUSION = ((114, 10, 1), (25, 30, 0), (1, 0, 108))
"""Table 3 (EFF), actual by predicted; it sums to 289 of 301 images."""

TABLE3_UNDETECTED = (3, 8, 1)
"""Images of Table 3 without a vote, by the class sizes 128, 63 and 110 less the rows of the matrix."""
