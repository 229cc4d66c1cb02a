"""A study as RO-Crate: every file that is described is there, every reference leads somewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from blastvote.errors import InputError
from blastvote.study.crate import PROFILES, write_crate


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    for name in ("tables/table1_map.csv", "report/index.html", "data/manifest.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "provenance.json").write_text(json.dumps({"config": {"seeds": [1]}}), encoding="utf-8")
    return folder


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [r for v in value.values() for r in references(v)]
    return [r for item in value for r in references(item)] if isinstance(value, list) else []


def test_the_description_fits_the_files_and_the_profiles(results: Path, tmp_path: Path) -> None:
    path = write_crate(results, tmp_path / "crate")
    graph = {entity["@id"]: entity for entity in json.loads(path.read_text(encoding="utf-8"))["@graph"]}
    files = {p.relative_to(path.parent).as_posix() for p in path.parent.rglob("*") if p.is_file()}
    assert {name for name, e in graph.items() if "File" in e["@type"]} == files - {path.name}
    local = {r for e in graph.values() for r in references(e) if "://" not in r}
    assert local <= set(graph)
    root, run = graph["./"], graph["#run"]
    assert {part["@id"] for part in root["conformsTo"]} == set(PROFILES)
    assert {"name", "description", "datePublished", "license"} <= set(root)
    assert "ComputationalWorkflow" in graph[root["mainEntity"]["@id"]]["@type"]
    assert run["@type"] == "CreateAction" and run["instrument"] == root["mainEntity"]
    assert {"@id": "results/tables/table1_map.csv"} in run["result"]
    assert (path.parent / "config.yaml").read_text(encoding="utf-8") == "seeds:\n- 1\n"


def test_an_unfinished_study_and_a_used_folder_are_refused(results: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exists"):
        write_crate(results, tmp_path)
    with pytest.raises(InputError, match="Finish the study"):
        write_crate(tmp_path / "nowhere", tmp_path / "crate")
