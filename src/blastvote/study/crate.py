"""A finished study as an RO-Crate: a folder that others can read, cite and repeat, described in JSON-LD.

It is written after the profiles Process Run Crate 0.5, Workflow Run Crate 0.5 and Workflow RO-Crate 1.0.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from blastvote import __version__
from blastvote.errors import InputError
from blastvote.io import read_own_json, write_text

ROOT = Path(__file__).resolve().parents[3]
PROFILES = [
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
]
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
TYPES = {
    ".csv": "text/csv", ".json": "application/json", ".md": "text/markdown", ".html": "text/html", ".png": "image/png",
    ".svg": "image/svg+xml", ".yaml": "application/yaml",
}  # fmt: skip
RESULTS = (
    "tables/*.csv",
    "tables/*.md",
    "report/**/*",
    "plots/*.svg",
    "data/*.csv",
    "data/*.md",
    "provenance.json",
)
WORKFLOW = (
    "Snakefile",
    "workflow/rules/*.smk",
    "workflow/scripts/**/*.py",
    "workflow/schemas/*.yaml",
    "LICENSE",
)
README = """# A study with blastvote

Tables, plots and report of one run of the workflow: `results/`. What was run: `Snakefile` and `workflow/`, with the
configuration `config.yaml`. Versions, machine and checksums: `results/provenance.json`. The description of all
files for machines: `ro-crate-metadata.json` (RO-Crate).
"""
Entity = dict[str, Any]


def write_crate(results: Path, folder: Path) -> Path:
    """Copy workflow, configuration, tables, plots and report of a study into a folder, and describe them.

    Parameters
    ----------
    results
        Results folder of a finished study.
    folder
        Where to write; it must not exist.

    Returns
    -------
    pathlib.Path
        The description, ``ro-crate-metadata.json``. Photographs, trained weights and detections are left out: they are
        large, and photographs are seldom ours to give away.

    Raises
    ------
    InputError
        If the study is not finished, or `folder` exists.
    """
    provenance = results / "provenance.json"
    if not provenance.is_file():
        raise InputError(f"{provenance} does not exist. Finish the study first: make demo.")
    if folder.exists():
        raise InputError(f"{folder} exists. Name a new folder.")
    config = read_own_json(provenance, "config")
    workflow = _copy(ROOT, folder, WORKFLOW)
    result_paths = [Path("results", path) for path in _copy(results, folder / "results", RESULTS)]
    write_text(folder / "config.yaml", yaml.safe_dump(config, sort_keys=False))
    write_text(folder / "README.md", README)
    ended = datetime.fromtimestamp(provenance.stat().st_mtime, UTC).isoformat(timespec="seconds")
    graph = _graph(workflow, result_paths, ended)
    path = folder / "ro-crate-metadata.json"
    context = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
    write_text(path, json.dumps({"@context": context, "@graph": graph}, indent=2))
    return path


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> list[Path]:
    """Copy files by patterns; return their relative paths, sorted."""
    paths = sorted(
        {path.relative_to(source) for pattern in patterns for path in source.glob(pattern) if path.is_file()}
    )
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    return paths


def _graph(workflow: list[Path], result_paths: list[Path], ended: str) -> list[Entity]:
    """Return the entities: the folder, the workflow, its run, every file, and what they refer to."""
    # One flat list in the order of the profile: parts of it would only hide which entity refers to which.
    snakefile = Path("Snakefile")
    others = [path for path in workflow if path != snakefile]
    parts = [snakefile, *others, Path("config.yaml"), Path("README.md"), *result_paths]
    return [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": _references("https://w3id.org/ro/crate/1.1", PROFILES[-1]),
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "A study of contrast enhancement for lymphoblasts with blastvote",
            "description": "Tables, plots and report of one run of the workflow, with its configuration and code.",
            "datePublished": ended,
            "license": {"@id": "LICENSE"},
            "conformsTo": _references(*PROFILES),
            "hasPart": _references(*map(Path.as_posix, parts)),
            "mainEntity": {"@id": "Snakefile"},
            "mentions": {"@id": "#run"},
        },
        *map(_profile, PROFILES),
        {
            "@id": "Snakefile",
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            "name": "blastvote",
            "version": __version__,
            "license": {"@id": "LICENSE"},
            "encodingFormat": "text/plain",
            "conformsTo": {"@id": BIOSCHEMAS},
            "programmingLanguage": {"@id": "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"},
        },
        {
            "@id": "https://w3id.org/workflowhub/workflow-ro-crate#snakemake",
            "@type": "ComputerLanguage",
            "name": "Snakemake",
            "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
            "url": {"@id": "https://snakemake.readthedocs.io"},
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": "Run of the blastvote workflow",
            "description": "Contrast enhancement, trainings, segmentation, vote and statistics of config.yaml.",
            "instrument": {"@id": "Snakefile"},
            "object": {"@id": "config.yaml"},
            "result": _references(*map(Path.as_posix, result_paths)),
            "endTime": ended,
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        },
        {
            "@id": BIOSCHEMAS,
            "@type": "CreativeWork",
            "name": "Bioschemas ComputationalWorkflow profile",
            "version": "1.0-RELEASE",
        },
        _file(Path("README.md")) | {"about": {"@id": "./"}},
        *(_file(path) for path in [*others, Path("config.yaml"), *result_paths]),
    ]  # fmt: skip


def _profile(address: str) -> Entity:
    return {"@id": address, "@type": "CreativeWork", "name": address, "version": address.rsplit("/", 1)[1]}


def _file(path: Path) -> Entity:
    kind = {".py": "text/x-python"}.get(path.suffix, TYPES.get(path.suffix, "text/plain"))
    return {"@id": path.as_posix(), "@type": "File", "name": path.name, "encodingFormat": kind}


def _references(*names: str) -> list[Entity]:
    return [{"@id": name} for name in names]
