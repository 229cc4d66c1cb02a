"""All runs of one study side by side, folds pooled, ready for tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.errors import InputError
from blastvote.evaluate.scoring.run_scores import RunScores
from blastvote.io import own_file

SPLITS = ("val", "test", "unseen")
SUBSETS = ("test", "unseen")


@dataclass(frozen=True)
class RunResult:
    """One run: its scores and the votes of its test images."""

    method: str
    seed: int
    fold: int
    scores: RunScores
    votes: pd.DataFrame


@dataclass(frozen=True)
class Study:
    """The runs of a study.

    Attributes
    ----------
    class_names : tuple of str
    methods : tuple of str
        In the order of the config, which is the order of every table.
    seeds : tuple of int
    null_arm : str
        What the reference method is called where it was trained again under other seeds; "" without it.
    runs : dict
        (method, seed) to its runs, one for each fold, in the order of the folds.
    patients : dict
        Image id to patient; an image without a known patient is left out.
    labels : dict
        Image id to label, where known: the strata of the bootstrap.
    pixel_sizes : dict
        Image id to the side of a pixel in micrometres, where known.
    """

    class_names: tuple[str, ...]
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    null_arm: str
    runs: Mapping[tuple[str, int], tuple[RunResult, ...]]
    patients: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    pixel_sizes: Mapping[str, float] = field(default_factory=dict)

    @property
    def arms(self) -> tuple[str, ...]:
        """All that was trained: the methods, and the null arm where there is one."""
        return (*self.methods, self.null_arm) if self.null_arm else self.methods

    @property
    def keys(self) -> list[tuple[str, int]]:
        """Every arm with every seed."""
        return [(arm, seed) for arm in self.arms for seed in self.seeds]

    def unit_of(self, image_ids: Iterable[str]) -> list[str]:
        """Return what each image is drawn with: its patient, or itself where no patient is known."""
        return [
            f"patient {self.patients[name]}" if name in self.patients else f"image {name}"
            for name in image_ids
        ]


@dataclass(frozen=True)
class PooledVotes:
    """The votes of one method and seed, test images of all folds together.

    Attributes
    ----------
    image_ids : list of str
    actual, voted : ndarray, (N,) int64
        Class indices; -1 in `voted` is undetected. Images without a label are left out.
    seen : ndarray, (N,) bool
    """

    image_ids: list[str]
    actual: NDArray[np.int64]
    voted: NDArray[np.int64]
    seen: NDArray[np.bool_]

    def subset(self, kept: NDArray[np.bool_]) -> "PooledVotes":
        """Return the images where `kept` (N,) is true."""
        names = [name for name, wanted in zip(self.image_ids, kept, strict=True) if wanted]
        return PooledVotes(names, self.actual[kept], self.voted[kept], self.seen[kept])


def load_study(
    runs: Iterable[tuple[str, int, int, Path | str, Path | str]],
    class_names: Sequence[str],
    manifest: pd.DataFrame | None = None,
    null_arm: str = "",
) -> Study:
    """Read the runs of a study.

    Parameters
    ----------
    runs
        (method, seed, fold, scores file of `RunScores.save`, votes.csv) of every run, methods in the order
        in which tables should list them.
    class_names
        The classes of the config.
    manifest
        `manifest.csv` with image_id and patient_id, and pixel_size_um where pixel sizes are known; unknown when left
        out or empty.
    null_arm
        The method among the runs that is the reference trained again; it has no rows in the tables of scores.

    Raises
    ------
    InputError
        When there is no run, a (method, seed) lacks a fold that another has, or a file does not fit the
        classes.
    """
    results = []
    for method, seed, fold, scores, votes in runs:
        with own_file(scores):
            loaded = RunScores.load(scores)
        results.append(RunResult(method, int(seed), int(fold), loaded, read_votes(votes)))
    return make_study(results, class_names, manifest, null_arm)


def make_study(
    results: Sequence[RunResult],
    class_names: Sequence[str],
    manifest: pd.DataFrame | None = None,
    null_arm: str = "",
) -> Study:
    """Put runs that are already in memory side by side (see `load_study`)."""
    if not results:
        raise InputError("There is no run to evaluate. Train and infer at least one method.")
    grouped: dict[tuple[str, int], list[RunResult]] = {}
    for result in results:
        if result.scores.class_names != tuple(class_names):
            raise InputError(
                f"The scores of {result.method}, seed {result.seed}, fold {result.fold} are for the classes "
                f"{', '.join(result.scores.class_names)}; the config has {', '.join(class_names)}. "
                "Score it again."
            )
        grouped.setdefault((result.method, result.seed), []).append(result)
    methods = tuple(dict.fromkeys(result.method for result in results))
    seeds = tuple(sorted({result.seed for result in results}))
    folds = sorted({result.fold for result in results})
    for method in methods:
        for seed in seeds:
            there = sorted(result.fold for result in grouped.get((method, seed), []))
            if there != folds:
                raise InputError(
                    f"Method '{method}' with seed {seed} has the folds {there}; expected {folds}, as the "
                    "other runs have. Run what is missing: comparisons need the same images everywhere."
                )
    ordered = {key: tuple(sorted(entry, key=lambda result: result.fold)) for key, entry in grouped.items()}
    return Study(
        tuple(class_names),
        tuple(method for method in methods if method != null_arm),
        seeds,
        null_arm if null_arm in methods else "",
        ordered,
        _known(manifest, "patient_id"),
        _labels(results, manifest),
        {name: float(um) for name, um in _known(manifest, "pixel_size_um").items()},
    )


def read_votes(path: Path | str) -> pd.DataFrame:
    """Read `votes.csv`; an empty label or vote becomes ""."""
    try:
        with own_file(path):
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such votes file. Let the run vote first.") from None
    missing = [name for name in ("image_id", "label", "vote", "seen_in_training") if name not in frame]
    if missing:
        raise InputError(
            f"{path} has no column '{missing[0]}'; expected a votes.csv. Let the run vote again."
        )
    return frame


def pooled_votes(study: Study, method: str, seed: int, subset: str = "test") -> PooledVotes:
    """Return the labelled test images of all folds by image id; `unseen` leaves the seen ones out."""
    frames = [run.votes for run in study.runs[method, seed]]
    votes = pd.concat(frames, ignore_index=True).fillna("")
    votes = votes[votes["label"] != ""].sort_values("image_id", kind="stable")
    seen = votes["seen_in_training"].astype(str).str.lower() == "true"
    if subset == "unseen":
        votes, seen = votes[~seen], seen[~seen]
    index = {name: number for number, name in enumerate(study.class_names)} | {"": -1}
    for column in ("label", "vote"):
        unknown = votes[~votes[column].isin(index)]
        if len(unknown):
            raise InputError(
                f"The votes of {method}, seed {seed} hold the {column} '{unknown[column].iloc[0]}' (image "
                f"'{unknown['image_id'].iloc[0]}'); the classes are {', '.join(study.class_names)}."
            )
    return PooledVotes(
        votes["image_id"].astype(str).tolist(),
        np.array([index[name] for name in votes["label"]], dtype=np.int64),
        np.array([index[name] for name in votes["vote"]], dtype=np.int64),
        seen.to_numpy(dtype=bool),
    )


def same_images(found: Mapping[tuple[str, int], Sequence[str]]) -> None:
    """Raise InputError unless all runs evaluated the same images in the same order."""
    (first, expected), *others = found.items()
    for key, images in others:
        if list(images) != list(expected):
            odd = sorted(set(images) ^ set(expected))[:3]
            raise InputError(
                f"{key[0]} (seed {key[1]}) and {first[0]} (seed {first[1]}) were evaluated on different "
                f"images{', for example ' + ', '.join(odd) if odd else ''}. Run both on the same splits."
            )


def _known(manifest: pd.DataFrame | None, column: str) -> dict[str, str]:
    """Return image id to the column's value, where there is one."""
    if manifest is None or column not in manifest:
        return {}
    known = manifest[manifest[column].notna() & (manifest[column].astype(str) != "")]
    return dict(zip(known["image_id"].astype(str), known[column].astype(str), strict=True))


def _labels(results: Sequence[RunResult], manifest: pd.DataFrame | None) -> dict[str, str]:
    labels = _known(manifest, "label")
    for result in results:
        labels |= _known(result.votes, "label")
    return labels
