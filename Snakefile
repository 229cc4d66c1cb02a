"""Which contrast enhancement makes lymphoblasts easiest to segment and the ALL subtype easiest to tell?"""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.13")


# This checkout, also where another Snakefile includes this one or takes it as a module.
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).resolve()


configfile: Path(ROOT, "config", "config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/enhance.smk"
include: "workflow/rules/augment.smk"


if EXTERNAL:

    include: "workflow/rules/external.smk"

else:

    include: "workflow/rules/train.smk"
    include: "workflow/rules/infer.smk"


include: "workflow/rules/score.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/dose_response.smk"
include: "workflow/rules/report.smk"


# Seconds of work each: on a cluster they run where Snakemake runs, and need no place in the queue.
localrules:
    all,
    data,
    enhanced,
    labels,
    split,
    leakage,
    contrast_record,
    examples,
    overlays,
    report,
    geojson,
    provenance,


rule all:
    default_target: True
    input:
        TABLE_FILES,
        PLOT_FILES,
        DOSE_FILES,
        EXAMPLE_FILES,
        f"{RESULTS}/plots/overlays",
        f"{RESULTS}/report",
        each_run("geojson"),
        f"{RESULTS}/provenance.json",


rule data:
    """Only the data set: images, annotations, check and splits."""
    input:
        MANIFEST,
        ANNOTATIONS,
        CHECK,
        SPLITS,


rule enhanced:
    """Only the contrast-enhanced images and their record."""
    input:
        CONTRAST,
