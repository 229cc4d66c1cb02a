"""Keep what a study's tables are made of, and make the tables from it again.

    python benchmarks/study/archive.py store config/studies/simulated.yaml docs/studies/simulated
    python benchmarks/study/archive.py contrast config/studies/simulated.yaml docs/studies/simulated
    python benchmarks/study/archive.py tables docs/studies/simulated --check
    python benchmarks/study/archive.py tables docs/studies/simulated --out results/again

`store` takes scores, votes, contrast measures and manifest of a finished study and its tables. `tables` computes the
tables from them, in `--out`, and with `--check` compares them byte for byte with the archived ones. `contrast` adds the
contrast measures (and their table) to an archive that was stored without, from images that are made again.
A study under `paper` stored as `leak_paper` beside one of the same images as `leak_kfold` has the table
`leak_inflation` too.
"""

import argparse
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from blastvote.contrast.measures import MEASURES
from blastvote.dataset.manifest import read_manifest
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import Study, load_study
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.dose_response import dose_response
from blastvote.evaluate.tables.leak_inflation import leak_inflation
from blastvote.io import sha256, write_csv
from blastvote.simulate import image_ids, light_of
from blastvote.study import plan

RUNS, MANIFEST, CONFIG, TABLES, CONTRAST = "runs.zip", "manifest.csv", "config.yaml", "tables", "contrast.csv"
LEAK = ("leak_paper", "leak_kfold")
KEPT = ("classes", "methods", "seeds", "vote", "evaluation", "dataset", "protocol")
OF_A_RUN = ("scores.npz", "votes.csv")
LEFT_OUT = ("pr_curves", "cells_confusion_", "table3_confusion_")
"""Beginnings of the names of tables that are not archived: large, or one for each method."""


def load(folder: Path) -> tuple[Study, dict[str, Any]]:
    """Return an archived study and its configuration."""
    config: dict[str, Any] = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
    keys = [(r.method, r.seed, r.fold) for r in plan.runs(config)] + plan.null_run_keys(config)
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(folder / RUNS) as runs:
        runs.extractall(unpacked)
        files = [(*key, *(Path(unpacked, name_of(key), name) for name in OF_A_RUN)) for key in keys]
        return load_study(files, config["classes"], manifest_of(folder), plan.null_arm(config)), config


def manifest_of(folder: Path) -> pd.DataFrame:
    """Return an archived study's manifest."""
    config = yaml.safe_load((folder / CONFIG).read_text(encoding="utf-8"))
    return read_manifest(folder / MANIFEST, config["classes"])


def name_of(key: tuple[str, int, int]) -> str:
    """Return the folder of a run in the archive; the null arm has one of its own."""
    return f"{key[0].replace(' ', '_')}/seed{key[1]}/fold{key[2]}"


def make_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the archived study's tables, computed from its scores and votes."""
    study, config = load(folder)
    settings = EvaluationSettings.from_config(config["evaluation"])
    contrast = (
        pd.read_csv(folder / CONTRAST, dtype={"image_id": str}) if (folder / CONTRAST).is_file() else None
    )
    tables = all_tables(study, settings, config["vote"]["rule"], contrast)
    if folder.name == LEAK[0]:
        tables["leak_inflation"] = leak_inflation(study, load(folder.with_name(LEAK[1]))[0], settings)
    simulated = plan.simulation_settings(config["dataset"]["simulated"])
    if config["dataset"]["source"] == "simulated" and simulated.light_steps:
        lights = {image_id: light_of(image_id, simulated) for image_id in image_ids(simulated)}
        rows, slopes = dose_response(Analysis(study, settings), lights)
        tables |= {"dose_response": rows, "dose_slopes": slopes}
    return {name: table for name, table in tables.items() if not name.startswith(LEFT_OUT)}


def store(config: dict[str, Any], seeds: list[int], folder: Path) -> None:
    """Write the archive of a study's seeds that are finished."""
    runs = [*plan.runs(config), *plan.null_runs(config)]
    keys = [(r.method, r.seed, r.fold) for r in plan.runs(config)] + plan.null_run_keys(config)
    results = Path(config["results"])
    folder.mkdir(parents=True, exist_ok=True)
    kept = {key: config[key] for key in KEPT} | {"seeds": seeds}
    (folder / CONFIG).write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")
    (folder / MANIFEST).write_bytes((results / "data/manifest.csv").read_bytes())
    with zipfile.ZipFile(folder / RUNS, "w", zipfile.ZIP_DEFLATED) as archive:
        for run, key in [pair for pair in zip(runs, keys, strict=True) if pair[1][1] in seeds]:
            for name in OF_A_RUN:  # no times in the file: the same runs give the same bytes
                content = (results / "runs" / run.folder / name).read_bytes()
                entry = zipfile.ZipInfo(f"{name_of(key)}/{name}")
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    keep_contrast(results, folder)
    write(make_tables(folder), folder / TABLES)


def keep_contrast(results: Path, folder: Path) -> None:
    """Copy the contrast measures of the images that test; the images must be those of the manifest."""
    for name, path, expected in manifest_of(folder)[["image_id", "path", "sha256"]].itertuples(index=False):
        if sha256(Path(path)) != expected:
            raise SystemExit(f"{path}: this is not the image '{name}' of {folder}.")
    study, _ = load(folder)
    scored = {str(name) for run in next(iter(study.runs.values())) for name in run.votes["image_id"]}
    measures = pd.read_csv(results / "data/contrast.csv", dtype={"image_id": str})
    measures = measures[measures["image_id"].isin(scored)]
    columns = ["image_id", "method", *MEASURES]
    write_csv(folder / CONTRAST, measures[columns])


def write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write tables as the workflow does."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)


def differing(folder: Path, made: Path) -> list[str]:
    """Return the names of archived tables whose bytes differ from those in `made`."""
    archived = sorted((folder / TABLES).glob("*.csv"))
    return [p.name for p in archived if p.read_bytes() != (made / p.name).read_bytes()]


def main() -> None:
    """Read the command line."""
    from trainings import merged

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["store", "tables", "contrast"])
    parser.add_argument("paths", nargs="+", help="config files, then the archive; tables: the archive alone")
    parser.add_argument(
        "--seeds", type=int, nargs="+", help="store these alone, of a study that was cut short"
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    folder = Path(options.paths[-1])
    if options.step == "store":
        config = merged(options.paths[:-1])
        store(config, options.seeds or config["seeds"], folder)
        return
    if options.step == "contrast":
        keep_contrast(Path(merged(options.paths[:-1])["results"]), folder)
        write(make_tables(folder), folder / TABLES)
        return
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        write(make_tables(folder), out)
        different = differing(folder, out) if options.check else []
    if different:
        sys.exit(f"{folder}: these tables differ from the archived ones: {', '.join(different)}")
    print(
        f"{folder}: {len(list((folder / TABLES).glob('*.csv')))} tables"
        + (" are the same" if options.check else "")
    )


if __name__ == "__main__":
    main()
