"""Draw every plot from the tables."""

from pathlib import Path

import pandas as pd

from blastvote.figures.study import study_figures
from blastvote.figures.style import save_figure
from blastvote.logs import run_script


def read(path) -> pd.DataFrame:
    """Read a table; ids stay text."""
    return pd.read_csv(path, dtype={"image_id": str})


def main(snakemake) -> None:
    """Write each plot as SVG and PNG."""
    params, data = snakemake.params, snakemake.input
    histories = [
        read(path).assign(method=method, seed=seed, fold=fold)
        for path, (method, seed, fold) in zip(data.histories, params.runs, strict=True)
    ]
    figures = study_figures(
        {Path(path).stem: read(path) for path in data.tables},
        read(data.manifest),
        read(data.splits),
        read(data.contrast),
        pd.concat(histories, ignore_index=True),
        params.methods,
        params.classes,
        params.min_confidence,
        params.confusion_method,
        params.confidence_level,
    )
    folder = Path(snakemake.output[0]).parent
    for name, figure in figures:
        save_figure(figure, folder / name)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
