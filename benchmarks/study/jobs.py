"""What each rule of a finished study (or several) took, and how many jobs ran at a time.

    python -m benchmarks.study.jobs results [MORE_RESULTS ...] [--cores 2] [--plot jobs.png]

Reads the files that Snakemake's `benchmark:` writes, so it measures nothing itself: a job ended when its file was
written and had run for the file's seconds. Of a study that was stopped and started again, the pause counts as time
without jobs; delete `results/benchmarks` before a study that is to be timed.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd


def read_jobs(*results: Path) -> pd.DataFrame:
    """Return a row a job by its end: rule, start and end (seconds since the first start of all), cpu_s, peak_mb.

    Raises
    ------
    SystemExit
        If there is no such file below one of `results`.
    """
    rows = []
    for folder in (path / "benchmarks" for path in results):
        paths = list(folder.rglob("*.tsv"))
        if not paths:
            raise SystemExit(f"{folder} holds no benchmark of a job")
        rows += [read_job(path, folder) for path in paths]
    jobs = pd.DataFrame(rows, columns=["rule", "start", "end", "cpu_s", "peak_mb"]).sort_values("end")
    jobs[["start", "end"]] -= jobs["start"].min()
    return jobs.reset_index(drop=True)


def read_job(path: Path, folder: Path) -> tuple[str, float, float, float, float]:
    """Return rule, start and end (seconds of the clock), CPU seconds and peak MB from a file below `folder`."""
    job = pd.read_csv(path, sep="\t", na_values="-").iloc[-1]
    end = path.stat().st_mtime
    rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
    return rule, end - job["s"], end, job["cpu_time"], job["max_rss"]


def by_rule(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return rule, number of jobs, CPU seconds in all, and the peak memory of a job in MB; the dearest rule first."""
    table = jobs.groupby("rule").agg(
        jobs=("cpu_s", "size"), cpu_s=("cpu_s", "sum"), peak_mb=("peak_mb", "max")
    )
    return table.sort_values("cpu_s", ascending=False).reset_index()


def running(jobs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the times (2 J,) at which a job starts or ends, and how many jobs run from each on."""
    times = np.concatenate([jobs["start"], jobs["end"]])
    changes = np.repeat([1, -1], len(jobs))
    order = np.lexsort((changes, times))  # of one moment, ends come first
    return times[order], changes[order].cumsum()


def busy_share(jobs: pd.DataFrame, cores: int) -> float:
    """Return the share of the time from first start to last end, times `cores`, in which jobs ran."""
    times, count = running(jobs)
    filled: float = (np.diff(times) * np.minimum(count[:-1], cores)).sum()
    return filled / (cores * (times[-1] - times[0]))


def draw(jobs: pd.DataFrame, path: Path) -> None:
    """Draw how many jobs of each rule ran over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    grid = np.linspace(0, jobs["end"].max(), 1000)
    rules = list(by_rule(jobs)["rule"][:6])
    names = jobs["rule"].where(jobs["rule"].isin(rules), "others")
    layers = {
        name: ((part["start"].to_numpy() <= grid[:, None]) & (grid[:, None] < part["end"].to_numpy())).sum(1)
        for name, part in jobs.groupby(names)
    }
    axes.stackplot(grid / 60, *layers.values(), labels=list(layers), step="post")
    axes.set(xlabel="minutes", ylabel="jobs running")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize="small", ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1))
    figure.savefig(path, dpi=120)


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="folders of studies, run one after the other")
    parser.add_argument("--cores", type=int, default=2, help="of the run")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    jobs = read_jobs(*options.results)
    print(by_rule(jobs).round(1).to_string(index=False))
    span, cpu = jobs["end"].max(), jobs["cpu_s"].sum()
    print(
        f"{len(jobs)} jobs, {cpu:.0f} CPU s in {span:.0f} s: {cpu / span / options.cores:.0%} of {options.cores} "
        f"cores; places for jobs filled {busy_share(jobs, options.cores):.0%} of the time"
    )
    if options.plot:
        draw(jobs, options.plot)


if __name__ == "__main__":
    main()
