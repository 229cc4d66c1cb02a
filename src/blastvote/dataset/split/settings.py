"""The protocol and its numbers, as the config section ``protocol`` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blastvote.dataset.augment import FLIPS
from blastvote.errors import InputError

PROTOCOLS = ("paper", "holdout", "kfold")


@dataclass(frozen=True)
class SplitSettings:
    """The protocol and its numbers; field names are those of the config section ``protocol``.

    Attributes
    ----------
    name
        ``paper``, ``holdout`` or ``kfold``.
    seed
        Decides who is drawn.
    test_fraction
        ``holdout``: part of all images that tests.
    val_fraction
        ``holdout``, ``kfold``: part of all images that validates.
    folds
        ``kfold``: number of folds.
    images_per_class
        ``paper``: images of a class whose flipped copies are trained on.
    train_fraction
        ``paper``: part of the flipped copies that trains; the rest validates.
    flips
        Flipped copies: in ``holdout`` and ``kfold`` each training image gets all of them beside itself, in
        ``paper`` each chosen image gets one, in turn.
    """

    name: str
    seed: int
    test_fraction: float
    val_fraction: float
    folds: int
    images_per_class: int
    train_fraction: float
    flips: tuple[str, ...]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SplitSettings:
        """Make settings of the config section ``protocol``, which names every key."""
        flips = config["flips"]
        return cls(**{**config, "flips": tuple([flips] if isinstance(flips, str) else flips)})

    def validate(self) -> None:
        """Raise InputError for a number out of range or an unknown name."""
        if self.name not in PROTOCOLS:
            raise InputError(f"protocol.name is {self.name!r}; expected one of {', '.join(PROTOCOLS)}.")
        for flip in self.flips:
            if flip not in FLIPS:
                raise InputError(f"protocol.flips holds {flip!r}; expected some of {', '.join(FLIPS[1:])}.")
        for key in ("test_fraction", "val_fraction", "train_fraction"):
            if not 0 < getattr(self, key) < 1:
                raise InputError(
                    f"protocol.{key} is {getattr(self, key)}; expected a number between 0 and 1."
                )
        if self.name == "holdout" and self.test_fraction + self.val_fraction >= 1:
            raise InputError(
                "protocol.test_fraction + protocol.val_fraction is "
                f"{self.test_fraction + self.val_fraction:g}: nothing is left to train on. Make their sum "
                "less than 1."
            )
        if self.name == "kfold" and self.folds < 2:
            raise InputError(f"protocol.folds is {self.folds}; expected 2 or more.")
        if self.name == "paper" and not self.copies:
            raise InputError(
                "protocol.flips is empty, but protocol 'paper' trains on flipped copies. Name a flip."
            )

    @property
    def copies(self) -> tuple[str, ...]:
        """Return the flips that make a copy, without ``none``, in the order of `FLIPS`."""
        return tuple(flip for flip in FLIPS[1:] if flip in self.flips)
