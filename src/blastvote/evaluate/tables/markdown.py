"""Tables 1 and 2 as Markdown, for the terminal, the report and the docs."""

import pandas as pd

from blastvote.evaluate.statistics.metrics.classification import CONVENTIONS

CONDITIONS = {
    True: "This run used the paper's own images; the paper's column is a direct comparison.",
    False: "This run did not use the paper's images: its numbers stand here for orientation.",
}


BRACKETS = (
    "Intervals in [] hold other trainings and images; those in (), with one training, other images alone."
)


def table1_markdown(table: pd.DataFrame, paper_data: bool, level: float = 0.95) -> str:
    """Return Table 1 as Markdown, one part a split, in percent.

    Parameters
    ----------
    table
        `table1_map.csv` as `tables.table1` makes it.
    paper_data
        Whether the images are the paper's; the text says so.
    level
        Confidence level of the interval, for the heading.
    """
    classes = [name for name in table.columns if name.startswith("ap_")]
    heading = [
        "method",
        f"AP50 Matterport ({level:.0%} interval)",
        "AP50",
        "AP75",
        "AP",
        *(f"AP {name.removeprefix('ap_')}" for name in classes),
        "paper mAP",
    ]
    parts = ["**Table 1. Segmentation of cells (masks, percent).** " + CONDITIONS[paper_data], BRACKETS]
    table, note = without_equal(table, "split", "test")
    for split, rows in table.groupby("split", sort=False):
        images, cells = rows[["n_images", "n_cells"]].iloc[0]
        lines = [
            [
                row["method"],
                f"{percent(row['ap50_matterport'])} {limits(row)}".strip(),
                *(percent(row[name]) for name in ("ap50", "ap75", "ap", *classes)),
                percent(row["paper"], 2),
            ]
            for _, row in rows.iterrows()
        ]
        parts.append(f"Split `{split}`: {images} annotated images, {cells} cells.\n\n{grid(heading, lines)}")
    return "\n\n".join(parts + note) + "\n"


def table2_markdown(table: pd.DataFrame, paper_data: bool, level: float = 0.95) -> str:
    """Return Table 2 as Markdown, one part a convention and subset, in percent (see `table1_markdown`)."""
    metrics = ("accuracy", "precision", "sensitivity")
    heading = [
        "method",
        *(f"{name} ({level:.0%} interval)" for name in metrics),
        "F1",
        "MCC",
        "undetected",
        "paper acc. / prec. / sens.",
    ]
    meaning = {
        "paper": "undetected images are left out of the sensitivity",
        "strict": "undetected images count as missed",
    }
    parts = ["**Table 2. Subtype of images by vote (percent).** " + CONDITIONS[paper_data]]
    table, note = without_equal(table, "subset", "test")
    for subset in table["subset"].unique():
        for convention in CONVENTIONS:
            rows = table[(table["subset"] == subset) & (table["convention"] == convention)]
            if rows.empty:
                continue
            lines = [_table2_line(row, metrics) for _, row in rows.iterrows()]
            images = rows["n_images"].iloc[0]
            parts.append(
                f"Convention `{convention}` ({meaning[convention]}), subset `{subset}`: {images} images.\n\n"
                + grid(heading, lines)
            )
    return "\n\n".join(parts + note) + "\n"


def without_equal(table: pd.DataFrame, column: str, whole: str = "test") -> tuple[pd.DataFrame, list[str]]:
    """Leave out the rows ``unseen`` of `column` where they repeat those of `whole`, and say so.

    Returns
    -------
    tuple
        The table, and a list of no or one sentence.
    """
    measured = [name for name in table.columns if name != column and not name.startswith("paper")]
    part, rest = (
        table.loc[table[column] == name, measured].reset_index(drop=True) for name in ("unseen", whole)
    )
    if part.empty or not part.equals(rest):
        return table, []
    sentence = f"Every test image is unseen in training: `unseen` equals `{whole}` and is left out here."
    return table[table[column] != "unseen"], [sentence]


def _table2_line(row: pd.Series, metrics: tuple[str, ...]) -> list[str]:
    scores = [f"{percent(row[m])} {limits(row, f'{m}_')}".strip() for m in metrics]
    printed = [percent(row[f"paper_{m}"], 2) for m in metrics]
    undetected = float(row["n_undetected"])
    return [
        row["method"],
        *scores,
        percent(row["f1"]),
        "" if pd.isna(row["mcc"]) else f"{row['mcc']:.2f}",
        f"{undetected:.0f}" if undetected == round(undetected) else f"{undetected:.1f}",
        " / ".join(printed) if all(printed) else "",
    ]


def percent(value: float, digits: int = 1) -> str:
    """Return a fraction in percent, or nothing when it is undefined."""
    return "" if pd.isna(value) else f"{100 * value:.{digits}f}"


def interval(low: float, high: float) -> str:
    """Return an interval of fractions in percent, in brackets, or nothing when it is undefined."""
    return "" if pd.isna(low) or pd.isna(high) else f"[{percent(low)}, {percent(high)}]"


def limits(row: pd.Series, prefix: str = "") -> str:
    """Return the interval over trainings and images, or with one training the one over images in round brackets."""
    both = interval(row[f"{prefix}ci_low"], row[f"{prefix}ci_high"])
    alone = interval(row[f"{prefix}ci_images_low"], row[f"{prefix}ci_images_high"])
    return both or alone.replace("[", "(").replace("]", ")")


def grid(heading: list[str], lines: list[list[str]]) -> str:
    """Return a Markdown table whose columns line up in a terminal: text left, the rest right."""
    widths = [max(len(line[index]) for line in [heading, *lines]) for index in range(len(heading))]

    def row(cells: list[str]) -> str:
        first, *rest = (
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join([first, *rest]) + " |"

    rule = (
        "|"
        + "|".join([":" + "-" * (widths[0] + 1), *("-" * (width + 1) + ":" for width in widths[1:])])
        + "|"
    )
    return "\n".join([row(heading), rule, *(row(line) for line in lines)])
