"""Detections that another tool made, in place of trainings and inference here.

Inputs:  what `segmenter.detections` names for each run: COCO results, or a folder of label maps with cells.csv.
Outputs: {run}/detections.json as rule `infer` would write it, {results}/data/external.csv.
Steps:   check and rewrite the detections of each run -> count them.
"""


rule external:
    """Take the detections of a run as they are, with our image ids."""
    input:
        # Also these stop where images cross from training to test.
        leakage=LEAKAGE,
        detections=lambda wildcards: [
            str(path)
            for path in files_of(
                EXTERNAL[wildcards.method, int(wildcards.seed), int(wildcards.fold)]
            )
        ],
    output:
        f"{RUN}/detections.json",
    log:
        f"{RESULTS}/logs/external/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/external/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("score"),
    params:
        path=lambda wildcards: str(
            EXTERNAL[wildcards.method, int(wildcards.seed), int(wildcards.fold)]
        ),
        classes=config["classes"],
    message:
        "Reading the detections of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/networks/external.py"


rule external_record:
    """Count the detections of every run."""
    input:
        detections=each_run("detections.json", runs=[*RUNS, *NULL_RUNS]),
        splits=SPLITS,
    output:
        EXTERNAL_RECORD,
    log:
        f"{RESULTS}/logs/external_record.log",
    benchmark:
        f"{RESULTS}/benchmarks/external_record.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        runs=[(run.method, run.seed, run.fold) for run in [*RUNS, *NULL_RUNS]],
    message:
        "Counting the detections"
    script:
        "../scripts/networks/external_record.py"
