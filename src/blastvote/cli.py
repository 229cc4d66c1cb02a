"""``blastvote``: the library's functions from a shell, for single images and quick looks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from blastvote import __version__, cli_arguments
from blastvote.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after a user's mistake."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] == ["run"] and arguments[1:] not in (["-h"], ["--help"]):
        options = argparse.Namespace(run=run, snakemake=arguments[1:])  # Snakemake's, whatever they look like
    else:
        options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone
        return 0
    except OSError as error:  # no such folder, no permission, disk full
        print(f"Error: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Run the workflow: snakemake, with one line on where it is in place of all its output."""
    from blastvote.watch import run_snakemake

    return run_snakemake(options.snakemake, partial(print, flush=True))


def enhance(options: argparse.Namespace) -> None:
    """Enhance images; print what was done to each as JSON lines."""
    from blastvote.contrast import enhance_and_describe
    from blastvote.io import read_image, write_image

    params = _parameters(options.param)
    for source in _images(options.images):
        target = options.out / f"{source.stem}.png"
        if target.resolve() == source.resolve():
            raise InputError(f"{source} would be overwritten by its own result. Choose another --out folder.")
        image, record = enhance_and_describe(read_image(source), options.method, **params)
        options.out.mkdir(parents=True, exist_ok=True)
        write_image(target, image)
        print(json.dumps({"image": str(source), "out": str(target), **record}))


def methods(options: argparse.Namespace) -> None:
    """List the contrast methods and their parameters."""
    from blastvote.contrast import METHODS

    for name, method in METHODS.items():
        print(f"{name}: {method.summary}")
        for parameter, schema in method.params_schema["properties"].items():
            choices = f" ({' | '.join(map(str, schema['enum']))})" if "enum" in schema else ""
            print(f"    {parameter} = {schema.get('default')}{choices}: {schema.get('description', '')}")


def simulate(options: argparse.Namespace) -> None:
    """Write a simulated data set."""
    from blastvote.simulate import IMAGES_FOLDER, SimulationSettings, image_ids, image_name, write_dataset
    from blastvote.wording import listed

    width, height = options.size
    settings = SimulationSettings(
        width=width,
        height=height,
        pixel_size_um=options.pixel_size,
        images_per_class=options.per_class,
        seed=options.seed,
    )
    own = {image_name(image_id, settings) for image_id in image_ids(settings)}
    others = sorted({path.name for path in (options.out / IMAGES_FOLDER).glob("*")} - own)
    if others:
        raise InputError(
            f"{options.out / IMAGES_FOLDER} holds other files ({listed(others)}), which would lie among the simulated "
            "images without annotations. Name an empty folder."
        )
    write_dataset(options.out, settings)
    print(f"{3 * options.per_class} images, annotations_via.json and labels.csv are in {options.out}")


def check(options: argparse.Namespace) -> None:
    """Check a data set as the workflow does and print the report."""
    from blastvote.dataset.check.checks import check_dataset
    from blastvote.dataset.source.collect import collect
    from blastvote.dataset.source.source import open_source
    from blastvote.vote import make_rule, vote

    classes = _classes(options.classes)
    dataset = {
        "images": options.images,
        "annotations": options.annotations,
        "labels": options.labels,
        "masks": options.masks,
        "ignore_values": options.ignore_value or "auto",
        "crowds": options.crowds,
        "class_attribute": options.class_attribute,
        "class_aliases": dict(
            _pair(pair, "--alias", "name=class", "Lymphoblast-L1=L1") for pair in options.alias
        ),
    }
    rule = partial(vote, rule=make_rule(options.vote, classes))
    report, _ = check_dataset(collect(open_source(dataset, classes), classes, rule), classes, rule)
    print(report.to_markdown())
    report.raise_errors()


def predict(options: argparse.Namespace) -> None:
    """Find the lymphoblasts in photographs of any size with a trained network, and let them vote."""
    from blastvote.predict import predict_images, votes_of

    def progress(done: int, total: int, name: str) -> None:
        bar = "#" * (30 * done // total)
        end = "\n" if done == total or not sys.stderr.isatty() else ""
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}[{bar:30}] {done}/{total} {name[:40]:40}", end=end, file=sys.stderr, flush=True)

    outcome = predict_images(
        options.images,
        options.model,
        options.out,
        _pixel_size(options.pixel_size),
        options.min_score,
        options.threads,
        progress,
    )
    for row in votes_of(options.out, outcome):
        confidence = "" if row["confidence"] is None else f" (confidence {row['confidence']:.2f})"
        print(f"{row['image_id']}: {row['cells']} cells, {row['vote']}{confidence}")
    if outcome.earlier:
        print(f"{outcome.earlier} of {len(outcome.done)} images were finished by an earlier call.")
    if outcome.failed:
        reasons = "".join(f"\n  {name}: {reason}" for name, reason in outcome.failed.items())
        raise InputError(
            f"{len(outcome.failed)} images could not be used; the others are in {options.out}.{reasons}"
        )


def _pixel_size(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.005 <= value <= 5:
        raise InputError(f"--pixel-size is {text!r}; expected micrometres from 0.005 to 5, or auto.")
    return value


def summary(options: argparse.Namespace) -> None:
    """Print Tables 1 and 2 and say where everything is."""
    results = options.results or _results_folder(options.config)
    tables = results / "tables" / "tables.md"
    if not tables.is_file():
        raise InputError(f"{tables} does not exist. Run the workflow first: make demo.")
    print(tables.read_text(encoding="utf-8"))
    for folder, what in (
        ("tables", "tables (CSV)"),
        ("plots", "plots (PNG, SVG, PDF)"),
        ("plots/overlays", "found and true cells"),
        ("report/index.html", "methods side by side"),
    ):
        print(f"{what:24} {results / folder}")


def crate(options: argparse.Namespace) -> None:
    """Copy a finished study's workflow, tables, plots and report into a new folder, described as an RO-Crate."""
    from blastvote.crate import write_crate

    print(write_crate(options.results, options.out))


def _results_folder(config_file: Path | None) -> Path:
    """Return the folder ``results`` of a configuration file; without one, that of the embedded default."""
    import yaml

    from blastvote.io import read_text

    config: dict[str, Any] = {"results": "results"}
    if config_file:
        text = read_text(config_file)
        try:
            config |= yaml.safe_load(text) or {}
        except (yaml.YAMLError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{config_file}: not a configuration in YAML ({reason}).") from None
    return Path(config["results"])


def _images(paths: Sequence[Path]) -> list[Path]:
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


def _parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """Return ``name=value`` pairs with the values read as JSON where they are."""
    params: dict[str, Any] = {}
    for pair in pairs:
        name, value = _pair(pair, "--param", "name=value", "mode=original")
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
    return params


def _pair(text: str, option: str, form: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{option} {text!r} is not of the form {form}, such as {option} {example}.")
    return name, value


def _classes(text: str) -> list[str]:
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


def _parser() -> argparse.ArgumentParser:
    description = (__doc__ or "").replace("`", "")
    parser = argparse.ArgumentParser(prog="blastvote", description=description)
    parser.add_argument("--version", action="version", version=f"blastvote {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for function, add_arguments in COMMANDS.items():
        name, text = function.__name__, function.__doc__
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=function)
        add_arguments(command.add_argument)
    return parser


COMMANDS: dict[Callable[[argparse.Namespace], int | None], Callable[[cli_arguments.Add], None]] = {
    run: cli_arguments.run,
    enhance: cli_arguments.enhance,
    methods: cli_arguments.nothing,
    simulate: cli_arguments.simulate,
    check: cli_arguments.check,
    predict: cli_arguments.predict,
    summary: cli_arguments.summary,
    crate: cli_arguments.crate,
}
"""What runs a command, and what adds its arguments."""


if __name__ == "__main__":
    sys.exit(main())
