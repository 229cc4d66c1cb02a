"""Which contrast enhancement makes lymphoblasts easiest to segment and the ALL subtype easiest to tell?"""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.13")


configfile: Path(workflow.basedir, "config", "config.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/enhance.smk"
include: "workflow/rules/augment.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/infer.smk"
include: "workflow/rules/vote.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        rules.tables.output,
        rules.plots.output,
        rules.examples.output,
        rules.overlays.output,
        rules.report.output,
        rules.provenance.output,


rule data:
    """Only the data set: images, annotations, check and splits."""
    input:
        rules.manifest.output,
        rules.split.output,


rule enhanced:
    """Only the contrast-enhanced images and their record."""
    input:
        rules.contrast_record.output,
