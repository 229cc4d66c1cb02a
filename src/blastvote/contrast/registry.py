"""The registry of contrast methods and the check of their parameters."""

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blastvote.errors import InputError
from blastvote.wording import suggest

Outcome = np.ndarray | tuple[np.ndarray, dict[str, Any]]


@dataclass(frozen=True)
class Method:
    """One contrast function with the description of its parameters.

    Attributes
    ----------
    name
        What the configuration calls it.
    function
        Takes a contiguous uint8 image (H, W, 3), and (H, W) too if `grey` is true, and keyword parameters;
        returns the image, or the image and a dictionary of details for the record. It never changes its
        input.
    params_schema
        JSON schema (an object, no further properties) of the parameters, each with a description and a
        default.
    summary
        First line of the function's docstring.
    grey
        Whether the function handles (H, W) itself. If not, it sees the grey image three times.
    aliases
        Other spellings of parameters, e.g. ``lambda`` (a word Python reserves) for ``lam``.
    """

    name: str
    function: Callable[..., Outcome]
    params_schema: dict[str, Any]
    summary: str
    grey: bool = False
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def defaults(self) -> dict[str, Any]:
        """Return the default of every parameter."""
        properties = self.params_schema["properties"]
        return {name: schema["default"] for name, schema in properties.items() if name not in self.aliases}


METHODS: dict[str, Method] = {}


def method(
    name: str,
    params: Mapping[str, dict[str, Any]],
    *,
    grey: bool = False,
    aliases: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register the decorated function as contrast method `name`.

    Parameters
    ----------
    name
        Name in the registry; must be new.
    params
        JSON schema of each parameter. The defaults are read from the function's signature.
    grey
        Whether the function takes (H, W) images itself.
    aliases
        Further spellings of parameters.

    Raises
    ------
    ValueError
        If the name is taken, or the schema and the signature name different parameters: a programming error.
    """

    def register(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        signature = list(inspect.signature(function).parameters.values())[1:]
        if name in METHODS:
            raise ValueError(f"contrast method {name!r} is registered twice")
        if {parameter.name for parameter in signature} != set(params):
            raise ValueError(
                f"contrast method {name!r}: schema {sorted(params)} and signature {signature} differ"
            )
        properties = {p.name: {**params[p.name], "default": _plain(p.default)} for p in signature}
        for other, target in (aliases or {}).items():
            properties[other] = {**properties[target], "description": f"Another spelling of `{target}`."}
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        summary = (inspect.getdoc(function) or "").partition("\n")[0]
        METHODS[name] = Method(name, function, schema, summary, grey, dict(aliases or {}))
        return function

    return register


def find_methods() -> None:
    """Import every file of `blastvote.contrast.methods`, in alphabetical order, so that its method registers itself."""
    from blastvote.contrast import methods

    for module in pkgutil.iter_modules(methods.__path__):
        importlib.import_module(f"{methods.__name__}.{module.name}")


def find_method(name: object) -> Method:
    """Return the method of that name; raise `InputError` that suggests the nearest one."""
    if isinstance(name, str) and name in METHODS:
        return METHODS[name]
    raise InputError(
        f"contrast method {name!r} is not known.{suggest(name, METHODS)} Known: {', '.join(METHODS)}."
    )


def validate_params(function: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Check the parameters of a contrast method and fill in its defaults.

    Parameters
    ----------
    function
        Name in `METHODS`.
    params
        Parameters by name, as from a configuration file; None is the same as empty.

    Returns
    -------
    dict
        Every parameter of the function, aliases resolved, ready to be passed as keywords.

    Raises
    ------
    InputError
        Unknown function or parameter (with the nearest name), or a value the schema refuses.
    """
    found = find_method(function)
    if params is not None and not isinstance(params, Mapping):
        raise InputError(
            f"contrast method {found.name!r}: parameters are a mapping of names to values, but {params!r} was given."
        )
    given = {key: _plain(value) for key, value in (params or {}).items()}
    properties = found.params_schema["properties"]
    for key, value in given.items():
        if key not in properties:
            known = ", ".join(found.defaults) or "none, it has no parameters"
            hint = suggest(key, properties)
            raise InputError(
                f"contrast method {found.name!r}: parameter {key!r} is not known.{hint} Known: {known}."
            )
        _check_value(found.name, key, value, properties[key])
        if properties[key].get("type") == "integer":
            given[key] = int(value)  # JSON takes 4.0 for an integer
    resolved = dict(found.defaults)
    for key, value in given.items():
        target = found.aliases.get(key, key)
        if target != key and target in given:
            raise InputError(
                f"contrast method {found.name!r}: {key!r} and {target!r} are one parameter; give one of them."
            )
        resolved[target] = value
    return resolved


def _check_value(name: str, key: str, value: Any, schema: dict[str, Any]) -> None:
    """Raise `InputError` where the value of one parameter does not fit its schema."""
    if type(value) is type(schema.get("default")) and value == schema["default"]:
        return
    import jsonschema  # here: it costs a tenth of a second that images with default parameters need not pay

    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(value))
    if error is None and _is_finite(value):
        return
    hint = suggest(value, schema["enum"]) if "enum" in schema else ""
    expected = schema.get("description", "see the schema")
    reason = error.message if error is not None else "it is not finite"
    raise InputError(
        f"contrast method {name!r}: {key} = {value!r} is refused ({reason}).{hint} Expected: {expected}"
    )


def _is_finite(value: Any) -> bool:
    """Return whether no number in a value, or in lists of it, is infinite or NaN."""
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _plain(value: Any) -> Any:
    """Return NumPy scalars and arrays, and tuples, as the numbers and lists that JSON knows."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
