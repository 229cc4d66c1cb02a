"""The conda environment, the lock files and pyproject name the same packages and versions."""

import re
import tomllib
from pathlib import Path

import yaml


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9_.-]+)==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def conda_pins(repo_root: Path) -> dict[str, str]:
    environment = yaml.safe_load((repo_root / "envs/blastvote.yaml").read_text(encoding="utf-8"))
    pins = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    return dict(pin.split("==") for pin in pins)


def test_conda_pins_equal_the_lock(repo_root: Path) -> None:
    lock = locked(repo_root / "requirements/lock-cpu.txt")
    assert {name: lock.get(name) for name in conda_pins(repo_root)} == conda_pins(repo_root)


def test_conda_has_every_dependency(repo_root: Path) -> None:
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[; ]", entry)[0].lower() for entry in project["dependencies"]}
    assert names | {"tensorflow-cpu"} == set(conda_pins(repo_root))


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
