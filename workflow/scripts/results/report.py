"""Show the methods side by side, every cell and the vote live, on one page."""

from pathlib import Path

from blastvote.logs import run_script
from blastvote.report.build import ReportFiles, write_report
from blastvote.report.study_data import RunFiles


def main(snakemake) -> None:
    """One file, or a folder with the images where they are too many for one."""
    data = snakemake.input
    runs = [
        RunFiles(*run, Path(detections), Path(votes))
        for run, detections, votes in zip(snakemake.params.runs, data.detections, data.votes, strict=True)
    ]
    files = ReportFiles(
        tables={Path(path).stem: Path(path) for path in data.tables},
        plots={Path(path).stem: Path(path) for path in data.plots},
        images={(path.parent.name, path.stem): path for path in map(Path, data.images)},
        runs=runs,
        histories=[Path(path) for path in data.histories],
        manifest=Path(data.manifest),
        splits=Path(data.splits),
        contrast=Path(data.contrast),
        annotations=Path(data.annotations),
        leakage=Path(data.leakage),
    )
    write_report(Path(snakemake.output[0]), snakemake.config, files)


if "snakemake" in globals():
    run_script(main, globals()["snakemake"])
