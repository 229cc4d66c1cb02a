"""Read and check the workflow's configuration before any work starts.

The JSON schema (`workflow/schemas/config.schema.yaml`) holds every key with its type, range and meaning; the
checks that need more than one key (a method that no variant defines, a reference method that is not run) are
functions here. Every error names the key, the value, what is allowed and the nearest match.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from blastvote.dataset.check.findings import check_stops
from blastvote.errors import InputError
from blastvote.io.yaml_files import parse_yaml
from blastvote.study.configuration.network_keys import check_network, network_pixel_size
from blastvote.study.configuration.paths import check_config_paths
from blastvote.study.configuration.reserved import check_classes, check_methods
from blastvote.wording import suggest

LARGEST = 10**15
"""Numbers beyond this are slips; a double holds each whole number up to it."""
_TYPES = Draft202012Validator.TYPE_CHECKER
# JSON takes 1.0 for a whole number, but a folder seed1.0 is not the folder seed1.
_Validator: Any = extend(
    Draft202012Validator,
    type_checker=_TYPES.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def read_scalars(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return a configuration with the numbers and truth values of the command line read as such.

    Snakemake reads what stands inside ``--config 'vote={min_confidence: 0.9}'`` as text. Where the schema
    does not ask for text, text that YAML reads as something else becomes that.

    Parameters
    ----------
    value
        A configuration, or a part of one.
    schema
        Its JSON schema.
    """
    if isinstance(value, Mapping):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        others = others if isinstance(others, Mapping) else {}
        return {key: read_scalars(item, known.get(key, others)) for key, item in value.items()}
    if isinstance(value, list):
        return [read_scalars(item, schema.get("items", {})) for item in value]
    if not isinstance(value, str) or not value or "enum" in schema or "string" in schema.get("type", ()):
        return value
    try:
        return parse_yaml(value, "--config")
    except InputError:
        return value


def validate_config(config: Mapping[str, Any], schema_path: Path | str) -> dict[str, Any]:
    """Check a whole configuration; the first mistake ends with an error that says how to fix it.

    Parameters
    ----------
    config
        The merged configuration (defaults, config files, command line).
    schema_path
        The JSON schema (YAML) of the configuration.

    Returns
    -------
    dict
        The configuration with the scalars of the command line read (:func:`read_scalars`) and the pixel size of the
        first weights looked up.

    Raises
    ------
    InputError
        Unknown key, wrong type, value out of range, or keys that contradict each other.
    """
    schema = yaml.safe_load(Path(schema_path).read_text(encoding="utf-8"))
    config = read_scalars(config, schema)
    _check_numbers(config, "")
    errors = sorted(_Validator(schema).iter_errors(config), key=_most_telling)
    if errors:
        raise InputError(_describe(errors[0]))
    check_config_paths(config)
    check_classes(config["classes"])
    _check_methods(config)
    _check_source(config)
    check_stops(config["dataset"].get("stop_on") or [])
    _check_vote(config)
    _check_protocol(config)
    check_network(config)
    return {**config, "model": {**config["model"], "pixel_size_um": network_pixel_size(config)}}


def _check_numbers(value: Any, key: str) -> None:
    """Raise InputError for the first number that is not finite or has too many digits: no key takes one."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            _check_numbers(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_numbers(item, f"{key}.{index}")
    elif isinstance(value, int | float) and not abs(value) <= LARGEST:  # NaN is neither
        raise InputError(
            f"Config key '{key}' is {value}; expected a finite number of at most 15 digits. Correct it."
        )


def _most_telling(error: ValidationError) -> tuple[bool, list[str]]:
    # An unknown key explains the missing or misplaced ones, so it is told first.
    return (error.validator != "additionalProperties", [str(part) for part in error.absolute_path])


def _describe(error: ValidationError) -> str:
    """Return one sentence or two on a schema violation: key, value, expectation, remedy."""
    key = ".".join(str(part) for part in error.absolute_path)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    allowed_by: Any = error.validator_value
    instance: Any = error.instance
    meaning = schema.get("description", "")
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        unknown = next(name for name in instance if name not in known)
        where = f"{key}.{unknown}" if key else str(unknown)
        return f"Config key '{where}' is not known.{suggest(unknown, known)} Known here: {', '.join(sorted(known))}."
    if error.validator == "required":
        return f"Config key '{key or 'top level'}': {error.message}. Add it, as in config/config.yaml."
    if error.validator == "enum":
        allowed = [str(value) for value in allowed_by]
        return (
            f"Config key '{key}' is {error.instance!r}.{suggest(error.instance, allowed)} "
            f"Allowed: {', '.join(allowed)}. {meaning}"
        ).strip()
    if error.validator == "pattern" and meaning:
        return f"Config key '{key}' is {error.instance!r}; expected: {meaning}"
    if error.validator == "type":
        expected = allowed_by
        expected = " or ".join(expected) if isinstance(expected, list) else expected
        got = type(error.instance).__name__
        return f"Config key '{key}' is {error.instance!r} ({got}), but must be of type {expected}. {meaning}".strip()
    return f"Config key '{key}' is {error.instance!r}: {error.message}. {meaning}".strip()


def _check_methods(config: Mapping[str, Any]) -> None:
    """Every method is a variant, every variant a contrast function with parameters that it knows."""
    from blastvote.contrast import validate_params

    variants = config["variants"]
    check_methods(config["methods"])
    for method in config["methods"]:
        if method not in variants:
            raise InputError(
                f"Config key 'methods' names {method!r}, which no entry of 'variants' defines."
                f"{suggest(method, variants)} Defined: {', '.join(variants)}. Add a variant or correct the name."
            )
    for name, variant in variants.items():
        try:
            validate_params(variant["function"], variant.get("params") or {})
        except InputError as error:
            raise InputError(f"Config key 'variants.{name}': {error}") from None
    for key in ("reference_method", "confusion_method"):
        method = config["evaluation"][key]
        if method not in config["methods"]:
            raise InputError(
                f"Config key 'evaluation.{key}' is {method!r}, which is not among 'methods' "
                f"({', '.join(config['methods'])}).{suggest(method, config['methods'])} Name one that is run."
            )


def _check_source(config: Mapping[str, Any]) -> None:
    """A local data set needs its photographs, and another tool's detections say that they are such."""
    segmenter = config["segmenter"]
    if segmenter["detections"] and segmenter["source"] != "external":
        raise InputError(
            f"Config key 'segmenter.detections' is {segmenter['detections']!r}, but 'segmenter.source' is "
            f"{segmenter['source']}, which finds cells itself. Set 'segmenter.source' to external, or leave it empty."
        )
    if config["dataset"]["source"] == "local" and not config["dataset"]["images"]:
        raise InputError(
            "Config key 'dataset.images' is empty, but 'dataset.source' is 'local'. Name the folder "
            "with the photographs, for example --config 'dataset={images: smears}'."
        )


def _check_protocol(config: Mapping[str, Any]) -> None:
    """The protocol's numbers fit together; whether there are images enough is another matter."""
    from blastvote.dataset.split.settings import SplitSettings

    try:
        SplitSettings.from_config(config["protocol"]).validate()
    except InputError as error:
        raise InputError(f"Config key 'protocol': {error}") from None


def _check_vote(config: Mapping[str, Any]) -> None:
    """The rule exists and speaks of classes that there are."""
    from blastvote.vote import make_rule

    try:
        make_rule(config["vote"]["rule"], config["classes"])
    except InputError as error:
        raise InputError(f"Config key 'vote.rule': {error}") from None
