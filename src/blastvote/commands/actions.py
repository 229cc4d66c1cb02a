"""What each command does: one function per command, named as the command; its first line is the help."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial

from blastvote.commands import values
from blastvote.errors import InputError


def run(options: argparse.Namespace) -> int:
    """Run the workflow: snakemake, with one line on where it is in place of all its output."""
    from blastvote.study.configuration.load import check_config_files, named_config_files
    from blastvote.study.watch import run_snakemake

    check_config_files(named_config_files(options.snakemake))
    return run_snakemake(options.snakemake, partial(print, flush=True))


def enhance(options: argparse.Namespace) -> None:
    """Enhance images; print what was done to each as JSON lines."""
    from blastvote.contrast import enhance_and_describe
    from blastvote.io import ReadSettings, read_image, real_path, write_image

    settings = ReadSettings(options.exif, values.white_level(options.white_level))
    params = values.parameters(options.param)
    for source in values.images(options.images):
        target = options.out / f"{source.stem}.png"
        if real_path(target) == real_path(source):
            raise InputError(f"{source} would be overwritten by its own result. Choose another --out folder.")
        image, record = enhance_and_describe(read_image(source, settings), options.method, **params)
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
    from blastvote.report.check.build import Checked, write_check
    from blastvote.report.check.gallery import Gallery
    from blastvote.study.fit import check_fit
    from blastvote.study.plan import plan_source
    from blastvote.study.planned_scale import known_framing
    from blastvote.vote import make_rule, vote

    config = values.checked_config(options)
    classes, stop_on = config["classes"], config["dataset"]["stop_on"]
    rule = partial(vote, rule=make_rule(config["vote"]["rule"], classes))
    source = plan_source(config)
    collection = collect(source, classes, rule)
    gallery = Gallery(len(collection.images))
    look = gallery.add if options.out else None
    report, facts = check_dataset(collection, classes, rule, options.threads, stop_on, look)
    check_fit(report, facts, config["model"], known_framing(source, config))
    print(report.to_markdown())
    if options.out:
        checked = Checked(report, facts, collection, classes, gallery.pictures)
        print(f"Every finding, with pictures: {write_check(options.out, checked)}")
    report.raise_errors()


def init(options: argparse.Namespace) -> None:
    """Look at a folder of photographs and annotations and write a configuration that a dry run accepts."""
    from blastvote.io import write_text
    from blastvote.onboarding.proposal import propose
    from blastvote.onboarding.questions import Questions
    from blastvote.onboarding.text import as_yaml
    from blastvote.study.configuration.load import load_config
    from blastvote.study.foresee import check_plan
    from blastvote.study.plan import plan_source, precheck_source

    if options.out.exists():
        raise InputError(f"{options.out} exists already. Remove it, or name another file with --out.")
    asks = not options.yes and sys.stdin.isatty()
    proposal = propose(options.folder, Questions(input if asks else None), lambda text: print(f"- {text}"))
    write_text(options.out, as_yaml(proposal, str(options.folder)))
    try:
        config = load_config(options.out)
        source = plan_source(config)
        check_plan(source, precheck_source(source, config), config)
    except InputError:
        options.out.unlink()
        raise
    print(f"\nWritten: {options.out}. Look at what is found, then plan and run:\n")
    print(f"  blastvote check --config {options.out}")
    print(f"  snakemake -n --configfile {options.out}")
    print(f"  snakemake --cores all --configfile {options.out}")


def predict(options: argparse.Namespace) -> None:
    """Find the lymphoblasts in photographs of any size with a trained network, and let them vote."""
    # Before the imports, which take seconds.
    checked = (
        values.pixel_size(options.pixel_size),
        values.min_score(options.min_score),
        values.threads(options.threads),
    )
    values.white_level(options.white_level)
    from blastvote.io import ReadSettings
    from blastvote.prediction.predict import PredictSettings, predict_images, votes_of

    def progress(done: int, total: int, name: str) -> None:
        bar = "#" * (30 * done // total)
        end = "\n" if done == total or not sys.stderr.isatty() else ""
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}[{bar:30}] {done}/{total} {name[:40]:40}", end=end, file=sys.stderr, flush=True)

    reading = ReadSettings(options.exif, options.white_level)
    how = PredictSettings(*checked, reading, options.precision, options.runtime)
    outcome = predict_images(options.images, options.model, options.out, how, progress)
    for row in votes_of(options.out, outcome):
        confidence = "" if row["confidence"] is None else f" (confidence {row['confidence']:.2f})"
        print(f"{row['image_id']}: {row['cells']} cells, {row['vote']}{confidence}")
    if outcome.earlier:
        print(f"{outcome.earlier} of {len(outcome.done)} images were finished by an earlier call.")
    if outcome.failed:
        raise InputError(
            f"{len(outcome.failed)} images could not be used; the others are in {options.out}.",
            [f"{name}: {reason}" for name, reason in outcome.failed.items()],
        )


def summary(options: argparse.Namespace) -> None:
    """Print Tables 1 and 2 and say where everything is."""
    results = options.results or values.results_folder(options.config)
    tables = results / "tables" / "tables.md"
    if not tables.is_file():
        raise InputError(f"{tables} does not exist. Run the workflow first: make demo.")
    lines = tables.read_text(encoding="utf-8").splitlines()
    print(
        "\n".join(line.replace("**Table 2", "\n**Table 2") for line in lines if line)
    )  # else 50 lines and more
    for folder, what in (
        ("tables", "tables (CSV)"),
        ("plots", "plots (PNG, SVG, PDF)"),
        ("plots/overlays", "found and true cells"),
        ("report/index.html", "methods side by side"),
    ):
        print(f"{what:24} {results / folder}")


def export(options: argparse.Namespace) -> None:
    """Write the detections of every run in a form that other tools, and `segmenter.detections`, read."""
    from blastvote.dataset.coco import read_coco
    from blastvote.external.export import export_detections

    classes = read_coco(options.results / "data" / "annotations.json").class_names
    pattern = export_detections(options.results, options.out, options.form, classes)
    print(f"segmenter: {{source: external, detections: '{pattern}'}}")


def crate(options: argparse.Namespace) -> None:
    """Copy a finished study's workflow, tables, plots and report into a new folder, described as an RO-Crate."""
    from blastvote.study.crate import write_crate

    print(write_crate(options.results, options.out))
