"""Configuration, images, batches and runs: everything that later files build on.

Inputs:  the merged configuration, the schema, the folder or sheet of local images.
Outputs: the names RESULTS, IMAGES, BATCHES, RUNS, the paths of the data set, and functions for inputs and resources.
Steps:   validate -> list images -> batch them -> list runs.

Inputs of rules are paths, never `rules.X.output`: Snakemake 9 hashes all inputs of a rule once for each input of that kind,
which is quadratic in the number of images. For the same reason there is one rule per method and batch, without
wildcards: every output of a rule with wildcards is compared with every path that starts alike.
"""

import os
import re
import snakemake.dag
import snakemake.io

from asyncio import get_running_loop
from inspect import iscoroutinefunction
from itertools import product
from weakref import WeakKeyDictionary

from blastvote.study import plan, planned_scale
from blastvote.study.batches import assign_batches, images_per_job
from blastvote.study.cluster import job_request
from blastvote.study.configuration.config import validate_config
from blastvote.study.configuration.load import check_config_files
from blastvote.study.foresee import check_plan, check_weights, first_messages
from blastvote.study.configuration.external import (
    check_external,
    external_paths,
    known_images,
)
from blastvote.errors import InputError
from blastvote.external.pattern import files_of
from blastvote.report.parts import report_part
from blastvote.segmentation.limits import model_for


def hash_inputs_once():
    """Hash each input once; Snakemake does it once for each output of the job (its issue 4240).

    A batch of 100 photographs would be hashed 10,000 times otherwise. There is no public way: `--max-checksum-file-size 0`
    would end all hashing, and with it re-make trainings whose splits were written again with the same content. Hashes
    are kept for one of Snakemake's passes over finished jobs, each an event loop of its own, so that a file that changes
    is hashed again. Where a later Snakemake has no such method, everything works as before, slower
    (`tests/rules/test_planning.py` would tell).
    """
    file_class = getattr(snakemake.io, "_IOFile", None)
    checksum = getattr(file_class, "checksum", None)
    if not iscoroutinefunction(checksum):
        return
    passes = WeakKeyDictionary()

    async def remembered(file, *arguments, **options):
        hashed = passes.setdefault(get_running_loop(), {})
        key = (str(file), arguments, *options.items())
        if key not in hashed:
            hashed[key] = await checksum(file, *arguments, **options)
        return hashed[key]

    file_class.checksum = remembered


def find_producers_once():
    """Look for the job that makes a file once; Snakemake does it again for each job that needs the file.

    With 125 trainings on the same 1,000 images that was half of the plan's time. Snakemake passes a table of producers
    along while it plans, and keeps only files in it that no job makes; its pull requests 690 and 697 would have kept
    all, but were not merged. A job's inputs enter the table when all jobs before it are planned, so circles are still
    found. Here a file has one producer, whoever asks: no two rules have outputs alike. Where a later Snakemake has no
    such method, everything works as before, slower (`tests/rules/test_planning.py` would tell).
    """
    dag_class = getattr(snakemake.dag, "DAG", None)
    add_job = getattr(dag_class, "update_", None)
    if not iscoroutinefunction(add_job):
        return

    async def remembered(dag, job, known_producers=None, **options):
        if job in dag.dependencies:
            return
        known = {} if known_producers is None else known_producers
        await add_job(dag, job, known_producers=known, **options)
        for producer, files in dag.dependencies[job].items():
            known.update(dict.fromkeys(files, [producer]))

    dag_class.update_ = remembered


hash_inputs_once()
find_producers_once()

# Scripts import the library from this checkout also where a conda environment runs them.
os.environ.update(PYTHONPATH=str(ROOT / "src"))


def stop(error):
    """End with a mistake's message alone; Snakemake's own exceptions add the lines of this file that raised them."""
    logger.error(f"Error: {error}")
    raise SystemExit(1) from error


try:
    check_config_files(workflow.overwrite_configfiles)
    checked = validate_config(config, ROOT / "workflow/schemas/config.schema.yaml")
    config.update(checked)  # in place, so that scripts see the same values
    SOURCE = plan.plan_source(config)
    FORESEEN = plan.precheck_source(SOURCE, config)
    if workflow.output_settings.dryrun:
        for message in first_messages(
            check_plan(SOURCE, FORESEEN, config, remember=True)
        ):
            logger.warning(message)
    # Run to another tool's detections; none where networks are trained here.
    EXTERNAL = external_paths(config)
    # Jobs parse the workflow again, and the files are large.
    if workflow.is_main_process:
        check_external(EXTERNAL, known_images(SOURCE.images, config), config)
except InputError as error:
    stop(error)

RESULTS = config["results"]
METHODS = config["methods"]
READING = {key: config["dataset"][key] for key in ("exif", "white_level")}
IMAGES = SOURCE.images  # image id -> path of the photograph
REQUESTED = config | {"model": model_for(config["model"], FORESEEN.cells)}
PIXELS = plan.largest_image(SOURCE, config)
BATCHES = assign_batches(list(IMAGES), images_per_job(config, len(IMAGES), PIXELS))
RUNS = plan.runs(config)
NULL_RUNS = plan.null_runs(config)  # the reference trained again, for comparisons
RUN = f"{RESULTS}/runs/{{method}}/seed{{seed}}/fold{{fold}}"
ENVIRONMENT = "../../envs/blastvote.yaml"
GPU_ENVIRONMENT = "../../envs/blastvote-gpu.yaml"

# The data set's files.
LABELS = f"{RESULTS}/data/labels.csv"
SPLITS = f"{RESULTS}/data/splits.csv"
MANIFEST = f"{RESULTS}/data/manifest.csv"
HASHES = f"{RESULTS}/data/hashes.csv"
CHECK = f"{RESULTS}/data/check.md"
LEAKAGE = f"{RESULTS}/data/leakage.md"
ANNOTATIONS = f"{RESULTS}/data/annotations.json"
FLIPPED_ANNOTATIONS = f"{RESULTS}/data/annotations_flipped.json"
LIMITS = f"{RESULTS}/data/limits.csv"
CONTRAST = f"{RESULTS}/data/contrast.csv"
# Only where a pixel size is configured: else whole photographs are resized, and theirs plays no part.
PIXEL_SIZES = (
    [f"{RESULTS}/data/pixel_sizes.csv"] if planned_scale.has_pixel_sizes(config) else []
)
EXTERNAL_RECORD = f"{RESULTS}/data/external.csv"


wildcard_constraints:
    method="|".join(map(re.escape, METHODS)),
    seed=r"\d+",
    fold=r"\d+",


def each_run(pattern, method=None, runs=RUNS):
    """Return `pattern` below the folder of every run (of one method)."""
    return [
        f"{RESULTS}/runs/{run.folder}/{pattern}"
        for run in runs
        if method in (None, run.method)
    ]


HISTORIES = [] if EXTERNAL else each_run("history.csv")
PICTURES = ["examples", "method_grid"]  # figures of photographs

ENHANCED = {
    method: [f"{RESULTS}/enhanced/{method}/{image_id}.png" for image_id in IMAGES]
    for method in METHODS
}
FLIPPED = {
    method: [f"{RESULTS}/flipped/{method}/{batch}" for batch in BATCHES]
    for method in METHODS
}


def request(kind):
    """Return the resources of a kind of job; memory and time grow with the attempt."""

    def at_attempt(name):
        return lambda wildcards, attempt: job_request(REQUESTED, kind, PIXELS, attempt)[
            name
        ]

    asked = job_request(REQUESTED, kind, PIXELS)
    return asked | {name: at_attempt(name) for name in ("mem_mb", "runtime")}


def environment(kind):
    """Return the conda environment of a kind of job: TensorFlow with CUDA where it asks for a GPU."""
    return GPU_ENVIRONMENT if config["cluster"]["jobs"][kind]["gpus"] else ENVIRONMENT


def shown(path):
    """Mark a table or figure for `snakemake --report`; of a figure's kinds, the one that a browser shows best."""
    name, kind = Path(path).stem, Path(path).suffix
    if kind == ".pdf" or kind == (".svg" if name in PICTURES else ".png"):
        return path
    part = report_part(name, kind == ".csv")
    return report(
        path,
        caption=f"../../src/blastvote/report/captions/{part.caption}.rst",
        category=part.category,
        labels={"shows": part.title, "as": "table" if kind == ".csv" else "figure"},
    )


def shown_page(path, name):
    """Mark a page for `snakemake --report`."""
    part = report_part(name, False)
    return report(
        path,
        caption=f"../../src/blastvote/report/captions/{part.caption}.rst",
        category=part.category,
        labels={"shows": part.title, "as": "page"},
    )
