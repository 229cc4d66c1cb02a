"""``blastvote``: the library's functions from a shell, for single images and quick looks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from blastvote import __version__
from blastvote.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status: 0, or 1 after a user's mistake."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except InputError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has gone
        return 0
    except OSError as error:  # no such folder, no permission, disk full
        print(f"Error: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


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
        ("plots", "plots (PNG, SVG)"),
        ("plots/overlays", "found and true cells"),
        ("report/index.html", "everything on one page"),
    ):
        print(f"{what:24} {results / folder}")


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
    for run, add_arguments in COMMANDS.items():
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        add_arguments(command.add_argument)
    return parser


Add = Callable[..., Any]  # argparse's add_argument of one command


def _enhance_arguments(add: Add) -> None:
    add("images", nargs="+", type=Path, help="image files or folders")
    add("--method", default="eff", help="contrast method (see: blastvote methods)")
    add("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter; repeatable")
    add("--out", type=Path, required=True, help="folder of the results (PNG)")


def _no_arguments(add: Add) -> None:
    pass


def _simulate_arguments(add: Add) -> None:
    add("--out", type=Path, required=True, help="folder of the data set")
    add("--per-class", type=int, default=20, metavar="N", help="images of each subtype")
    add("--seed", type=int, default=0)
    add("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"), help="pixels")
    add("--pixel-size", type=float, default=0.18, metavar="UM", help="micrometres per pixel")


def _check_arguments(add: Add) -> None:
    add("images", help="folder of photographs, or a CSV sheet")
    add("--annotations", default="", help="VIA, COCO, LabelMe or GeoJSON file, or a folder of masks")
    add("--labels", default="", help="CSV with image_id,label,patient_id")
    add("--masks", default="label_map", choices=("label_map", "binary"), help="how masks are read")
    add("--class-attribute", default="", metavar="NAME", help="VIA attribute with the class")
    add("--alias", action="append", default=[], metavar="NAME=CLASS", help="a name in the files; repeatable")
    add("--classes", default="L1,L2,L3", help="comma-separated class names")
    add("--vote", default="pathologist", help="vote rule")


def _predict_arguments(add: Add) -> None:
    add("images", nargs="+", type=Path, help="image files or folders")
    which = "starter, a weight file, or the folder of a run: results/runs/none/seed1/fold0"
    add("--model", default="starter", metavar="RUN|FILE|starter", help=which)
    add("--out", type=Path, required=True, help="folder of tables, overlays and annotations")
    size = "micrometres a pixel; auto takes the file's tags or estimates it from the red cells"
    add("--pixel-size", default="auto", metavar="UM|auto", help=size)
    add(
        "--min-score",
        type=float,
        default=None,
        help="from which score on a cell counts; default: the model's",
    )
    add("--threads", type=int, default=2, help="threads of the network")


def _summary_arguments(add: Add) -> None:
    add("--config", type=Path, help="config file that was run")
    add("--results", type=Path, help="results folder")


COMMANDS: dict[Callable[[argparse.Namespace], None], Callable[[Add], None]] = {
    enhance: _enhance_arguments,
    methods: _no_arguments,
    simulate: _simulate_arguments,
    check: _check_arguments,
    predict: _predict_arguments,
    summary: _summary_arguments,
}
"""What runs a command, and what adds its arguments."""


if __name__ == "__main__":
    sys.exit(main())
