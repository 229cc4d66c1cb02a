"""One page of many files: style sheets and ES modules are put into it, and a policy that allows nothing else.

Modules in files of their own do not load from the file system, so they become one script: in the order in which
they import each other, without their ``import`` and ``export``. No tool and no second copy is needed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

PAGE = resources.files("blastvote.report") / "page"
CHECK_PAGE = resources.files("blastvote.report.check") / "page"
STYLES = ("base.css", "tables.css", "viewer.css", "print.css")
CHECK_STYLES = ("base.css", "tables.css", "check.css", "print.css")
ENTRY, CHECK_ENTRY = "main.js", "check.js"

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)


def _file(name: str) -> Traversable:
    """Return a file of a page; the check's own lie beside those that it shares with the study's."""
    own = CHECK_PAGE / name
    return own if own.is_file() else PAGE / name


def script(entry: str = ENTRY) -> str:
    """Return all modules of the page as one script.

    Parameters
    ----------
    entry
        The module that imports all others.

    Raises
    ------
    ValueError
        If two modules give one name at their top level, import in a circle, or import in another form than
        ``import { a, b } from "./c.js";``.
    """
    parts: list[str] = []
    owners: dict[str, str] = {}
    _add(entry, parts, owners, ())
    return '"use strict";\n' + "\n".join(parts)


def _add(name: str, parts: list[str], owners: dict[str, str], path: tuple[str, ...]) -> None:
    if name in path:
        raise ValueError(f"The page's modules import each other in a circle: {' -> '.join((*path, name))}.")
    if name in owners.values():
        return
    text = _file(name).read_text(encoding="utf-8")
    for match in _IMPORT.finditer(text):
        _add(match[2], parts, owners, (*path, name))
    for found in _NAME.findall(text):
        if found in owners:
            raise ValueError(f"{name} and {owners[found]} both have the name {found} at their top level.")
        owners[found] = name
    owners[f"({name})"] = name
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name} imports or exports in a form that report/bundle.py does not know.")
    parts.append(body)


def style(method_colours: Sequence[str], class_colours: Sequence[str], sheets: Iterable[str] = STYLES) -> str:
    """Return the style sheets as one text; ``--method-N`` and ``--class-N`` are the colours of the figures."""
    variables = [f"--method-{n}: {colour};" for n, colour in enumerate(method_colours)]
    variables += [f"--class-{n}: {colour};" for n, colour in enumerate(class_colours)]
    swatches = [f".method-{n} {{ --swatch: var(--method-{n}); }}" for n in range(len(method_colours))]
    texts = [_file(name).read_text(encoding="utf-8") for name in sheets]
    return "\n".join([":root {", *variables, "}", *swatches, *texts])


def template(package: str, name: str) -> Template:
    """Return a template of the folder ``page`` of a package: text is escaped, and a name it lacks is an error."""
    environment = Environment(
        loader=PackageLoader(package, "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def policy(script_text: str, style_text: str) -> str:
    """Return the Content-Security-Policy: this script, this style, images; nothing from anywhere else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_digest(script_text)}'",
            f"style-src '{_digest(style_text)}'",
            "img-src 'self' file: data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def embedded_json(document: Mapping[str, Any]) -> str:
    """Return JSON that may stand in a script element: no text in it can end the element or open a comment."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub(r"<(?=[/!sS])", r"\\u003c", text)
