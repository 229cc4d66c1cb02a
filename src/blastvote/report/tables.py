"""Tables 1 to 3 as the page shows them: heads that can be read, percent, the paper's values as a quiet line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from blastvote.evaluate.statistics.metrics.classification import CONVENTIONS
from blastvote.evaluate.tables import paper_values
from blastvote.evaluate.tables.markdown import percent, without_equal
from blastvote.report.answer import method_name
from blastvote.report.shown_table import Column, ShownTable, TableCell

METHOD = Column("Method", "The contrast method that every image was enhanced with before training and test.")
MAP = Column(
    "mAP",
    "The paper's mean average precision: for each image, how well the cells found agree with the true ones (masks, "
    "IoU of 0.5 or more), averaged over images.",
)
AP50 = Column("AP50", "COCO's average precision at IoU 0.5, over all images together.")
AP75 = Column("AP75", "COCO's average precision at IoU 0.75: outlines must fit better.")
AP = Column("AP", "COCO's average precision, mean over IoU 0.50 to 0.95.")
CELL_F1 = Column(
    "F1 of cells",
    "Harmonic mean of the shares of cells found and of detections that are right; masks, IoU 0.5.",
)
PQ = Column(
    "PQ", "Panoptic quality: F1 times the mean IoU of the matched cells, mean over classes; IoU 0.5 or more."
)
IMAGES = Column("Images", "Test images that are annotated.")
CELLS = Column("Cells", "True cells in these images.")
ACCURACY = Column(
    "Accuracy", "Share of the images whose vote is their true subtype. An undetected image is wrong."
)
PRECISION = Column(
    "Precision", "Of the images voted for a class, the share that is of it; mean over classes."
)
SENSITIVITY = Column("Sensitivity", "Of the images of a class, the share voted for it; mean over classes.")
F1 = Column("F1", "Harmonic mean of precision and sensitivity; mean over classes.")
MCC = Column("MCC", "Matthews correlation of votes and true classes: 0 is chance, 1 is perfect.")
UNDETECTED = Column("Undetected", "Images without any cell above the threshold: they have no vote.")

SUBSETS = {
    "test": "Test images",
    "unseen": "Unseen test images (no copy was trained on)",
    "val": "Validation images",
}
ALL_UNSEEN = " No copy of any of them was trained on."
CONVENTION_WORDS = {
    "paper": "undetected images are left out of the sensitivity, as in the paper",
    "strict": "undetected images count as missed",
}


def table1(table: pd.DataFrame, quality: pd.DataFrame) -> list[ShownTable]:
    """Return Table 1 (``table1_map.csv``), one table a split: the test images first, the others folded.

    F1 and panoptic quality at IoU 0.5 (``detection_quality.csv``) stand beside.
    """
    classes = [name.removeprefix("ap_") for name in table.columns if name.startswith("ap_")]
    columns = [
        METHOD,
        MAP,
        AP50,
        AP75,
        AP,
        CELL_F1,
        PQ,
        *(_class_ap(name) for name in classes),
        IMAGES,
        CELLS,
    ]
    at_half = quality[quality["iou"] == 0.5].pivot(index=["method", "split"], columns="metric", values="mean")
    table = table.merge(
        at_half.reindex(columns=["f1", "pq"]).reset_index(), on=["method", "split"], how="left"
    )
    table, notes = without_equal(table, "split", "test")
    shown = []
    for split in [name for name in SUBSETS if (table["split"] == name).any()]:
        rows = table[table["split"] == split]
        best = {name: rows[name].max() for name in ("ap50_matterport", "ap50", "ap75", "ap", "f1", "pq")}
        cells = [
            [
                TableCell(method_name(row["method"])),
                _share(
                    row,
                    "ap50_matterport",
                    best,
                    _interval(row["ci_low"], row["ci_high"]),
                    _paper(row["paper"]),
                ),
                *(_share(row, name, best) for name in ("ap50", "ap75", "ap", "f1", "pq")),
                *(_share(row, f"ap_{name}", {}) for name in classes),
                *(_count(row[name]) for name in ("n_images", "n_cells")),
            ]
            for _, row in rows.iterrows()
        ]
        caption = f"{SUBSETS[split]}, percent." + (ALL_UNSEEN if notes and split == "test" else "")
        shown.append(ShownTable("table1_map", SUBSETS[split], caption, columns, cells, open=split == "test"))
    return shown


def table2(table: pd.DataFrame) -> list[ShownTable]:
    """Return Table 2 (``table2_classification.csv``), one table a subset and convention: strict on test first."""
    # Long because each head has its sentence here, where the columns are chosen.
    columns = [
        METHOD,
        ACCURACY,
        PRECISION,
        SENSITIVITY,
        F1,
        MCC,
        UNDETECTED,
        Column("Images", "Images of this row."),
    ]
    metrics = ("accuracy", "precision", "sensitivity")
    table, notes = without_equal(table, "subset", "test")
    shown: list[ShownTable] = []
    for subset in [name for name in SUBSETS if (table["subset"] == name).any()]:
        for convention in sorted(CONVENTIONS, reverse=True):
            rows = table[(table["subset"] == subset) & (table["convention"] == convention)]
            if rows.empty:
                continue
            best = {name: rows[name].max() for name in (*metrics, "f1")}
            cells = [
                [
                    TableCell(method_name(row["method"])),
                    *(
                        _share(
                            row,
                            name,
                            best,
                            _interval(row[f"{name}_ci_low"], row[f"{name}_ci_high"]),
                            _paper(row[f"paper_{name}"]),
                        )
                        for name in metrics
                    ),
                    _share(row, "f1", best),
                    TableCell("" if pd.isna(row["mcc"]) else f"{row['mcc']:.2f}", value=_value(row["mcc"])),
                    *(_count(row[name]) for name in ("n_undetected", "n_images")),
                ]
                for _, row in rows.iterrows()
            ]
            first = not shown
            caption = f"{SUBSETS[subset]}, percent; {CONVENTION_WORDS[convention]}."
            caption += ALL_UNSEEN if notes and first else ""
            shown.append(
                ShownTable(
                    "table2_classification",
                    f"{SUBSETS[subset]}, {CONVENTION_WORDS[convention]}",
                    caption,
                    columns,
                    cells,
                    first,
                )
            )
    return shown


def table3(
    tables: Mapping[str, pd.DataFrame], methods: Sequence[str], confusion_method: str
) -> list[ShownTable]:
    """Return Table 3 of every method (``table3_confusion_{method}.csv``), that of `confusion_method` first."""
    ordered = sorted(methods, key=lambda method: method != confusion_method)
    return [
        _confusion(tables[f"table3_confusion_{method}"], method, method == confusion_method)
        for method in ordered
    ]


def _confusion(table: pd.DataFrame, method: str, first: bool) -> ShownTable:
    heads = [str(name) for name in table.columns[1:]]
    tips = {
        "FN": "Images of this class that were voted for another: the sum of the row beside the diagonal.",
        "undetected": "Images of this class without any cell above the threshold.",
    }
    columns = [
        Column("Actual", "The true class of the images; FP sums the column beside the diagonal."),
        *(Column(name, tips.get(name, f"Images whose cells voted for {name}.")) for name in heads),
    ]
    with_paper = method == "eff" and tuple(heads[:-2]) == paper_values.CLASS_NAMES
    rows = []
    for place, (_, row) in enumerate(table.iterrows()):
        cells = [TableCell(str(row.iloc[0]))]
        for column, name in enumerate(heads):
            quiet = _paper_count(place, column) if with_paper else None
            number = _count(row[name])
            cells.append(
                TableCell(number.text, [quiet] if quiet else [], number.value, strong=place == column)
            )
        rows.append(cells)
    caption = f"{method_name(method)}: images by their true class (rows) and their vote (columns)."
    return ShownTable(f"table3_confusion_{method}", method_name(method), caption, columns, rows, first)


def _paper_count(row: int, column: int) -> str | None:
    """Return the paper's number of Table 3 (EFF) in this place, if it has one."""
    matrix, size = paper_values.TABLE3_CONFUSION, len(paper_values.CLASS_NAMES)
    if row < size and column < size:
        return f"paper {matrix[row][column]}"
    if row < size and column == size:
        return f"paper {sum(matrix[row]) - matrix[row][row]}"
    if row < size and column == size + 1:
        return f"paper {paper_values.TABLE3_UNDETECTED[row]}"
    return None


def _class_ap(name: str) -> Column:
    return Column(
        f"AP {name}", f"COCO's average precision of the cells of class {name}, mean over IoU 0.50 to 0.95."
    )


def _share(row: pd.Series, name: str, best: Mapping[str, float], *quiet: str) -> TableCell:
    value = row[name]
    return TableCell(percent(value), [line for line in quiet if line], _value(value), value == best.get(name))


def _count(value: Any) -> TableCell:
    if pd.isna(value):
        return TableCell("")
    number = float(value)
    return TableCell(f"{number:.0f}" if number == round(number) else f"{number:.1f}", value=number)


def _value(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _interval(low: float, high: float) -> str:
    return "" if pd.isna(low) or pd.isna(high) else f"{percent(low)}\N{EN DASH}{percent(high)}"


def _paper(value: float) -> str:
    return "" if pd.isna(value) else f"paper {percent(value)}"
