"""Write the conda environments of the workflow: every package that it needs, pinned as in the lock (`make lock`)."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "blastvote (pyproject.toml)"
HEADER = """\
# {what} (snakemake --sdm conda): all that the rules need, pinned as in requirements/lock-{extra}.txt.
# Written by envs/write_pins.py, at the end of `make lock`; a test compares it with the lock.
name: {name}
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def locked(text: str) -> dict[str, tuple[str, set[str]]]:
    """Return package -> (version and marker, packages that ask for it) of a lock with uv's notes."""
    packages = {}
    for block in re.split(r"\n(?=[a-z0-9])", text):
        if match := re.match(r"([a-z0-9_.-]+)(==[^\\\n]+)", block):
            via = block.partition("# via")[2]
            packages[match[1]] = (match[2].strip(), {line.strip(" #") for line in via.splitlines()} - {""})
    return packages


def pins(root: Path, extra: str) -> list[str]:
    """Return what the workflow's own dependencies and TensorFlow come to, sorted."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"][extra]]
    names = {re.split(r"[<>=\[; ]", entry)[0].lower() for entry in asked}
    packages = locked((root / f"requirements/lock-{extra}.txt").read_text(encoding="utf-8"))
    needed = names & set(packages)
    while True:
        more = {name for name, (_, via) in packages.items() if via & needed} - needed
        if not more:
            return [name + packages[name][0] for name in sorted(needed)]
        needed |= more


def environment(root: Path, extra: str) -> str:
    """Return the text of an environment file."""
    what = {
        "cpu": "One environment for every rule",
        "gpu": "The environment of trainings and inferences on GPUs",
    }
    name = "blastvote" if extra == "cpu" else "blastvote-gpu"
    lines = [f'      - "{pin}"\n' if ";" in pin else f"      - {pin}\n" for pin in pins(root, extra)]
    return HEADER.format(what=what[extra], extra=extra, name=name) + "".join(lines)


if __name__ == "__main__":
    for extra, file in (("cpu", "blastvote.yaml"), ("gpu", "blastvote-gpu.yaml")):
        (ROOT / "envs" / file).write_text(environment(ROOT, extra), encoding="utf-8")
