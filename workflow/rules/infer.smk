"""Instance segmentation of the test and validation images of a run.

Inputs:  the run's weights, enhanced images, flipped copies where they validate, splits.
Outputs: {run}/detections.json (COCO results with RLE masks).
Steps:   load the model once -> detect in every image; every cell from score 0.05 on is stored.
"""


rule infer:
    input:
        weights=rules.train.output.weights,
        images=enhanced_images,
        flipped=expand(
            "{results}/flipped/{{method}}/{batch}", results=RESULTS, batch=BATCHES
        ),
        splits=rules.split.output[0],
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
        mem_mb=4000,
        runtime=240,
    params:
        classes=config["classes"],
        model=config["model"],
        training=config["training"],
    message:
        "Segmenting the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/infer.py"


rule score:
    """Compare a run's cells with the true ones; all that needs masks is done here, once."""
    input:
        detections=rules.infer.output[0],
        annotations=rules.manifest.output.annotations,
        flipped_annotations=rules.flipped_annotations.output[0],
        splits=rules.split.output[0],
    output:
        f"{RUN}/scores.npz",
    log:
        f"{RESULTS}/logs/score/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        classes=config["classes"],
        min_confidence=config["vote"]["min_confidence"],
    message:
        "Scoring the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/score.py"
