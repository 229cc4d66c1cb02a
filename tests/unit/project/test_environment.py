"""The conda environment, the lock files and pyproject name the same packages and versions."""

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def conda_pins(repo_root: Path, name: str) -> dict[str, str]:
    environment = yaml.safe_load((repo_root / f"envs/{name}.yaml").read_text(encoding="utf-8"))
    pins = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    return dict(pin.partition(" ;")[0].split("==") for pin in pins)


@pytest.mark.parametrize(("extra", "name"), [("cpu", "blastvote"), ("gpu", "blastvote-gpu")])
def test_conda_environments_are_those_of_the_lock(extra: str, name: str, repo_root: Path) -> None:
    spec = importlib.util.spec_from_file_location("write_pins", repo_root / "envs/write_pins.py")
    assert spec and spec.loader
    write_pins = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write_pins)
    text = (repo_root / f"envs/{name}.yaml").read_text(encoding="utf-8")
    assert text == write_pins.environment(repo_root, extra), "run: python envs/write_pins.py"


def test_conda_pins_all_that_is_asked_for_in_turn(repo_root: Path) -> None:
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in ("blastvote", "blastvote-gpu"):
        pins = {pin.lower().replace("_", "-") for pin in conda_pins(repo_root, name)}
        asked = {Requirement(entry).name.lower() for entry in project["dependencies"]} | {"tensorflow"}
        for package in pins & {d.name.lower().replace("_", "-") for d in importlib.metadata.distributions()}:
            needs = map(Requirement, importlib.metadata.requires(package) or [])
            asked |= {
                need.name.lower() for need in needs if not need.marker or need.marker.evaluate({"extra": ""})
            }
        assert {name.replace("_", "-") for name in asked} <= pins
    gpu = conda_pins(repo_root, "blastvote-gpu")
    assert {"nvidia-cudnn-cu12", "nvidia-cublas-cu12"} <= set(gpu)


def test_both_locks_agree(repo_root: Path) -> None:
    cpu, gpu = (locked(repo_root / f"requirements/lock-{name}.txt") for name in ("cpu", "gpu"))
    assert {
        name: (version, gpu[name]) for name, version in cpu.items() if gpu.get(name, version) != version
    } == {}


def test_locks_have_hashes_and_no_registry(repo_root: Path) -> None:
    for path in (repo_root / "requirements").glob("lock-*.txt"):
        text = path.read_text(encoding="utf-8")
        assert text.count("--hash=sha256:") > len(locked(path))
        assert "://" not in text
