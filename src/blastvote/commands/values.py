"""Values that are given to commands as text, checked."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blastvote.errors import InputError


def pixel_size(text: str) -> float | str:
    """Return ``--pixel-size`` as micrometres, or ``auto``."""
    if text == "auto":
        return text
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.005 <= value <= 5:
        raise InputError(f"--pixel-size is {text!r}; expected micrometres from 0.005 to 5, or auto.")
    return value


def min_score(value: float | None) -> float | None:
    """Return ``--min-score``, a score or None."""
    if value is not None and not 0 <= value <= 1:  # NaN is neither
        raise InputError(f"--min-score is {value}; expected a score from 0 to 1.")
    return value


def threads(value: int) -> int:
    """Return ``--threads``."""
    if not 1 <= value <= 1024:
        raise InputError(f"--threads is {value}; expected a whole number from 1 to 1024.")
    return value


def white_level(value: int) -> int:
    """Return ``--white-level``, a value of 16 bits."""
    if not 255 <= value <= 65535:
        raise InputError(f"--white-level is {value}; expected a whole number from 255 to 65535.")
    return value


def results_folder(config_file: Path | None) -> Path:
    """Return the folder ``results`` of a configuration file; without one, that of the embedded default."""
    from blastvote.study.configuration.load import read_config_file

    results = read_config_file(config_file).get("results", "results") if config_file else "results"
    if not isinstance(results, str) or not results:
        raise InputError(f"{config_file}: 'results' is {results!r}; expected the name of a folder.")
    return Path(results)


def checked_config(options: argparse.Namespace) -> dict[str, Any]:
    """Return the configuration that `blastvote check` looks at: a study's, or one that its other arguments say."""
    from blastvote.dataset.check.findings import check_stops
    from blastvote.study.configuration.load import embedded_config, load_config, merged

    if options.config:
        config = load_config(options.config)
        if options.images or config["dataset"]["source"] != "local":
            raise InputError(
                f"{options.config}: blastvote check takes either a config with dataset.source local, or a folder of "
                "photographs."
            )
        return config
    if not options.images:
        raise InputError("Name the folder of photographs, or a study's config file with --config.")
    dataset = {
        "source": "local",
        "images": options.images,
        "annotations": options.annotations,
        "labels": options.labels,
        "masks": options.masks,
        "ignore_values": options.ignore_value or "auto",
        "mask_colours": dict(
            pair(text, "--mask-colour", "colour=class", "#ff0000=L1") for text in options.mask_colour
        ),
        "crowds": options.crowds,
        "unlabelled": options.unlabelled,
        "exif": options.exif,
        "white_level": white_level(options.white_level),
        "class_attribute": options.class_attribute,
        "stop_on": options.stop_on,
        "class_aliases": dict(
            pair(text, "--alias", "name=class", "Lymphoblast-L1=L1") for text in options.alias
        ),
    }
    check_stops(options.stop_on)
    given = {"dataset": dataset, "classes": classes(options.classes), "vote": {"rule": options.vote}}
    return merged(embedded_config(), given)


def images(paths: Sequence[Path]) -> list[Path]:
    """Return the image files among `paths` and in the folders among them."""
    from blastvote.io import IMAGE_SUFFIXES

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        else:
            found.append(path)
    if not found:
        raise InputError(
            f"There is no image in {', '.join(map(str, paths))}. Name image files or their folder."
        )
    stems = [path.stem for path in found]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice:
        raise InputError(
            f"Two images are called '{twice}', and one result would overwrite the other. Rename one."
        )
    return found


def parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """Return ``name=value`` pairs with the values read as JSON where they are."""
    params: dict[str, Any] = {}
    for text in pairs:
        name, value = pair(text, "--param", "name=value", "mode=original")
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
        except RecursionError:
            raise InputError(f"--param {name}: its value is nested too deeply. Give a plain value.") from None
    return params


def pair(text: str, option: str, form: str, example: str) -> tuple[str, str]:
    """Return the two sides of ``name=value``."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{option} {text!r} is not of the form {form}, such as {option} {example}.")
    return name, value


def classes(text: str) -> list[str]:
    """Return comma-separated class names without blanks, each once."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise InputError(
            f"--classes {text!r} holds an empty name. Separate names by one comma: --classes L1,L2,L3"
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"--classes {text!r}: {twice!r} occurs twice. Name each class once.")
    return names
