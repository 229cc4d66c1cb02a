"""The null test on real networks: how often a method is called different from itself under other seeds.

    .venv/bin/python benchmarks/null_test.py train --results results/null_test     # resumes
    .venv/bin/python benchmarks/null_test.py deal --results results/null_test --out benchmarks/results/null_test.json

`train` makes eight trainings of `none` on the demo's setting, through the workflow, one thread each. Stopped, it goes
on where it was. `--seed 3` makes that one alone. `deal` puts the eight into two made-up methods, four against four in
all 35 ways (other seeds on the two sides, so nothing is paired), and counts how many are called different by each
metric's own verdict, by its parts, and by the interval over images alone that tables without training in them give.
"""

import argparse
import subprocess
import sys
from pathlib import Path

SEEDS = range(1, 9)
ROOT = Path(__file__).resolve().parents[1]


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


if __name__ == "__main__":
    main()
