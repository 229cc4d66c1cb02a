"""Draw every plot from the tables."""

from pathlib import Path

import pandas as pd

from blastvote.figures.study import StudyData, study_figures
from blastvote.figures.style import save_figure
from blastvote.logs import run_script

NO_HISTORY = pd.DataFrame(columns=["method", "epoch"])  # where nothing is trained


def read(path) -> pd.DataFrame:
    """Read a table; ids stay text."""
    return pd.read_csv(path, dtype={"image_id": str})


def main(snakemake) -> None:
    """Write each plot as SVG and PNG."""
    params, data = snakemake.params, snakemake.input
    histories = [
        read(path).assign(method=method, seed=seed, fold=fold)
        for path, (method, seed, fold) in zip(data.histories, params.runs, strict=bool(data.histories))
    ]
    study = StudyData(
        tables={Path(path).stem: read(path) for path in data.tables},
        manifest=read(data.manifest),
        splits=read(data.splits),
        contrast=read(data.contrast),
        history=pd.concat([NO_HISTORY, *histories], ignore_index=True),
        methods=params.methods,
        class_names=params.classes,
        score_threshold=params.min_confidence,
        confusion_method=params.confusion_method,
        confidence_level=params.confidence_level,
        margins=params.margins,
    )
    folder = Path(snakemake.output[0]).parent
    for name, figure in study_figures(study):
        save_figure(figure, folder / name)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
