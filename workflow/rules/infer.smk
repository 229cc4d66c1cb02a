"""Instance segmentation of the test and validation images of a run.

Inputs:  the run's weights, enhanced images, flipped copies where they validate, splits.
Outputs: {run}/detections.json (COCO results with RLE masks; test images), detections_val.json.
Steps:   load the model once -> detect in every image; every cell from score 0.05 on is stored.
"""


rule infer:
    input:
        weights=rules.train.output.weights,
        images=enhanced_images,
        flipped=expand("{results}/flipped/{{method}}/{batch}", results=RESULTS, batch=BATCHES),
        splits=rules.split.output,
    output:
        test=f"{RUN}/detections.json",
        val=f"{RUN}/detections_val.json",
    log:
        f"{RESULTS}/logs/infer/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/infer/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    params:
        classes=config["classes"],
        model=config["model"],
        training=config["training"],
    threads: config["threads"]["infer"]
    resources:
        mem_mb=4000,
        runtime=240,
    conda:
        ENVIRONMENT
    message:
        "Segmenting the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/infer.py"
