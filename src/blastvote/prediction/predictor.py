"""One photograph in, cells and vote out: what `blastvote predict` does for each image, for use from Python."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from blastvote.contrast import enhance
from blastvote.prediction.cell_check import checked
from blastvote.prediction.light import normalised
from blastvote.scale.enlargement import enlargement
from blastvote.scale.pixel_size import estimate_pixel_size
from blastvote.segmentation.objects import Cell, ObjectDetector
from blastvote.segmentation.runtimes.opening import open_networks
from blastvote.segmentation.subtypes import crop_probabilities, cut_cells
from blastvote.segmentation.weights.model_file import TrainedModel, read_model
from blastvote.vote import VoteRule, vote, vote_many

DRAWS = 400


@dataclass(frozen=True)
class Prediction:
    """What was found in a photograph.

    Attributes
    ----------
    cells
        By falling score; boxes and masks in the photograph's pixels.
    classes
        The class of each cell: the likeliest.
    vote
        The image's subtype; None when it has no cell.
    confidence
        Probability of that vote if the cells' probabilities are right; NaN without cells.
    """

    cells: tuple[Cell, ...]
    classes: tuple[str, ...]
    vote: str | None
    confidence: float


class Predictor:
    """Finds the lymphoblasts of photographs of any size, and lets them vote.

    Parameters
    ----------
    model
        A model, or what `blastvote.segmentation.weights.model_file.read_model` reads.
    min_score
        From which score on a cell counts; None takes the model's.
    threads
        Of the networks.
    precision
        ``float32`` or ``bfloat16``; None takes the model's.
    runtime
        ``tensorflow`` or ``onnx``, see `blastvote.segmentation.runtimes.opening.open_networks`.

    Examples
    --------
    >>> from blastvote.io import read_image  # doctest: +SKIP
    >>> predictor = Predictor("starter")  # doctest: +SKIP
    >>> found = predictor(read_image("smear.jpg"), pixel_size_um=0.07)  # doctest: +SKIP
    >>> found.vote, [cell.box for cell in found.cells]  # doctest: +SKIP
    """

    def __init__(
        self,
        model: TrainedModel | str | Path = "starter",
        min_score: float | None = None,
        threads: int = 2,
        precision: str | None = None,
        runtime: str = "tensorflow",
    ) -> None:
        if not isinstance(model, TrainedModel):
            model = read_model(model, min_score, precision)
        self.model = model
        networks = open_networks(model, runtime, threads)
        self.detector = ObjectDetector(networks.detect, model.network.image_shape[0])
        self.subtype_logits = networks.subtype_logits
        self.check_logits = networks.check_logits

    def __call__(self, image: np.ndarray, pixel_size_um: float | None = None) -> Prediction:
        """Find the cells of a photograph.

        Parameters
        ----------
        image
            ``uint8 (H, W, 3)``, RGB.
        pixel_size_um
            Its pixel size; None estimates it from the red cells where the network has one.

        Raises
        ------
        InputError
            If the pixel size is needed, not given, and too few red cells tell it; or if it is far too large.
        """
        model = self.model
        if model.pixel_size_um is not None and pixel_size_um is None:
            pixel_size_um = estimate_pixel_size(image).um
        scale = self._scale(image, pixel_size_um)
        seen = image
        if model.description.get("white_balance"):
            seen = normalised(image, pixel_size_um)
        seen = enhance(seen, model.contrast["function"], **model.contrast["params"])
        cells = self.detector.detect(seen, scale)
        if pixel_size_um is not None:
            cells = self._seen_alone(cells, seen, pixel_size_um)
        return elect(cells, model.classes, model.vote)

    def _seen_alone(self, cells: list[Cell], image: np.ndarray, pixel_size_um: float) -> list[Cell]:
        """Return the cells that pass the cell check, with their subtypes, by the networks that the model has."""
        if self.subtype_logits is None and self.check_logits is None:
            return cells
        crops = cut_cells(image, cells, pixel_size_um)
        if self.check_logits is not None and cells:
            no_blast = crop_probabilities(self.check_logits, crops)[:, -1]
            cells, kept = checked(cells, no_blast, self.model.network.detection_min_confidence)
            crops = crops[kept]
        if self.subtype_logits is not None:
            chances = crop_probabilities(self.subtype_logits, crops, self.model.temperature)
            cells = [replace(cell, probabilities=p) for cell, p in zip(cells, chances, strict=True)]
        return cells

    def _scale(self, image: np.ndarray, pixel_size_um: float | None) -> float:
        """Return by what an image is resized, as in the network's training: to its pixel size, whole, or not at all."""
        trained, side = self.model.pixel_size_um, max(image.shape[:2])
        if trained is None or pixel_size_um is None:
            return 1.0 if self.model.description.get("tiles") else self.detector.side / side
        return enlargement(pixel_size_um, trained, side)


def elect(cells: Sequence[Cell], class_names: Sequence[str], rule: VoteRule) -> Prediction:
    """Give each cell its likeliest class and let the cells vote.

    The confidence is the share of draws with the same vote when each cell is a blast with the probability of its score,
    and of a class with its class probabilities.
    """
    if not cells:
        return Prediction((), (), None, float("nan"))
    chances = np.array([cell.probabilities for cell in cells])
    index = chances.argmax(1)
    weights = np.array([_weight(cell, rule) for cell in cells])
    counts = {name: float(weights[index == k].sum()) for k, name in enumerate(class_names)}
    winner = vote(counts, rule)
    rng = np.random.default_rng(zlib.crc32(np.round(chances, 3).tobytes()))
    drawn = (rng.random((DRAWS, len(cells), 1)) > np.cumsum(chances, 1)[:, :-1]).sum(2)
    real = rng.random((DRAWS, len(cells))) < [min(cell.score, 1.0) for cell in cells]
    sums = np.stack([((drawn == k) & real) @ weights for k in range(len(class_names))], 1)
    votes = vote_many(sums, rule, class_names)
    same = float(np.mean(votes == list(class_names).index(winner))) if winner is not None else float("nan")
    return Prediction(tuple(cells), tuple(class_names[k] for k in index), winner, same)


def _weight(cell: Cell, rule: VoteRule) -> float:
    if rule.weight == "score":
        return round(cell.score, 6)
    return float(cell.mask.sum()) if rule.weight == "area" else 1.0
