"""What is unusual about how a data set's files hold their pixels: turned, or with values that are not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blastvote.dataset.check.findings import Finding
from blastvote.io import ReadSettings
from blastvote.io.orientation import UPRIGHT
from blastvote.wording import listed

if TYPE_CHECKING:
    from blastvote.dataset.check.measure import ImageFacts

DARK_SHARE = 0.25
"""A 16-bit photograph whose brightest value is below this part of the white level is warned of."""
NARROW_SHARE = 1 / 3
"""One is warned of, too, whose values fill less than this part and begin far above 0: it comes out grey."""
_LEVELS = (255, 1023, 4095, 16383)
"""Brightest values of 8, 10, 12 and 14 bits, as cameras have them."""


def pixel_findings(
    facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings
) -> list[Finding]:
    """Return one finding each on turned photographs, 16 bits that come out dark or grey, and values beyond white.

    Parameters
    ----------
    facts
        Of all images.
    images
        Image id to path.
    settings
        How the pixels were read.
    """
    return [
        *_turned(facts, images, settings),
        *_dark(facts, images, settings),
        *_narrow(facts, images, settings),
        *_bright(facts, images, settings),
    ]


def is_dark(brightest: int | None, settings: ReadSettings) -> bool:
    """Return whether a photograph of this brightest value comes out dark; one of 8 bits (None) never does."""
    return brightest is not None and brightest < DARK_SHARE * settings.white_level


def is_narrow(darkest: int | None, brightest: int | None, settings: ReadSettings) -> bool:
    """Return whether a photograph of these values comes out grey; one of 8 bits (None) never does."""
    return (
        _is_lifted(darkest, brightest)
        and not is_dark(brightest, settings)
        and (brightest or 0) - (darkest or 0) < NARROW_SHARE * settings.white_level
    )


def _is_lifted(darkest: int | None, brightest: int | None) -> bool:
    """Return whether the values begin far above 0; those of one colour do not."""
    return darkest is not None and brightest is not None and DARK_SHARE * brightest < darkest < brightest


def black_level_remedy(darkest: int, brightest: int) -> str:
    """Return what to do with photographs whose black is not 0."""
    return f"If {darkest} is black, save them as 8 bit with {darkest} as 0 and {brightest} as 255"


def fitting_level(brightest: Sequence[int], settings: ReadSettings) -> int | None:
    """Return the least white level of a camera that holds all brightest values; None where no photograph is dark."""
    if not any(is_dark(value, settings) for value in brightest):
        return None
    return next((known for known in _LEVELS if max(brightest) <= known < settings.white_level), None)


def _turned(facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings) -> list[Finding]:
    turned = [f"{images[f.image_id].name} ({f.orientation})" for f in facts if f.orientation != UPRIGHT]
    if not turned:
        return []
    done = "applied to" if settings.exif == "apply" else "ignored (dataset.exif) in"
    text = f"EXIF orientations were {done} {len(turned)} of {len(facts)} photographs: {listed(turned)}."
    return [Finding("exif", text)]


def _deep(facts: Sequence[ImageFacts], images: Mapping[str, Path]) -> dict[str, int]:
    """Return the brightest value of each 16-bit photograph."""
    return {images[fact.image_id].name: fact.brightest for fact in facts if fact.brightest is not None}


def _dark(facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings) -> list[Finding]:
    level, deep = settings.white_level, _deep(facts, images)
    dark = {name: value for name, value in deep.items() if is_dark(value, settings)}
    if not dark:
        return []
    fitting = fitting_level(list(deep.values()), settings)
    remedy = "Expose them alike, or save them as 8 bit"
    if fitting is not None:
        remedy = (
            f"If they hold {fitting.bit_length()} bits, set dataset.white_level to {fitting} "
            f"(--white-level {fitting})"
        )
    lifted = [f for f in facts if is_dark(f.brightest, settings) and _is_lifted(f.darkest, f.brightest)]
    if lifted:
        remedy += f". {black_level_remedy(*_range(lifted))}"
    shown = listed(f"{name}: {value}" for name, value in dark.items())
    text = (
        f"{len(dark)} of {len(deep)} 16-bit photographs use few of their values and come out dark: brightest "
        f"{max(dark.values())} of {level} ({shown}). {remedy}."
    )
    return [Finding("dark", text)]


def _narrow(facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings) -> list[Finding]:
    narrow = [fact for fact in facts if is_narrow(fact.darkest, fact.brightest, settings)]
    if not narrow:
        return []
    shown = listed(f"{images[f.image_id].name}: {f.darkest} to {f.brightest}" for f in narrow)
    text = (
        f"{len(narrow)} of {len(_deep(facts, images))} 16-bit photographs use few of the values from 0 to "
        f"{settings.white_level} and come out grey ({shown}). {black_level_remedy(*_range(narrow))}."
    )
    return [Finding("narrow", text)]


def _range(facts: Sequence[ImageFacts]) -> tuple[int, int]:
    """Return the darkest and the brightest value of some 16-bit photographs."""
    return min(fact.darkest or 0 for fact in facts), max(fact.brightest or 0 for fact in facts)


def _bright(facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings) -> list[Finding]:
    level = settings.white_level
    bright = [f"{name}: {value}" for name, value in _deep(facts, images).items() if value > level]
    if not bright:
        return []
    text = (
        f"{len(bright)} 16-bit photographs are brighter than dataset.white_level {level} and were cut off there "
        f"({listed(bright)}). Set it to 65535 if they use all 16 bits."
    )
    return [Finding("above_white", text)]
