"""What a run finds in its validation and test images, its scores, and the vote of its cells.

Inputs:  the run's weights, enhanced images, flipped copies where they validate, splits, true cells, labels.
Outputs: {run}/detections.json (COCO results with RLE masks), {run}/scores.npz, {run}/cells.csv, {run}/votes.csv.
Steps:   load the model once, detect in every image, store every cell from score 0.05 on -> compare with the true cells,
         keep the cells from the minimum confidence on, let those of each test image vote.
"""


rule infer:
    """Segment the cells of a run's validation and test images."""
    input:
        weights=f"{RUN}/model.weights.h5",
        images=lambda wildcards: ENHANCED[wildcards.method],
        flipped=lambda wildcards: FLIPPED[wildcards.method],
        splits=SPLITS,
        limits=LIMITS,
        pixel_sizes=PIXEL_SIZES,
    output:
        f"{RUN}/detections.json",
    log:
        f"{RESULTS}/logs/infer/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/infer/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: config["threads"]["infer"]
    resources:
        **request("infer"),
    params:
        classes=config["classes"],
        model=config["model"],
        training=config["training"],
        checkpoints=f"{RESULTS}/checkpoints",
    message:
        "Segmenting the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/networks/infer.py"


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
