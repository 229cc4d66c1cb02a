"""Merge the runs of a ladder of lights into dose-response tables and plots."""

from pathlib import Path

from blastvote.dataset.manifest import read_manifest
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import load_study
from blastvote.evaluate.tables.dose_response import dose_response
from blastvote.figures.plots.dose_response import dose_response_plot
from blastvote.figures.style import save_figure
from blastvote.io import write_csv
from blastvote.logs import run_script
from blastvote.simulate import image_ids, light_of
from blastvote.study.plan import simulation_settings


def main(snakemake) -> None:
    """The light of an image follows from its id."""
    params = snakemake.params
    runs = [
        (*run, scores, votes)
        for run, scores, votes in zip(params.runs, snakemake.input.scores, snakemake.input.votes, strict=True)
    ]
    study = load_study(runs, params.classes, read_manifest(snakemake.input.manifest, params.classes))
    simulated = simulation_settings(params.simulated)
    lights = {image_id: light_of(image_id, simulated) for image_id in image_ids(simulated)}
    rows, slopes = dose_response(Analysis(study, EvaluationSettings.from_config(params.evaluation)), lights)
    write_csv(snakemake.output.rows, rows)
    write_csv(snakemake.output.slopes, slopes)
    for path in snakemake.output.plots:
        if path.endswith(".svg"):
            stem = Path(path).with_suffix("")
            metric = stem.name.removeprefix("dose_response_")
            save_figure(dose_response_plot(rows, study.methods, metric=metric), stem)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
