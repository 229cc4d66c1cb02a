"""Find what crosses from training to test: images, patients, look-alikes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pandas as pd
from PIL import Image

from blastvote import io
from blastvote.dataset.augment import FLIPS, flip_image
from blastvote.errors import InputError
from blastvote.wording import listed

HASH_COLUMNS = tuple(f"phash_{flip}" for flip in FLIPS)
"""Columns of the table of hashes: of the image and of its three mirror images."""
HASH_SIDE = 16
MAX_DISTANCE = 40
"""Images are look-alikes when at most this many of the 256 bits of their hashes differ."""
MOST_LISTED = 5
"""So many leaks are named when they stop a run."""
TURNS = ("transposed", "quarter turn right", "quarter turn left", "quarter turn and mirrored")
"""What a flip of `FLIPS` becomes when rows and columns change places after it."""


def perceptual_hashes(image: np.ndarray) -> dict[str, str]:
    """Return the DCT hashes (imagehash.phash, 256 bits) of an image and of its mirror images.

    Parameters
    ----------
    image
        ``uint8`` RGB ``(H, W, 3)``.

    Returns
    -------
    dict
        Hexadecimal text by the names in `HASH_COLUMNS`.
    """
    side = HASH_SIDE * 4
    thumbnail = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    grey = thumbnail.astype(np.float64) @ (0.299, 0.587, 0.114)
    small = np.round(grey).astype(np.uint8)
    return {
        column: str(imagehash.phash(Image.fromarray(flip_image(small, flip)), hash_size=HASH_SIDE))
        for column, flip in zip(HASH_COLUMNS, FLIPS, strict=True)
    }


def _bits(column: Iterable[str]) -> np.ndarray:
    """Return hashes as an array of bits ``(N, 256)``, float32 of -1 and 1."""
    data = np.array([np.frombuffer(bytes.fromhex(text), dtype=np.uint8) for text in column])
    bits = np.unpackbits(data.reshape(len(data), -1), axis=1)
    return bits.astype(np.float32) * 2 - 1


def near_duplicates(
    hashes: pd.DataFrame, max_distance: int = MAX_DISTANCE
) -> list[tuple[str, str, str, int]]:
    """Return pairs of images that look alike, one perhaps mirrored or turned by 90, 180 or 270 degrees.

    The hash of an image whose rows and columns change places is its hash with rows and columns exchanged (the
    DCT is separable and the thumbnail square), so the four stored hashes stand for all eight positions.

    Parameters
    ----------
    hashes
        Columns ``image_id`` and `HASH_COLUMNS`.
    max_distance
        Greatest number of differing bits.

    Returns
    -------
    list of (image_id, image_id, flip, distance)
        Each pair once, the first id the smaller, with the one of `FLIPS` and `TURNS` that fits best; sorted.
    """
    if len(hashes) < 2:
        return []
    table = hashes.sort_values("image_id").reset_index(drop=True)
    ids = list(table["image_id"])
    plain = _bits(table[HASH_COLUMNS[0]])
    flipped = [_bits(table[column]) for column in HASH_COLUMNS]
    least = np.full((len(ids), len(ids)), np.inf, dtype=np.float32)
    best = np.zeros(least.shape, dtype=np.uint8)
    for number, bits in enumerate([*flipped, *(_transposed(bits) for bits in flipped)]):
        distance = (plain.shape[1] - plain @ bits.T) / 2
        best[distance < least] = number
        least = np.minimum(least, distance)
    pairs = np.argwhere(np.triu(least <= max_distance, 1))
    names = (*FLIPS, *TURNS)
    return [(ids[a], ids[b], names[best[a, b]], round(float(least[a, b]))) for a, b in pairs]


def _transposed(bits: np.ndarray) -> np.ndarray:
    """Return the hashes, bits ``(N, 256)``, of the same images with rows and columns exchanged."""
    return bits.reshape(-1, HASH_SIDE, HASH_SIDE).transpose(0, 2, 1).reshape(len(bits), -1)


@dataclass
class LeakageReport:
    """What crosses from training to test.

    Attributes
    ----------
    leaks
        Sentences on what stops the run.
    allowed
        Sentences on what was found but is allowed: by the protocol, or by the configuration.
    protocol
        Name of the protocol.
    """

    protocol: str
    leaks: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def raise_leaks(self) -> None:
        """Raise one InputError that lists the first leaks, a line each, and their number, if there are any."""
        if not self.leaks:
            return
        more = len(self.leaks) - MOST_LISTED
        lines = [*self.leaks[:MOST_LISTED], *([f"and {more} more"] if more > 0 else [])]
        cases = "case" if len(self.leaks) == 1 else "cases"
        raise InputError(
            f"Protocol '{self.protocol}' leaks in {len(self.leaks)} {cases}: " + "\n  ".join(lines)
        )

    def to_markdown(self) -> str:
        """Return the report as Markdown that reads well as plain text."""
        lines = ["# Leakage from training to test", "", f"Protocol: {self.protocol}"]
        for title, items in (("Leaks", self.leaks), ("Found and allowed", self.allowed)):
            lines += ["", f"## {title} ({len(items)})", ""]
            lines += [f"- {item}" for item in items] or ["None."]
        return "\n".join(lines) + "\n"


def check_leakage(
    splits: pd.DataFrame,
    manifest: pd.DataFrame,
    hashes: pd.DataFrame | None,
    protocol: str,
    allow: Iterable[str] = (),
    max_distance: int = MAX_DISTANCE,
) -> LeakageReport:
    """Look for images, patients and look-alikes that appear in more than one role of a fold.

    Parameters
    ----------
    splits
        Columns ``image_id, fold, role, flip``.
    manifest
        Columns ``image_id``, ``patient_id`` and ``sha256``.
    hashes
        Columns ``image_id`` and `HASH_COLUMNS`; None skips the search for look-alikes.
    protocol
        ``paper`` trains on mirror images of test images by design: what it finds is listed as allowed.
    allow
        Any of ``near_duplicates``, ``patients``: found and listed, but not counted as leaks. An image in
        two roles is never allowed in ``holdout`` and ``kfold``.
    max_distance
        See `near_duplicates`.

    Returns
    -------
    LeakageReport
        Call ``raise_leaks`` to stop the run.

    Raises
    ------
    InputError
        If ``allow`` holds an unknown name, or the splits name an image that the manifest does not hold.
    """
    allowed = set(allow)
    if allowed - {"near_duplicates", "patients"}:
        raise InputError(f"Cannot allow {sorted(allowed)}; expected some of 'near_duplicates', 'patients'.")
    unknown = sorted(set(splits["image_id"]) - set(manifest["image_id"]))
    if unknown:
        raise InputError(
            f"The splits name {len(unknown)} images that the manifest does not hold: {listed(unknown)}. "
            "Make the splits again."
        )
    roles = {int(fold): _roles(splits[splits["fold"] == fold]) for fold in sorted(set(splits["fold"]))}
    report = LeakageReport(protocol)
    paper = protocol == "paper"
    images = list(_crossing({i: i for i in manifest["image_id"]}, roles, "image"))
    (report.allowed if paper else report.leaks).extend(images)
    patients = dict(zip(manifest["image_id"], manifest["patient_id"].fillna("").astype(str), strict=True))
    found = list(_crossing({i: p for i, p in patients.items() if p}, roles, "patient"))
    (report.allowed if paper or "patients" in allowed else report.leaks).extend(found)
    alike = list(_alike(manifest, hashes, roles, max_distance))
    (report.allowed if paper or "near_duplicates" in allowed else report.leaks).extend(alike)
    return report


def _roles(part: pd.DataFrame) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for image_id, role in zip(part["image_id"], part["role"], strict=True):
        found.setdefault(image_id, set()).add(role)
    return found


def _crossing(
    group_of: Mapping[str, str], roles: Mapping[int, Mapping[str, set[str]]], what: str
) -> Iterable[str]:
    for fold, by_image in roles.items():
        groups: dict[str, dict[str, list[str]]] = {}
        for image_id, own in sorted(by_image.items()):
            if image_id in group_of:
                for role in own:
                    groups.setdefault(group_of[image_id], {}).setdefault(role, []).append(image_id)
        for name, parts in sorted(groups.items()):
            if len(parts) > 1:
                members = (
                    ""
                    if what == "image"
                    else f" (images {listed(sorted({i for p in parts.values() for i in p}), 4)})"
                )
                cure = (
                    "Make the splits again."
                    if what == "image"
                    else "Split with the patients in the table of labels."
                )
                yield f"fold {fold}: {what} {name!r} is in {_and(parts)}{members}. {cure}"


def _and(roles: Iterable[str]) -> str:
    return " and ".join(role for role in ("train", "val", "test") if role in set(roles))


def _alike(
    manifest: pd.DataFrame,
    hashes: pd.DataFrame | None,
    roles: Mapping[int, Mapping[str, set[str]]],
    max_distance: int,
) -> Iterable[str]:
    found = near_duplicates(hashes, max_distance) if hashes is not None else []
    pairs = {(a, b): f"look alike (distance {d} of {HASH_SIDE**2}, {placing(f)})" for a, b, f, d in found}
    for digest, same in manifest.groupby("sha256"):
        ids = sorted(same["image_id"]) if digest else []
        pairs |= {(a, b): "are the same file" for n, a in enumerate(ids) for b in ids[n + 1 :]}
    for fold, by_image in roles.items():
        for (a, b), how in sorted(pairs.items()):
            here, there = by_image.get(a, set()), by_image.get(b, set())
            if here and there and here | there != here & there:
                yield (
                    f"fold {fold}: {a!r} ({_and(here)}) and {b!r} ({_and(there)}) {how}. Take one out, "
                    "give both one patient_id, or allow it: dataset.near_duplicates: warn."
                )


def placing(flip: str) -> str:
    """Return in words how two look-alikes lie (a name of `FLIPS` or `TURNS`)."""
    if flip in TURNS:
        return f"one turned: {flip}"
    return "upright" if flip == "none" else f"one mirrored: {flip}"


def seen_in_training(splits: pd.DataFrame, fold: int) -> dict[str, bool]:
    """Return, for each test image of a fold, whether it or a flipped copy of it was trained or validated on.

    Parameters
    ----------
    splits
        Columns ``image_id, fold, role, flip``.
    fold
        The fold.
    """
    part = splits[splits["fold"] == fold]
    seen = set(part["image_id"][part["role"] != "test"])
    return {image_id: image_id in seen for image_id in sorted(set(part["image_id"][part["role"] == "test"]))}


def read_hashes(path: str | Path) -> pd.DataFrame:
    """Read a ``hashes.csv``: ``image_id`` and the columns `HASH_COLUMNS`, as text."""
    return io.read_table(path, required=["image_id", *HASH_COLUMNS])
