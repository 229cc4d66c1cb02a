"""The reading of a folder that its owner means."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.onboarding.folder.attributes import with_attribute
from blastvote.onboarding.folder.mask_mode import is_masks, mask_mode
from blastvote.onboarding.folder.outlines import (
    Trial,
    cause,
    coloured,
    entries,
    mended,
    read_as,
    tightened,
    trials,
)
from blastvote.onboarding.folder.survey import Survey
from blastvote.onboarding.questions import Questions
from blastvote.wording import listed


def chosen(files: Survey, defaults: Mapping[str, Any], questions: Questions) -> tuple[Trial, list[str]]:
    """Return the reading that the user means, and what was left aside: the best, or one of those as good."""
    tried = trials(files, defaults)
    if tried and not tried[0].cells:
        again = [*coloured(tried, defaults), *mended(tried, defaults)]
        tried = sorted([*again, *tried], key=lambda trial: -trial.cells)
    if not tried or not tried[0].cells:
        raise InputError(cause(files, tried))
    aside = [
        f"{path} is a workbook and was not read: save its sheet as CSV if it holds labels or patients"
        for path in files.workbooks
    ]
    alike: dict[str, Trial] = {}
    for trial in tried:
        if trial.outlined == tried[0].outlined and not any(_holds(trial, other) for other in alike.values()):
            alike.setdefault(listed(entries(trial.dataset["annotations"])), trial)
    best = tried[0]
    if len(alike) > 1:
        options = [f"{place} ({trial.cells} cells)" for place, trial in alike.items()]
        answer = questions.choose("Which are the annotations?", options)
        best = list(alike.values())[answer]
        others = [option for number, option in enumerate(options) if number != answer]
        aside.append(f"{listed(others)} outline as many photographs and were not taken")
    best = tightened(best, defaults)
    best = with_attribute(best, defaults)
    if is_masks(best.annotations.values()) and not {"mask_colours", "masks"} & best.dataset.keys():
        mode = mask_mode(best.annotations)
        if mode != "label_map":
            best = read_as({**best.dataset, "masks": mode}, defaults)
    if best.crowds == best.cells:
        best = Trial({**best.dataset, "crowds": "cells"}, best.annotations, best.images)
    return best, aside


def _holds(trial: Trial, other: Trial) -> bool:
    """Return whether a reading names the folder of another's annotations, and finds the same number of cells."""
    folders, inner = (
        [Path(entry) for entry in entries(reading.dataset["annotations"])] for reading in (trial, other)
    )
    return trial.cells == other.cells and all(set(folders) & set(path.parents) for path in inner)
