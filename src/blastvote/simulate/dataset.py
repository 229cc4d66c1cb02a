"""A simulated data set on disk: images, VIA 2 annotations and labels, as anybody's data would come."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from blastvote.errors import InputError
from blastvote.io import write_csv, write_image, write_json
from blastvote.simulate.ladder import Rung, rungs
from blastvote.simulate.scene import SimulatedImage, draw_patient, simulate_image
from blastvote.simulate.settings import SimulationSettings
from blastvote.simulate.via import merge_via, via_entry

ANNOTATIONS_NAME = "annotations_via.json"
LABELS_NAME = "labels.csv"
IMAGES_FOLDER = "images"
_ID = re.compile(r"(L[123])_(\d{4})(?:_([a-z]+\d*))?")


def image_ids(settings: SimulationSettings) -> list[str]:
    """Return the ids of all images without simulating anything; they count from 1.

    Such as ``L1_0003``, or with `SimulationSettings.light_steps` the scene's id and the light: ``L1_0003_dim2``.
    """
    scenes = [f"{name}_{i:04d}" for name, count in settings.class_counts.items() for i in range(1, count + 1)]
    lights = [f"_{rung.name}" for rung in rungs(settings.light_steps)] if settings.light_steps else [""]
    return [scene + light for scene in scenes for light in lights]


def image_name(image_id: str, settings: SimulationSettings) -> str:
    """Return the file name of an image."""
    return f"{image_id}.{settings.image_format}"


def light_of(image_id: str, settings: SimulationSettings) -> Rung | None:
    """Return the light of an image's id; None where the light of each image is drawn."""
    return _parse(image_id, settings)[2]


def label_of(image_id: str, settings: SimulationSettings) -> str:
    """Return the subtype of an image; it is part of the id.

    Raises
    ------
    InputError
        If the settings have no image of this id.
    """
    return _parse(image_id, settings)[0]


def patient_of(image_id: str, settings: SimulationSettings) -> str:
    """Return the patient of an image: `SimulationSettings.images_per_patient` scenes in a row share one."""
    label, number, _ = _parse(image_id, settings)
    return f"{label}_P{(number - 1) // settings.images_per_patient + 1:03d}"


def labels_frame(settings: SimulationSettings) -> pd.DataFrame:
    """Return the table of `labels.csv`: image_id, label, patient_id; nothing is simulated."""
    rows = [(i, label_of(i, settings), patient_of(i, settings)) for i in image_ids(settings)]
    return pd.DataFrame(rows, columns=["image_id", "label", "patient_id"])


def simulate_id(image_id: str, settings: SimulationSettings) -> SimulatedImage:
    """Simulate the image of an id: it depends on the settings, the seed and the id, on nothing else."""
    label, number, rung = _parse(image_id, settings)
    patient = draw_patient(_generator(settings.seed, "patient", patient_of(image_id, settings)), settings)
    scene = _generator(settings.seed, "image", f"{label}_{number:04d}")  # the same in every light
    return simulate_image(scene, label, settings, patient, rung)


def write_image_files(
    folder: str | os.PathLike[str], settings: SimulationSettings, ids: Iterable[str] | None = None
) -> dict[str, Any]:
    """Simulate a batch of images and write their files.

    Parameters
    ----------
    folder
        Where the images go; made if missing.
    settings
        The simulation.
    ids
        Which of `image_ids`; all if not given. Batches in any order, in any process, give the same bytes.

    Returns
    -------
    dict
        VIA 2 annotations of the batch; join the batches with `merge_via`.

    Raises
    ------
    InputError
        If an id is not one of `image_ids`.
    """
    ids = list(image_ids(settings) if ids is None else ids)
    for image_id in ids:
        _parse(image_id, settings)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return merge_via(_write_one(folder, settings, image_id) for image_id in ids)


def write_dataset(out: str | os.PathLike[str], settings: SimulationSettings) -> None:
    """Write a whole data set: ``images/``, ``annotations_via.json`` and ``labels.csv``.

    Parameters
    ----------
    out
        Folder of the data set; made if missing.
    settings
        The simulation.
    """
    out = Path(out)
    annotations = write_image_files(out / IMAGES_FOLDER, settings)
    write_json(out / ANNOTATIONS_NAME, annotations, indent=None)
    write_csv(out / LABELS_NAME, labels_frame(settings))


def _write_one(folder: Path, settings: SimulationSettings, image_id: str) -> dict[str, Any]:
    picture = simulate_id(image_id, settings)
    path = folder / image_name(image_id, settings)
    write_image(path, picture.image)
    attributes = {"label": picture.label, "patient_id": patient_of(image_id, settings)}
    return via_entry(path.name, path.stat().st_size, picture.masks, picture.class_names, attributes)


def _parse(image_id: str, settings: SimulationSettings) -> tuple[str, int, Rung | None]:
    match = _ID.fullmatch(image_id)
    lights: dict[str | None, Rung | None] = {None: None}
    if settings.light_steps:
        lights = {rung.name: rung for rung in rungs(settings.light_steps)}
    counts = settings.class_counts
    if not match or not 1 <= int(match[2]) <= counts[match[1]] or match[3] not in lights:
        first, *_, last = image_ids(settings)
        raise InputError(
            f"{image_id!r} is not an image of this simulation; expected {first} to {last} "
            f"({', '.join(f'{count} of {name}' for name, count in counts.items())}). Take the ids from "
            "image_ids(settings)."
        )
    return match[1], int(match[2]), lights[match[3]]


def _generator(seed: int, purpose: str, name: str) -> np.random.Generator:
    words = [seed, *f"{purpose}:{name}".encode()]
    return np.random.default_rng(np.random.SeedSequence(words))
