"""`cells.csv` and `votes.csv`: what was found in every image, and what it votes for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from blastvote.errors import InputError
from blastvote.evaluate.scoring.detections import Detections, check_classes, read_detections
from blastvote.vote import VoteRule, make_rule, vote, weigh_images

CELL_COLUMNS = ("image_id", "cell_id", "class", "score", "y1", "x1", "y2", "x2", "area_px")


def cells_table(
    detections: Path | str | Sequence[Mapping[str, Any]] | Detections,
    image_ids: Iterable[str],
    class_names: Sequence[str],
    min_confidence: float,
) -> pd.DataFrame:
    """Return the rows of `cells.csv`: the detected cells of the given images.

    Parameters
    ----------
    detections
        A `detections.json` or its content.
    image_ids
        The images to list, in the wanted order; others in the file are left out, an image without cells has
        no row.
    class_names
        Names of the categories 1..K.
    min_confidence
        Least score, 0 to 1, inclusive.

    Returns
    -------
    DataFrame
        Columns `CELL_COLUMNS`. `cell_id` counts from 1 within an image in falling order of score; boxes are
        (y1, x1, y2, x2), half-open, in pixels; `area_px` is the area of the mask.

    Raises
    ------
    InputError
        For an unreadable file or a category beyond the classes.
    """
    if not isinstance(detections, Detections):
        detections = read_detections(detections)
    check_classes(detections, class_names)
    wanted = list(dict.fromkeys(image_ids))
    index = {name: number for number, name in enumerate(wanted)}
    frame = detections.frame
    frame = frame[(frame["score"] >= min_confidence) & frame["image_id"].isin(wanted)]
    frame = frame.iloc[np.argsort(frame["image_id"].map(index).to_numpy(dtype=np.intp), kind="stable")]
    names = np.array(list(class_names), dtype=object)
    table = pd.DataFrame(
        {
            "image_id": frame["image_id"],
            "cell_id": frame.groupby("image_id", sort=False).cumcount() + 1,
            "class": names[frame["class_index"].to_numpy()],
            "score": frame["score"],
            "y1": frame["y"],
            "x1": frame["x"],
            "y2": frame["y"] + frame["h"],
            "x2": frame["x"] + frame["w"],
            "area_px": frame["area_px"],
        },
        columns=list(CELL_COLUMNS),
    )
    return table.reset_index(drop=True)


def votes_table(
    cells: pd.DataFrame,
    image_ids: Iterable[str],
    labels: Mapping[str, str | None],
    class_names: Sequence[str],
    rule: str | VoteRule | Mapping[str, Any] = "pathologist",
    seen: Collection[str] = (),
) -> pd.DataFrame:
    """Return the rows of `votes.csv`: one for each image, those without cells included.

    Parameters
    ----------
    cells
        As `cells_table` returns it, or read from `cells.csv`.
    image_ids
        All images that should have a vote, in the wanted order.
    labels
        True subtype by image id; an image without one may be left out or None.
    class_names
        The classes; their order settles ties that the rule leaves open.
    rule
        The vote rule (`blastvote.vote.make_rule`).
    seen
        Images of which a copy was trained on, or decided which epoch was kept.

    Returns
    -------
    DataFrame
        image_id, label, n_<class> for each class, vote (missing when undetected), seen_in_training.

    Raises
    ------
    InputError
        For a label or a cell's class that is not one of the classes.
    """
    vote_rule = make_rule(rule, class_names)
    names = list(dict.fromkeys(image_ids))
    index_of = {name: number for number, name in enumerate(names)}
    number_of = cells["image_id"].astype(str).map(index_of)
    cells, images = cells[number_of.notna()], number_of.dropna().to_numpy().astype(np.intp)
    counts = weigh_images(cells, images, len(names), VoteRule("count"), class_names)
    weights = weigh_images(cells, images, len(names), vote_rule, class_names)
    rows = []
    for number, image_id in enumerate(names):
        label = labels.get(image_id)
        label = None if label is None or pd.isna(label) or label == "" else label
        if label is not None and label not in class_names:
            raise InputError(
                f"Image '{image_id}' has the label '{label}'; the classes are {', '.join(class_names)}. Fix "
                "the label in the manifest or add the class to the config."
            )
        row: dict[str, Any] = {"image_id": image_id, "label": label}
        row |= {f"n_{name}": counts[number][name] for name in class_names}
        row |= {"vote": vote(weights[number], vote_rule)}
        rows.append(row | {"seen_in_training": "true" if image_id in seen else "false"})
    columns = ["image_id", "label", *(f"n_{name}" for name in class_names), "vote", "seen_in_training"]
    return pd.DataFrame(rows, columns=columns)


def seen_images(splits: pd.DataFrame, fold: int) -> set[str]:
    """Return the source images of which any copy trained or validated in this fold.

    A validation copy counts as seen: it may have decided which epoch's weights were kept.

    Parameters
    ----------
    splits
        `splits.csv`: image_id, fold, role, flip.
    """
    rows = splits[(splits["fold"] == fold) & splits["role"].isin(["train", "val"])]
    return set(rows["image_id"].astype(str))
