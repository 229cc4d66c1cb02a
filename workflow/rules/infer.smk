"""What a run finds in its validation and test images.

Inputs:  the run's weights, enhanced images, flipped copies where they validate, splits.
Outputs: {run}/detections.json (COCO results with RLE masks).
Steps:   load the model once, detect in every image, store every cell from score 0.05 on.
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
        environment("infer")
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
