"""A proposed configuration as commented YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from blastvote.onboarding.proposal import Proposal

COLUMN = 40
"""Where comments start, unless the value is longer."""
WIDTH = 110
"""Where a comment would reach beyond, it stands above its key."""


def as_yaml(proposal: Proposal, folder: str) -> str:
    """Return the configuration with what was found on top and the reason of each choice beside it."""
    head = [
        f"# Made by `blastvote init {folder}`. Only what differs from config/config.yaml; all keys: config/README.md.",
        "#",
        *(f"# - {' '.join(sentence.split())}" for sentence in proposal.found),
        "",
    ]
    return "\n".join([*head, *_lines(proposal.config, proposal.reasons)]) + "\n"


def _lines(section: Mapping[str, Any], reasons: Mapping[str, str], prefix: str = "") -> Iterator[str]:
    indent = "  " * prefix.count(".")
    for key, value in section.items():
        reason = reasons.get(prefix + key, "")
        if isinstance(value, Mapping) and key not in ("class_aliases", "mask_colours"):
            yield f"{indent}{key}:"
            yield from _lines(value, reasons, f"{prefix}{key}.")
            continue
        text = f"{indent}{key}: {_flow(value)}"
        reason = " ".join(reason.split())
        if reason and len(text) + len(reason) > WIDTH:
            yield f"{indent}# {reason}:"
            reason = ""
        yield f"{text:{COLUMN}} # {reason}" if reason else text
    missing = [key for key in reasons if key.startswith(prefix) and "." not in key[len(prefix) :]]
    for key in missing:
        name = key[len(prefix) :]
        if prefix and name not in section:
            yield f"{indent}# {name}: {reasons[key]}"


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**9).split("\n")[0]
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(k)}: {_quoted(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
