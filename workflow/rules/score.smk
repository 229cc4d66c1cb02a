"""The scores of a run, and the vote of its cells.

Inputs:  the run's detections, true cells, labels, splits; of another tool's detections also their counts.
Outputs: {run}/scores.npz, {run}/cells.csv, {run}/votes.csv.
Steps:   compare with the true cells -> keep the cells from the minimum confidence on -> let those of each test image
         vote.
"""


rule score:
    """Compare a run's cells with the true ones, and let the cells of each test image vote.

    All that needs masks is done here, once.
    """
    input:
        detections=f"{RUN}/detections.json",
        annotations=ANNOTATIONS,
        flipped_annotations=FLIPPED_ANNOTATIONS,
        labels=LABELS,
        splits=SPLITS,
        external=EXTERNAL_RECORD if EXTERNAL else [],
    output:
        scores=f"{RUN}/scores.npz",
        cells=f"{RUN}/cells.csv",
        votes=f"{RUN}/votes.csv",
    log:
        f"{RESULTS}/logs/score/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("score"),
    params:
        classes=config["classes"],
        min_confidence=config["vote"]["min_confidence"],
        rule=config["vote"]["rule"],
    message:
        "Scoring {wildcards.method} and voting (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/networks/score.py"
