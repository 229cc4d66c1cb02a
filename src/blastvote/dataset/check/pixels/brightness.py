"""What is unusual about how a data set's files hold their pixels: turned, or with bits that are not used."""

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
_LEVELS = (255, 1023, 4095, 16383)
"""Brightest values of 8, 10, 12 and 14 bits, as cameras have them."""


def pixel_findings(
    facts: Sequence[ImageFacts], images: Mapping[str, Path], settings: ReadSettings
) -> list[Finding]:
    """Return one finding each on turned photographs, 16 bits that are hardly used, and values beyond white.

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
        *_bright(facts, images, settings),
    ]


def is_dark(brightest: int | None, settings: ReadSettings) -> bool:
    """Return whether a photograph of this brightest value comes out dark; one of 8 bits (None) never does."""
    return brightest is not None and brightest < DARK_SHARE * settings.white_level


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
    shown = listed(f"{name}: {value}" for name, value in dark.items())
    text = (
        f"{len(dark)} of {len(deep)} 16-bit photographs use few of their values and come out dark: brightest "
        f"{max(dark.values())} of {level} ({shown}). {remedy}."
    )
    return [Finding("dark", text)]


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
