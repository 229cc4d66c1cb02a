"""Make the trainings of a study in one process, which saves TensorFlow's start and Snakemake's planning for each.

    python benchmarks/study/trainings.py config/studies/simulated.yaml [--seeds 1 2 3]
    python benchmarks/study/trainings.py config/studies/dose_response.yaml --weights-of results/study_simulated

Prepares the data by Snakemake, then calls the scripts of the rules `train`, `infer` and `score` for one run after the
other, seed by seed, all methods (and the null arm) of a seed together, on one network that is compiled once. Stopped,
it goes on where it was; with `--prepared`, several processes can take some `--seeds` each. The files lie where the
workflow's lie and hold the same bytes; `snakemake --configfile ... --rerun-triggers mtime` makes the tables.
With `--weights-of` nothing is trained: the networks of another study with the same methods and seeds look at this
study's images.
"""

import argparse
import gc
import importlib.util
import logging
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import yaml
from snakemake.utils import update_config

from blastvote.study import plan
from blastvote.study.batches import assign_batches, images_per_job

ROOT = Path(__file__).resolve().parents[2]
LOGGER = logging.getLogger("trainings")


def merged(files: list[str]) -> dict[str, Any]:
    """Return the embedded default with the config files on top, as Snakemake merges them."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    for file in files:
        update_config(config, yaml.safe_load(Path(file).read_text(encoding="utf-8")))
    return config


def prepare(config: dict[str, Any], files: list[str]) -> None:
    """Make images, splits and flipped copies by Snakemake."""
    results = config["results"]
    source = plan.plan_source(config)
    most = images_per_job(config, len(source.images), plan.largest_image(source, config))
    batches = assign_batches(list(source.images), most)
    flipped = [f"{results}/flipped/{method}/{batch}" for method in config["methods"] for batch in batches]
    data = [f"{results}/data/{name}" for name in ("annotations_flipped.json", "leakage.md")]
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--snakefile",
        str(ROOT / "Snakefile"),
        "--cores",
        "1",
        "--quiet",
        "all",
    ]
    options = ["--rerun-triggers", "mtime", "--configfile", *files, "--", "data", "enhanced", *data, *flipped]
    subprocess.run([*command, *options], check=True)


def script(name: str) -> ModuleType:
    """Return a script of the workflow as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"workflow/scripts/networks/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def inputs(config: dict[str, Any], run: plan.Run) -> dict[str, Any]:
    """Return what the rules `train`, `infer` and `score` give their scripts, by name."""
    results, folder = config["results"], Path(config["results"], "runs", run.folder)
    names = ("splits.csv", "annotations.json", "labels.csv", "limits.csv", "annotations_flipped.json")
    files: dict[str, Any] = {Path(name).stem: f"{results}/data/{name}" for name in names}
    return files | {
        "flipped_annotations": files["annotations_flipped"],
        "images": [f"{results}/enhanced/{run.method}/any.png"],  # the scripts take its folder
        "flipped": sorted(map(str, Path(results, "flipped", run.method).glob("*"))),
        "pixel_sizes": [],
        "external": [],
        "weights": str(folder / "model.weights.h5"),
        "detections": str(folder / "detections.json"),
    }


def make(config: dict[str, Any], run: plan.Run, scripts: dict[str, ModuleType]) -> None:
    """Train, infer and score one run, from what is missing on."""
    results, files = config["results"], inputs(config, run)
    folder = Path(results, "runs", run.folder)
    folder.mkdir(parents=True, exist_ok=True)
    given = {key: config[key] for key in ("classes", "model", "training")}
    params = SimpleNamespace(**given, **config["vote"], checkpoints=f"{results}/checkpoints")
    wildcards = SimpleNamespace(method=run.method, seed=run.seed, fold=run.fold)
    outputs = {
        "train": {"weights": files["weights"], "history": str(folder / "history.csv")},
        "infer": [files["detections"]],
        "score": {name: str(folder / f"{name}.{kind}") for name, kind in
                  {"scores": "npz", "cells": "csv", "votes": "csv"}.items()},
    }  # fmt: skip
    for name, output in outputs.items():
        paths = output if isinstance(output, list) else list(output.values())
        if all(Path(path).is_file() for path in paths):
            continue
        scripts[name].main(  # type: ignore[attr-defined]
            SimpleNamespace(
                wildcards=wildcards, params=params, config=config, threads=1, input=SimpleNamespace(**files),
                output=output if isinstance(output, list) else SimpleNamespace(**output),
            )
        )  # fmt: skip
        gc.collect()


def take(source: Path, results: Path, run: plan.Run) -> None:
    """Copy the network of a run of another study, where it is not there yet."""
    for name in ("model.weights.h5", "history.csv"):
        target = results / "runs" / run.folder / name
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / "runs" / run.folder / name, target)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("configs", nargs="+", help="config files of the study, later ones win")
    parser.add_argument(
        "--weights-of", type=Path, metavar="RESULTS", help="train nothing, take these networks"
    )
    parser.add_argument("--seeds", type=int, nargs="+", help="those of the config that are to be run; all")
    parser.add_argument(
        "--prepared",
        action="store_true",
        help="images and splits are there: leave Snakemake out, so that several processes can share the seeds",
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    config = merged(options.configs)
    if not options.prepared:
        prepare(config, options.configs)
    from blastvote.segmentation.network import networks_kept  # TensorFlow, not wanted beside Snakemake

    with networks_kept():
        make_all(config, options.seeds or config["seeds"], options.weights_of)


def make_all(config: dict[str, Any], seeds: list[int], weights_of: Path | None) -> None:
    """Make the runs of the seeds, all methods and the null arm of a seed together."""
    scripts = {name: script(name) for name in ("train", "infer", "score")}
    null_arm = zip(plan.null_runs(config), plan.null_run_keys(config), strict=True)
    of_seed = [(run.seed, run) for run in plan.runs(config)] + [(arm[1], run) for run, arm in null_arm]
    for seed in seeds:
        for run in (run for place, run in of_seed if place == seed):
            start, used = time.monotonic(), time.process_time()
            if weights_of:
                take(weights_of, Path(config["results"]), run)
            make(config, run, scripts)
            spent = time.monotonic() - start, time.process_time() - used
            LOGGER.info("DONE %s in %.0f s (%.0f CPU s)", run.folder, *spent)


if __name__ == "__main__":
    main()
