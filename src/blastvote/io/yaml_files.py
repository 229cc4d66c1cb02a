"""Read YAML that others wrote: no key twice, no alias bombs, with file and line in every message."""

from __future__ import annotations

from typing import Any

import yaml

from blastvote.errors import InputError
from blastvote.io.reading import read_text
from blastvote.io.writing import StrPath

MOST_NODES = 100_000
"""Values that a document may have, those counted again that an alias repeats."""


def read_yaml(path: StrPath) -> Any:
    """Read a YAML file.

    Raises
    ------
    InputError
        If the file is missing, not YAML, has a key twice, or aliases that repeat one another into a huge document.
    """
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, where: str) -> Any:
    """Parse YAML text; `where` names it in messages, errors as for `read_yaml`."""
    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check(node, where, {})
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except InputError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(
            f"{where}: not valid YAML{place} ({error.problem or error.context}). Correct it."
        ) from error
    except RecursionError as error:
        raise InputError(f"{where}: the YAML is nested too deeply. Write it flat.") from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:  # characters, dates and numbers
        raise InputError(f"{where}: not valid YAML ({' '.join(str(error).split())}). Correct it.") from error


def _check(node: yaml.Node, where: str, sizes: dict[int, int]) -> int:
    """Return how many values a node stands for; raise where a key occurs twice or they are too many."""
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise InputError(
                f"{where}: line {node.start_mark.line + 1} repeats itself by an alias. Write it out."
            )
        return sizes[id(node)]
    sizes[id(node)] = 0  # being counted
    total = 1
    if isinstance(node, yaml.SequenceNode):
        total += sum(_check(item, where, sizes) for item in node.value)
    elif isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            total += _check(key, where, sizes) + _check(value, where, sizes)
            if isinstance(key, yaml.ScalarNode):
                line, name = key.start_mark.line + 1, (key.tag, key.value)
                if name in first:
                    raise InputError(
                        f"{where}: line {line} has the key '{key.value}' again (first in line {first[name]}). Keep one."
                    )
                first[name] = line
    if total > MOST_NODES:
        raise InputError(
            f"{where}: its aliases stand for more than {MOST_NODES:,} values. Write what is meant without them."
        )
    sizes[id(node)] = total
    return total
