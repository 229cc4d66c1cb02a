"""Configuration, images, batches and runs: everything that later files build on.

Inputs:  the merged configuration, the schema, the folder or sheet of local images.
Outputs: the names RESULTS, IMAGES, BATCHES, RUNS, constrained wildcards, and input functions.
Steps:   validate -> list images -> batch them -> list runs.
"""

import os
import re

from blastvote import plan
from blastvote.config import validate_config
from blastvote.errors import InputError
from snakemake.exceptions import WorkflowError

# Scripts import the library from this checkout also where a conda environment runs them.
os.environ.update(PYTHONPATH=str(Path(workflow.basedir, "src")))

try:
    checked = validate_config(
        config, Path(workflow.basedir, "workflow/schemas/config.schema.yaml")
    )
    config.update(checked)  # in place, so that scripts see the same values
    SOURCE = plan.plan_source(config)
    LABELS = plan.precheck_source(SOURCE, config)
except InputError as error:
    raise WorkflowError(str(error)) from None

RESULTS = config["results"]
METHODS = config["methods"]
IMAGES = SOURCE.images  # image id -> path of the photograph
BATCHES = plan.assign_batches(list(IMAGES), config["images_per_job"])
RUNS = plan.runs(config)
RUN = f"{RESULTS}/runs/{{method}}/seed{{seed}}/fold{{fold}}"
ENVIRONMENT = "../../envs/blastvote.yaml"


wildcard_constraints:
    method="|".join(map(re.escape, METHODS)),
    seed=r"\d+",
    fold=r"\d+",


def each_run(pattern, method=None):
    """Return `pattern` below the folder of every run (of one method)."""
    return [
        f"{RESULTS}/runs/{run.folder}/{pattern}"
        for run in RUNS
        if method in (None, run.method)
    ]


def enhanced_images(wildcards):
    """Return every image of the wildcard's method."""
    return [
        f"{RESULTS}/enhanced/{wildcards.method}/{image_id}.png" for image_id in IMAGES
    ]
