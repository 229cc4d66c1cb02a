"""Compare the study under `paper` with the same images under `kfold`: how many points the leak adds.

python benchmarks/study/leak_inflation.py results/study_leak_paper results/study_leak_kfold --out leak_inflation.csv
"""

import argparse
from pathlib import Path

import yaml

from blastvote.dataset.manifest import read_manifest
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import Study, load_study
from blastvote.evaluate.tables.leak_inflation import leak_inflation
from blastvote.io import write_csv

ROOT = Path(__file__).resolve().parents[2]


def load(results: Path, classes: list[str]) -> Study:
    """Return the study of a results folder: of every method the seeds that all methods and folds have."""
    votes = sorted(results.glob("runs/*/seed*/fold*/votes.csv"))
    keys = [(path.parts[-4], int(path.parts[-3][4:]), int(path.parts[-2][4:])) for path in votes]
    needed = {(method, fold) for method, _, fold in keys}
    whole = {seed for _, seed, _ in keys if {(m, f) for m, s, f in keys if s == seed} == needed}
    runs = [(*key, path.with_name("scores.npz"), path) for key, path in zip(keys, votes, strict=True)]
    manifest = read_manifest(results / "data/manifest.csv", classes)
    return load_study([run for run in runs if run[1] in whole], classes, manifest)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paper", type=Path)
    parser.add_argument("kfold", type=Path)
    parser.add_argument("--out", type=Path, default=Path("leak_inflation.csv"))
    options = parser.parse_args()
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    studies = [load(folder, config["classes"]) for folder in (options.paper, options.kfold)]
    table = leak_inflation(*studies, EvaluationSettings.from_config(config["evaluation"]))
    write_csv(options.out, table)
    print(table.to_string())


if __name__ == "__main__":
    main()
