"""Fill the example tables of docs/outputs.md from a finished demo and from the archived studies.

python benchmarks/report/output_examples.py results

A table's heads say which columns it shows, its first cells which rows. The sentences around it are written by hand:
the names of the tables that changed are printed, so that theirs are read again.
"""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE, STUDIES = ROOT / "docs/outputs.md", ROOT / "docs/studies"
KEYS = {
    "method", "method_a", "method_b", "seed", "fold", "split", "subset", "convention", "metric", "of", "actual",
    "image_id", "cell_id", "min_confidence", "iou", "recall", "bin_low", "measure", "between", "role", "flip", "kind",
    "epoch", "severity", "contrast",
}  # fmt: skip
"""Columns whose values say which row is meant."""
MORE_KEYS = {
    "pr_curves": {"class"},
    "study_design": {"n_seeds", "n_images"},
    "import": {"file", "object", "image"},
    "dose_response": {"light"},
    "dose_slopes": {"light"},
}
"""The same in single tables; elsewhere these columns are results."""
EXAMPLE = re.compile(r"Example \((?:(demo)|study `(\w+)`)([^)]*)\):$")


def filled(page: str, results: Path | None) -> tuple[str, list[str]]:
    """Return the page with the numbers of its examples as the files have them, and the tables that changed.

    Parameters
    ----------
    page
        The text of docs/outputs.md.
    results
        Results folder of the demo; None leaves the demo's examples as they are.

    Raises
    ------
    LookupError
        If there is no such file, or it has no column or not one row for an example.
    """
    lines, changed = page.split("\n"), []
    for number, table, example in _examples(lines):
        folder = STUDIES / example[2] if example[2] else results
        if folder is None:
            continue
        start = next(n for n in range(number, len(lines)) if lines[n].startswith("|"))
        end = next(n for n in range(start, len(lines)) if not lines[n].startswith("|"))
        named = re.search(r"`(\w+)\.csv`", example[3])
        method = re.search(r"method `(\w+)`", example[3])
        path = _find(folder, named[1] if named else table, method[1] if method else "eff")
        new = _rows(path, lines[start], lines[start + 2 : end])
        if new != lines[start + 2 : end]:
            changed.append(path.stem)
            lines[start + 2 : end] = new
    return "\n".join(lines), changed


def _examples(lines: Sequence[str]) -> Iterator[tuple[int, str, re.Match[str]]]:
    """Yield the line of each example that comes from a study, the table it belongs to, and the match of its source."""
    table = ""
    for number, line in enumerate(lines):
        if heading := re.match(r"### `([^`]+)\.csv`", line):
            table = heading[1]
        elif example := EXAMPLE.match(line):
            yield number, table, example


def _find(folder: Path, table: str, method: str) -> Path:
    """Return the file of a table: of a whole study, or of the first run of a method."""
    places = ("tables", "data", f"runs/{method}/seed1/fold0", "")
    for path in (folder / place / f"{table}.csv" for place in places):
        if path.is_file():
            return path
    raise LookupError(f"{folder} has no {table}.csv")


def _rows(path: Path, head: str, examples: Sequence[str]) -> list[str]:
    """Return the rows of an example as its file has them."""
    columns = _cells(head)
    keys = KEYS | MORE_KEYS.get(path.stem, set())
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if missing := [column for column in columns if column not in rows[0]]:
        raise LookupError(f"{path} has no column {missing[0]}")
    new = []
    for line in examples:
        wanted = {column: cell for column, cell in zip(columns, _cells(line), strict=True) if column in keys}
        found = [row for row in rows if all(row[column] == cell for column, cell in wanted.items())]
        if len(found) != 1:
            raise LookupError(f"{path} has {len(found)} rows with {wanted}")
        new.append("| " + " | ".join(found[0][column] for column in columns) + " |")
    return [re.sub(r"\|  (?=\|)", "| ", line) for line in new]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


if __name__ == "__main__":
    text, tables = filled(PAGE.read_text(encoding="utf-8"), Path(sys.argv[1]))
    PAGE.write_text(text, encoding="utf-8")
    print("\n".join(tables))
