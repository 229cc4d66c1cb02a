"""The null test on real networks: how often a method is called different from itself under other seeds.

    .venv/bin/python benchmarks/study/null_test.py train --results results/null_test     # resumes
    .venv/bin/python benchmarks/study/null_test.py deal --results results/null_test --out null_test.json
    .venv/bin/python benchmarks/study/null_test.py deal --results docs/studies/simulated        # an archived study

`train` makes eight trainings of `none` on the demo's setting, through the workflow, one thread each. Stopped, it goes
on where it was. `--seed 3` makes that one alone. `deal` puts the first eight into two made-up methods, four against
four in all 35 ways (other seeds on the two sides, so nothing is paired), and counts how many are called different by
each metric's own verdict, by its parts, and by the interval over images alone that tables without training in them
give. Where there are sixteen (a study with a null arm), 100 of the ways to put eight against eight are drawn too.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import archive
import numpy as np
import pandas as pd
import yaml

from blastvote.evaluate.scoring.run_scores import RunScores
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.intervals import Intervals
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import RunResult, make_study, read_votes
from blastvote.evaluate.statistics.verdicts import verdicts
from blastvote.evaluate.tables.comparisons import compared

SEEDS = range(1, 9)
MOST_DEALS = 100
STATEMENTS = ("differs", "crossed_test_differs", "images_only_differs", "equivalent")
ROOT = Path(__file__).resolve().parents[2]


def overrides(results: Path) -> list[str]:
    """Return what differs from the embedded default."""
    return [
        "methods=[none]",
        f"seeds=[{','.join(map(str, SEEDS))}]",
        f"results={results}",
        "evaluation={confusion_method: none}",
        "threads={train: 1, infer: 1}",
    ]


def train(results: Path, seeds: list[int]) -> None:
    """Make the runs of the given seeds by Snakemake, one after the other."""
    for seed in seeds:
        run = results / f"runs/none/seed{seed}/fold0"
        targets = [str(run / name) for name in ("scores.npz", "votes.csv")]
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--cores", "1"]
        subprocess.run([*command, "--config", *overrides(results), "--", *targets], check=True)


def trainings_of(folder: Path) -> tuple[list[RunResult], pd.DataFrame]:
    """Return the trainings of `none` of a results folder or of an archived study, the null arm's among them."""
    if (folder / "runs.zip").is_file():
        study, _ = archive.load(folder)
        arms = [arm for arm in study.arms if arm in ("none", study.null_arm)]
        return [study.runs[arm, seed][0] for arm in arms for seed in study.seeds], archive.manifest_of(folder)
    runs = sorted(folder.glob("runs/none/seed*/fold0"), key=lambda path: int(path.parent.name[4:]))
    found = [
        RunResult(
            "none",
            int(run.parent.name[4:]),
            0,
            RunScores.load(run / "scores.npz"),
            read_votes(run / "votes.csv"),
        )
        for run in runs
        if (run / "votes.csv").is_file()
    ]
    return found, pd.read_csv(folder / "data/manifest.csv", dtype=str)


def deal(folder: Path) -> dict[str, Any]:
    """Return the share of deals that each metric calls different, in percent, by the number of trainings a side."""
    found, manifest = trainings_of(folder)
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    settings = EvaluationSettings.from_config(config["evaluation"])
    settings = replace(
        settings, bootstrap=replace(settings.bootstrap, draws=500)
    )  # for the interval over images alone
    eight = list(range(min(8, len(found))))
    ways = {1: deals(eight, 1), len(eight) // 2: deals(eight, len(eight) // 2)}
    if len(found) >= 16:  # with eight a side the sign-flip test can reach 5 %
        every = deals(list(range(16)), 8)
        chosen = np.random.default_rng(0).choice(len(every), MOST_DEALS, replace=False)
        ways[8] = [every[number] for number in sorted(chosen)]
    result: dict[str, Any] = {"trainings": len(found)}
    for size, sides in ways.items():
        rows = []
        for first, second in sides:
            runs = [
                replace(found[number], method=arm, seed=place)
                for arm, side in (("eff", first), ("none", second))
                for place, number in enumerate(side)
            ]
            analysis = Analysis(make_study(runs, config["classes"], manifest), settings)
            rows += [entry for part in compared(analysis, "unseen") for entry in statements(analysis, *part)]
        table = pd.DataFrame(rows).groupby("metric", sort=False)
        result[f"{size} against {size}"] = {
            "deals": int(table.size().iloc[0]),
            **{
                metric: {name: round(100 * float(part[name].mean()), 1) for name in STATEMENTS}
                | {"largest_difference_points": round(100 * float(part["difference"].max()), 1)}
                for metric, part in table
            },
        }
    return result


def statements(
    analysis: Analysis, found: Intervals, metrics: tuple[str, ...], _: int
) -> list[dict[str, Any]]:
    """Return what each metric says of the one pair."""
    (pair,) = analysis.pairs
    rows = []
    for metric in metrics:
        place, estimates = found.metrics.index(metric), found.differences[pair]
        verdict = verdicts(found, metric, analysis.planned, analysis.settings)[pair]
        rows.append(
            {
                "metric": metric,
                "differs": verdict.verdict == "differs",
                "crossed_test_differs": verdict.p_crossed <= 0.05,
                "images_only_differs": not estimates.images_low[place] <= 0 <= estimates.images_high[place],
                "equivalent": verdict.verdict == "equivalent",
                "difference": abs(estimates.value[place]),
            }
        )
    return rows


def deals(seeds: list[int], size: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return all ways to put `size` of the seeds on each of two sides, which side is which left open."""
    return [
        (first, second)
        for first in combinations(seeds, size)
        for second in combinations(sorted(set(seeds) - set(first)), size)
        if first < second
    ]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["train", "deal"])
    parser.add_argument("--results", type=Path, default=Path("results/null_test"))
    parser.add_argument("--seed", type=int, choices=list(SEEDS), help="train this one alone")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.step == "train":
        train(options.results, [options.seed] if options.seed else list(SEEDS))
        return
    result = deal(options.results)
    print(json.dumps(result, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
