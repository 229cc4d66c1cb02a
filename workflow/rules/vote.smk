"""The cells of an image vote for its subtype.

Inputs:  the detections of a run, the labels, the splits.
Outputs: {run}/cells.csv, {run}/votes.csv.
Steps:   keep the cells from the minimum confidence on -> count the cells of each class -> apply the rule -> note whether a flipped copy was trained on.
"""


rule cells:
    """List the cells that may vote, one row a cell."""
    input:
        detections=rules.infer.output[0],
        splits=rules.split.output[0],
    output:
        f"{RUN}/cells.csv",
    log:
        f"{RESULTS}/logs/cells/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cells/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        classes=config["classes"],
        min_confidence=config["vote"]["min_confidence"],
    message:
        "Listing the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/cells.py"


rule vote:
    """Let the cells of each test image vote."""
    input:
        cells=rules.cells.output[0],
        labels=rules.labels.output[0],
        splits=rules.split.output[0],
    output:
        f"{RUN}/votes.csv",
    log:
        f"{RESULTS}/logs/vote/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/vote/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        classes=config["classes"],
        rule=config["vote"]["rule"],
    message:
        "Voting on {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/vote.py"
