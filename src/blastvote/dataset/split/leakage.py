"""Find what crosses from training to test: images, patients, look-alikes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from blastvote.dataset.split.perceptual_hash import HASH_SIDE, MAX_DISTANCE, near_duplicates, placing
from blastvote.errors import InputError
from blastvote.wording import listed

MOST_LISTED = 5
"""So many leaks are named when they stop a run."""


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
        first, *others = lines
        raise InputError(f"Protocol '{self.protocol}' leaks in {len(self.leaks)} {cases}: {first}", others)

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
                remedy = (
                    "Make the splits again."
                    if what == "image"
                    else "Split with the patients in the table of labels."
                )
                yield f"fold {fold}: {what} {name!r} is in {_and(parts)}{members}. {remedy}"


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
