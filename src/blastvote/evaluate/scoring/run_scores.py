"""The scores of one run, and the file they are kept in."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.errors import InputError
from blastvote.io import atomic_path

VERSION = 2
ARRAYS = ("mask_flags", "box_flags", "true_counts", "pairs", "quality", "boundaries")


@dataclass(frozen=True)
class RunScores:
    """The scores of one run.

    Attributes
    ----------
    class_names : tuple of str
    min_confidence : float
        From which score on a detection counts for Matterport's AP, the matching statistics and the cell
        confusion. COCO AP uses all stored detections.
    images : DataFrame
        One row an evaluated sample: sample_id, image_id (its source), role (val/test), seen, annotated,
        n_true, ap_matterport, ap_matterport_range (NaN when not annotated, or when there is nothing to find
        and nothing was found) and the columns of `matching.COUNTS`.
    detections : DataFrame
        One row a detection of those images: image (row in `images`), class_index, score, area_px, matched
        (whether Matterport's matching at IoU 0.5 gave it a true cell).
    mask_flags, box_flags : ndarray, (D, 10) uint8
        COCO's verdict on each detection at the ten IoUs (`coco.TRUE`, `FALSE`, `IGNORED`).
    true_counts : ndarray, (N, K) int64
        Cells to be found, by image and class.
    pairs : ndarray, (P, 3) int64
        (image, actual, predicted) of every true cell and every false detection; K is background.
    quality : ndarray, (N, K, 5, 4) float64
    boundaries : ndarray, (N, 3) float64
        Of each image, see `quality.ImageQuality`: counts by class and IoU, and sums of boundary distances in pixels.
    """

    class_names: tuple[str, ...]
    min_confidence: float
    images: pd.DataFrame
    detections: pd.DataFrame
    mask_flags: NDArray[np.uint8]
    box_flags: NDArray[np.uint8]
    true_counts: NDArray[np.int64]
    pairs: NDArray[np.int64]
    quality: NDArray[np.float64]
    boundaries: NDArray[np.float64]

    def save(self, path: Path | str) -> None:
        """Write all of it to one `.npz`; the same scores give the same bytes."""
        arrays: dict[str, Any] = {
            "version": np.array(VERSION),
            "class_names": np.array(self.class_names, dtype=str),
            "min_confidence": np.array(self.min_confidence),
            **{name: getattr(self, name) for name in ARRAYS},
        }
        for prefix, frame in (("images", self.images), ("detections", self.detections)):
            for column in frame.columns:
                values = frame[column].to_numpy()
                text = values.dtype.kind not in "bifu"
                arrays[f"{prefix}.{column}"] = values.astype(str) if text else values
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        with atomic_path(path) as temporary:
            Path(temporary).write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, path: Path | str) -> "RunScores":
        """Read what `save` wrote; InputError when the file is missing or from another version."""
        try:
            stored = np.load(path, allow_pickle=False)
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such scores file. Score the run first.") from None
        with stored:
            if int(stored["version"]) != VERSION:
                raise InputError(
                    f"{path} was written by another version of blastvote. Score the run again (snakemake "
                    "--forcerun score)."
                )
            frames: dict[str, dict[str, Any]] = {"images": {}, "detections": {}}
            for key in stored.files:
                prefix, _, column = key.partition(".")
                if column:
                    values = stored[key]
                    frames[prefix][column] = values.astype(object) if values.dtype.kind == "U" else values
            return cls(
                class_names=tuple(str(name) for name in stored["class_names"]),
                min_confidence=float(stored["min_confidence"]),
                images=pd.DataFrame(frames["images"]),
                detections=pd.DataFrame(frames["detections"]),
                **{name: stored[name] for name in ARRAYS},
            )
