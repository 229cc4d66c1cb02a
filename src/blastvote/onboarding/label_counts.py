"""How many images have each label under proposed classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from blastvote.dataset.source.collect import labels_table
from blastvote.errors import InputError
from blastvote.onboarding.classes import Classes
from blastvote.study.configuration.load import embedded_config, merged
from blastvote.study.plan import plan_source
from blastvote.vote import make_rule, vote


def label_counts(dataset: Mapping[str, Any], names: list[str]) -> Counter[str]:
    """Return how many images have each label, for a section ``dataset`` and the names of the classes.

    Raises
    ------
    InputError
        If images have no label, or one that is no class.
    """
    own = {"dataset": dict(dataset), "classes": names, "vote": vote_section(names)}
    config = merged(embedded_config(), own)
    rule = partial(vote, rule=make_rule(config["vote"]["rule"], config["classes"]))
    return Counter(labels_table(plan_source(config), config["classes"], rule)["label"])


def with_classes(dataset: Mapping[str, Any], classes: Classes) -> dict[str, Any]:
    """Return the section ``dataset`` with the tables of labels and the aliases of classes."""
    full = dict(dataset)
    if classes.labels:
        full["labels"] = classes.labels[0] if len(classes.labels) == 1 else classes.labels
    if classes.aliases:
        full["class_aliases"] = classes.aliases
    return full


def vote_section(names: list[str]) -> dict[str, Any]:
    """Return the section ``vote``: the pathologists' rule where the classes are its own, else the plurality."""
    try:
        make_rule("pathologist", names)
    except InputError:
        return {"rule": "plurality"}
    return {"rule": "pathologist"}
