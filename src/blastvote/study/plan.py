"""What a configuration asks for: images, batches, runs. Known when the workflow is parsed, without reading pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.source.collect import Foreseen, precheck
from blastvote.dataset.source.pixel_sizes import stated_sizes
from blastvote.dataset.source.source import Part, Source, open_source
from blastvote.dataset.split.splits import make_splits
from blastvote.errors import InputError
from blastvote.io import file_state, image_size
from blastvote.segmentation.limits import Crowded, require_limits
from blastvote.simulate import (
    ANNOTATIONS_NAME,
    CLASS_NAMES,
    IMAGES_FOLDER,
    LABELS_NAME,
    SimulationSettings,
    image_ids,
    image_name,
    labels_frame,
)
from blastvote.study.configuration.paths import check_data_paths, check_results_apart
from blastvote.vote import make_rule, vote


def plan_source(config: Mapping[str, Any]) -> Source:
    """Return where the images, annotations and labels of a configuration lie; simulated ones need not exist yet.

    Raises
    ------
    InputError
        If local files are missing or ambiguous, or the simulator cannot draw what is asked for.
    """
    dataset = config["dataset"]
    if dataset["source"] == "local":
        source = open_source({**dataset, "annotations": _annotations(dataset)}, config["classes"])
        check_data_paths([*source.images.values(), *source.annotation_inputs, *source.label_inputs])
        return source
    if tuple(config["classes"]) != CLASS_NAMES:
        raise InputError(
            f"Config key 'classes' is {config['classes']}, but the simulator draws {list(CLASS_NAMES)}. Set "
            "'classes' to these, or 'dataset.source' to local."
        )
    settings = simulation_settings(dataset["simulated"])
    folder = Path(config["results"], "simulated")
    images = {name: folder / IMAGES_FOLDER / image_name(name, settings) for name in image_ids(settings)}
    part = Part("simulated", images, (str(folder / ANNOTATIONS_NAME),), str(folder / LABELS_NAME))
    return Source((part,))


def precheck_source(source: Source, config: Mapping[str, Any]) -> Foreseen:
    """Check annotations, classes and labels of local files before any work; photographs are not opened.

    Raises
    ------
    InputError
        Naming file, value, expectation and remedy.
    """
    if config["dataset"]["source"] == "local":
        images = config["dataset"]["images"]
        searched = [images] if isinstance(images, str) else images
        check_results_apart(
            config["results"],
            [*searched, *(entry for part in source.parts for entry in part.annotations)],
            [*source.images.values(), *map(Path, source.annotation_inputs)],
        )
        stated_sizes(source, config["dataset"])
        rule = partial(vote, rule=make_rule(config["vote"]["rule"], config["classes"]))
        foreseen = precheck(source, config["classes"], rule)
    else:
        settings = simulation_settings(config["dataset"]["simulated"])
        foreseen = Foreseen(labels_frame(settings), dict.fromkeys(image_ids(settings), settings.cells[1]))
    if foreseen.cells and not config["model"]["tiles"]:  # the check counts the cells of tiles
        require_limits(config["model"], Crowded.of(foreseen.cells))
    return foreseen


def split_problem(labels: pd.DataFrame | None, config: Mapping[str, Any]) -> str | None:
    """Return why the protocol cannot split these images, such as too few of a class; None if it can."""
    if labels is None:
        return None
    try:
        make_splits(labels, config["protocol"], config["classes"])
    except InputError as error:
        return str(error)
    return None


def simulation_settings(section: Mapping[str, Any]) -> SimulationSettings:
    """Make the simulator's settings of the config section ``dataset.simulated``.

    Raises
    ------
    InputError
        If an option is unknown or out of range.
    """
    values: dict[str, Any] = {key: value for key, value in section.items() if key != "options"}
    values |= section["options"]
    known = SimulationSettings.__dataclass_fields__
    unknown = sorted(set(values) - set(known), key=str)
    if unknown:
        raise InputError(
            f"Config key 'dataset.simulated.options.{unknown[0]}' is not known. Known: {', '.join(known)}."
        )

    def as_tuple(value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    return SimulationSettings(**{k: as_tuple(v) for k, v in values.items()})


def _annotations(dataset: Mapping[str, Any]) -> Any:
    """Return ``dataset.annotations``, or the one .json file beside the images where the key is empty."""
    if dataset["annotations"] or not isinstance(dataset["images"], str):
        return dataset["annotations"]
    folder = Path(dataset["images"])
    if folder.suffix.lower() == ".csv":
        return ""  # a sheet names masks itself
    if not folder.is_dir():
        return ""  # a pattern, or nothing: whoever lists the images will say so
    found = sorted(folder.glob("*.json"))
    if len(found) != 1:
        raise InputError(
            f"Config key 'dataset.annotations' is empty, and {folder} holds {len(found)} .json files to choose from. "
            "Name the annotation file, for example --config 'dataset={annotations: via.json}' (check: --annotations)."
        )
    return str(found[0])


def largest_image(source: Source, config: Mapping[str, Any]) -> int:
    """Return the pixels of the largest photograph, by what its file's header says (the file with the most bytes)."""
    if config["dataset"]["source"] == "simulated":
        return config["dataset"]["simulated"]["width"] * config["dataset"]["simulated"]["height"]
    largest = max(source.images.values(), key=lambda path: file_state(path)[0])
    try:
        width, height = image_size(largest)
    except InputError:  # the check of the data set will say what is wrong with it
        return 0
    return width * height


@dataclass(frozen=True)
class Run:
    """One training and one inference: a method with a seed on a fold."""

    method: str
    seed: int
    fold: int

    @property
    def folder(self) -> str:
        """Return the run's folder below ``results/runs``."""
        return f"{self.method}/seed{self.seed}/fold{self.fold}"


def folds(config: Mapping[str, Any]) -> list[int]:
    """Return the folds of the protocol: 0..K-1 for ``kfold``, else the one fold 0."""
    protocol = config["protocol"]
    return list(range(protocol["folds"])) if protocol["name"] == "kfold" else [0]


def runs(config: Mapping[str, Any]) -> list[Run]:
    """Return every run of the configuration in the order of methods, seeds and folds."""
    return [
        Run(method, seed, fold)
        for method in config["methods"]
        for seed in config["seeds"]
        for fold in folds(config)
    ]


def null_runs(config: Mapping[str, Any]) -> list[Run]:
    """Return the runs of the null arm: the reference under as many other seeds; none where it is not asked for.

    They share the reference's enhanced images. In tables they are the method `null_arm`, and their seeds are those of
    the study in the same order (`null_run_keys`).
    """
    evaluation = config["evaluation"]
    if not evaluation["null_arm"]:
        return []
    return [
        Run(evaluation["reference_method"], seed + max(config["seeds"]) + 1, fold)
        for seed in config["seeds"]
        for fold in folds(config)
    ]


def null_arm(config: Mapping[str, Any]) -> str:
    """Return the name of the null arm in tables, which no method can have; "" without one."""
    evaluation = config["evaluation"]
    return f"{evaluation['reference_method']} again" if evaluation["null_arm"] else ""


def null_run_keys(config: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Return (arm, seed of the study, fold) of each of `null_runs`."""
    name = null_arm(config)
    return [(name, seed, fold) for seed in config["seeds"] for fold in folds(config)] if name else []


def epoch_threshold(config: Mapping[str, Any]) -> float | None:
    """Return the score threshold that decides which epoch of a training is kept; None where none does.

    Matterport's AP after each epoch counts the cells that may vote. Kept is the epoch with the highest, where
    ``training.options.monitor`` says so or names nothing; the lowest loss needs no threshold.
    """
    monitor = config["training"]["options"].get("monitor")
    return config["vote"]["min_confidence"] if monitor in (None, "val_ap50_matterport") else None
