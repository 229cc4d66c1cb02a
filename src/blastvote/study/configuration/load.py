"""A study's configuration as Snakemake would merge it, for commands that run without Snakemake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.io import read_yaml
from blastvote.study.configuration.config import validate_config

ROOT = Path(__file__).resolve().parents[4]
EMBEDDED = ROOT / "config" / "config.yaml"
SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"


def load_config(path: Path | str) -> dict[str, Any]:
    """Return a configuration file laid over the embedded default, checked.

    Raises
    ------
    InputError
        If the file cannot be read, or holds a mistake.
    """
    return validate_config(merged(embedded_config(), read_config_file(path)), SCHEMA)


def embedded_config() -> dict[str, Any]:
    """Return the embedded default; it lies in the checkout that this package is installed from.

    Raises
    ------
    InputError
        If the package was installed without its checkout.
    """
    if not EMBEDDED.is_file():
        raise InputError(f"{EMBEDDED} is missing: run from a checkout of blastvote, where the workflow lies.")
    return read_config_file(EMBEDDED)


def read_config_file(path: Path | str) -> dict[str, Any]:
    """Return what one configuration file says.

    Raises
    ------
    InputError
        If the file cannot be read, or is no mapping in YAML.
    """
    values = read_yaml(path)
    if values is not None and not isinstance(values, dict):
        raise InputError(f"{path}: holds a {type(values).__name__}; expected keys and values in YAML.")
    return values or {}


def check_config_files(paths: Iterable[Path | str]) -> None:
    """Read configuration files as strictly as we do ourselves: Snakemake takes a key that is there twice.

    Raises
    ------
    InputError
        As `read_config_file`.
    """
    for path in paths:
        read_config_file(path)


def named_config_files(arguments: Sequence[str]) -> list[str]:
    """Return the files that Snakemake's arguments name after ``--configfile`` or ``--configfiles``.

    Examples
    --------
    >>> named_config_files(["--cores", "2", "--configfile", "a.yaml", "b.yaml", "-n", "--configfile=c.yaml"])
    ['a.yaml', 'b.yaml', 'c.yaml']
    """
    found, inside = [], False
    for word in arguments:
        name, equals, value = word.partition("=")
        if name in ("--configfile", "--configfiles"):
            inside = not equals
            found += [value] if equals else []
        elif word.startswith("-"):
            inside = False
        elif inside:
            found.append(word)
    return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the values of `over`, section by section, as Snakemake merges configurations."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result
