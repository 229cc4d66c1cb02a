"""Images that must stay together, put in an order and dealt to parts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Group:
    """Images that must stay together: one patient's, or one image."""

    name: str
    label: str  # the commonest label of its images
    image_ids: tuple[str, ...]


def shuffled(names: Iterable[str], *seed: object) -> list[str]:
    """Return names in an order that depends on each name and the seed, not on the other names."""
    key = ":".join(map(str, seed))
    return sorted(names, key=lambda name: (hashlib.sha256(f"{key}:{name}".encode()).digest(), name))


def make_groups(table: pd.DataFrame) -> list[Group]:
    """Return the groups of a table: images of one patient, and images without a patient each alone."""
    members: dict[str, list[tuple[str, str]]] = {}
    for image_id, label, patient in table.itertuples(index=False):
        key = f"patient:{patient}" if patient else f"image:{image_id}"
        members.setdefault(key, []).append((image_id, label))
    groups = []
    for key, images in members.items():
        counts = Counter(label for _, label in images)
        label = min(counts, key=lambda name: (-counts[name], name))
        groups.append(Group(key, label, tuple(image_id for image_id, _ in images)))
    return groups


def deal(groups: Sequence[Group], shares: Mapping[str, float]) -> dict[str, list[Group]]:
    """Deal groups, in their order, to parts so that image counts come close to the shares and none is empty.

    The images are laid out on a line of length 1 that the shares cut into pieces; a group goes to the piece in
    which its middle lies. One more image shifts only the groups next to a cut.
    """
    total = sum(len(group.image_ids) for group in groups)
    names = list(shares)
    cuts = np.cumsum([shares[name] for name in names])[:-1]
    parts: dict[str, list[Group]] = {name: [] for name in names}
    before = 0
    for group in groups:
        middle = (before + len(group.image_ids) / 2) / total
        # Rounded, so that a middle on a cut falls to one side on every machine.
        parts[names[int(np.searchsorted(np.round(cuts, 9), round(middle, 9), side="right"))]].append(group)
        before += len(group.image_ids)
    for name in names:
        if not parts[name]:
            rich = max(names, key=lambda n: (len(parts[n]), n))
            smallest = min(parts[rich], key=lambda group: len(group.image_ids))
            parts[rich].remove(smallest)
            parts[name].append(smallest)
    return parts
