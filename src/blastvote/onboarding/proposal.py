"""A study proposed for a folder: each choice with its reason, tried as a dry run would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.onboarding.classes import FEWEST, Classes, as_one, find_classes, require_enough, without
from blastvote.onboarding.folder.choice import chosen
from blastvote.onboarding.folder.outlines import Trial, entries
from blastvote.onboarding.folder.survey import survey
from blastvote.onboarding.label_counts import label_counts, vote_section, with_classes
from blastvote.onboarding.questions import Questions
from blastvote.onboarding.reading import doubts, fitting_reading
from blastvote.onboarding.scale import fitting_model, stated_pixel_size
from blastvote.onboarding.training import fitting_training
from blastvote.study.configuration.config import validate_config
from blastvote.study.configuration.load import SCHEMA, embedded_config, merged
from blastvote.study.configuration.paths import check_data_paths
from blastvote.study.foresee import Seen, check_split, examine_all
from blastvote.study.plan import plan_source
from blastvote.wording import listed


@dataclass
class Proposal:
    """A study.

    Attributes
    ----------
    config
        What differs from the embedded default.
    reasons
        Dotted key to why it is so, for the comments.
    found
        Sentences on what the folder holds.
    tell
        Takes each of these sentences.
    """

    config: dict[str, Any]
    reasons: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    tell: Callable[[str], object] = str

    def say(self, sentence: str) -> None:
        """Keep a sentence on what is found, and tell it: where the study is refused later, it explains why."""
        self.found.append(sentence)
        self.tell(sentence)


def propose(root: Path, questions: Questions, tell: Callable[[str], object] = str) -> Proposal:
    """Propose a study for a folder; `tell` takes each sentence on what is found as soon as it is.

    Raises
    ------
    InputError
        With the true cause, if none can be carried out.
    """
    check_data_paths([root])
    files = survey(root)
    defaults = embedded_config()["dataset"]
    trial, aside = chosen(files, defaults, questions)
    config = {"results": _results_of(root), "dataset": dict(trial.dataset)}
    proposal = Proposal(config, tell=tell)
    _add_outlines(proposal, trial, aside)
    classes = find_classes(trial, files.tables, defaults)
    _leave_out_unlabelled(proposal, classes, trial)
    classes = _frequent(classes, proposal, questions)
    _add_classes(proposal, classes)
    seen = _read_right(proposal, _examined(proposal))
    seen.report.raise_errors()
    require_enough(root, list(seen.collection.images), proposal.config["dataset"])
    _add_size(proposal, seen)
    _add_training(proposal)
    _add_split(proposal, seen, questions)
    _add_patients(proposal, seen)
    for doubt in doubts(seen):
        proposal.say(doubt)
    return proposal


def _results_of(root: Path) -> str:
    """Return where the results go: not below the photographs, whose subfolders may be searched."""
    root = root.resolve()
    results = Path("results", root.name)
    return str(root.with_name(f"{root.name}_results") if results.resolve().is_relative_to(root) else results)


def _add_outlines(proposal: Proposal, trial: Trial, aside: list[str]) -> None:
    dataset = proposal.config["dataset"]
    images, annotations = (listed(entries(dataset[key])) for key in ("images", "annotations"))
    cells = f"{trial.cells} cells in {trial.outlined} of them, outlined in {annotations}"
    for sentence in (f"{trial.images} photographs in {images}", cells, *aside):
        proposal.say(sentence)
    modes = {
        "components": "one value in several pieces: each piece is a cell",
        "semantic": "a few values in several pieces: each value is a class, each piece a cell",
        "binary": "the values of a mask make up one cell (such as nucleus and cytoplasm)",
    }
    if "masks" in dataset:
        proposal.reasons["dataset.masks"] = modes[dataset["masks"]]
    if "mask_colours" in dataset:
        proposal.reasons["dataset.mask_colours"] = "each colour is taken for a class: give them better names"
    if "class_attribute" in dataset:
        proposal.reasons["dataset.class_attribute"] = (
            "the labels are all alike; this attribute of the cells differs"
        )
    if "unlabelled" in dataset:
        proposal.say("photographs without a mask image are left out")
    if "crowds" in dataset:
        why = "all objects are crowds (iscrowd: 1), as CVAT writes brush masks: each is taken for a cell"
        proposal.reasons["dataset.crowds"] = why
        proposal.say(why)


def _leave_out_unlabelled(proposal: Proposal, classes: Classes, trial: Trial) -> None:
    """Leave out photographs that have neither cells nor a label: nobody has annotated them yet."""
    if trial.outlined == trial.images:
        return
    left: dict[str, int] = {}
    for way in ("stop", "leave_out"):
        dataset = {**with_classes(proposal.config["dataset"], classes), "unlabelled": way}
        try:
            left[way] = sum(label_counts(dataset, classes.names).values())
        except InputError:
            continue
    if "leave_out" in left and "stop" not in left:
        proposal.config["dataset"]["unlabelled"] = "leave_out"
        why = (
            f"{trial.images - left['leave_out']} photographs have neither cells nor a label and are left out"
        )
        proposal.reasons["dataset.unlabelled"] = why
        proposal.say(why)


def _frequent(classes: Classes, proposal: Proposal, questions: Questions) -> Classes:
    """Return the classes without those of which there are too few images to train, validate and test.

    Where at most one would be left, all cells become one class.
    """
    if len(classes.names) < 2:
        return classes
    try:
        labels = label_counts(with_classes(proposal.config["dataset"], classes), classes.names)
    except InputError:
        return classes  # the examination that follows says why
    rare = {name: labels[name] for name in classes.names if labels[name] < FEWEST}
    if not rare:
        return classes
    rare_names = listed(f"{name} ({count} images)" for name, count in rare.items())
    if len(classes.names) - len(rare) < 2:
        why = f"too few images to tell classes apart, so all cells are of one: {rare_names}"
        return as_one(classes, why) if questions.agree(f"Take all for one class? {why}") else classes
    why = f"too few images to train, validate and test, left out: {rare_names}"
    return without(classes, rare, why) if questions.agree(f"Leave out {rare_names}?") else classes


def _add_classes(proposal: Proposal, classes: Classes) -> None:
    proposal.config |= {
        "dataset": with_classes(proposal.config["dataset"], classes),
        "classes": classes.names,
        "vote": vote_section(classes.names),
    }
    for note in classes.notes:
        proposal.say(note)
    if len(classes.names) == 1:
        proposal.reasons["classes"] = (
            "one class: the study compares how well cells are found; every image votes alike"
        )
    if classes.aliases:
        proposal.reasons["dataset.class_aliases"] = "names in the files -> names here ('' leaves out)"
    if proposal.config["vote"]["rule"] == "plurality":
        proposal.reasons["vote.rule"] = "the pathologists' rule is one for L1, L2 and L3"


def _whole(proposal: Proposal) -> dict[str, Any]:
    return validate_config(merged(embedded_config(), proposal.config), SCHEMA)


def _examined(proposal: Proposal) -> Seen:
    config = _whole(proposal)
    # Sizes are compared with the network once they are proposed.
    return examine_all(plan_source(config), config, fit=False)


def _read_right(proposal: Proposal, seen: Seen) -> Seen:
    """Propose how pixels are read, and return what is seen then."""
    changes = fitting_reading(seen)
    for key, (value, why) in changes.items():
        proposal.config["dataset"][key] = value
        proposal.reasons[f"dataset.{key}"] = why
        proposal.say(why)
    return _examined(proposal) if changes else seen


def _add_size(proposal: Proposal, seen: Seen) -> None:
    proposal.config["model"], reasons = fitting_model(seen.facts, embedded_config()["model"])
    proposal.reasons |= {f"model.{key}": reason for key, reason in reasons.items()}
    size = stated_pixel_size(seen.collection.images.values())
    if size is not None:
        proposal.config["dataset"]["pixel_size_um"] = size
        proposal.reasons["dataset.pixel_size_um"] = "micrometres, by the tags of the files"
        proposal.say(f"a pixel is {size:.4g} micrometres wide, say the files' tags")


def _add_training(proposal: Proposal) -> None:
    proposal.config["training"], reasons = fitting_training(embedded_config()["training"])
    proposal.reasons |= {f"training.{key}": reason for key, reason in reasons.items()}


def _add_split(proposal: Proposal, seen: Seen, questions: Questions) -> None:
    """Propose what is done with photographs that look alike; raise InputError where the protocol cannot split."""
    try:
        check_split(seen, _whole(proposal))
        return
    except InputError as error:
        failure = error
    proposal.config["dataset"]["near_duplicates"] = "warn"
    check_split(seen, _whole(proposal))  # other causes stand
    if not questions.agree(f"{failure}\nGo on, and only warn of look-alikes?"):
        raise failure
    why = "photographs that look alike cross from training to test, so results may be inflated"
    proposal.reasons["dataset.near_duplicates"] = why
    proposal.say(f"{why}: name their patients in a table, or take copies out")


def _add_patients(proposal: Proposal, seen: Seen) -> None:
    patients = set(seen.collection.labels["patient_id"]) - {""}
    if patients:
        proposal.say(f"{len(patients)} patients, which never cross from training to test")
    else:
        proposal.reasons["dataset.labels"] = (
            "no patients are known, so images of one patient may train and test; a table with image_id,patient_id tells"
        )
