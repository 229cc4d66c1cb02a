"""Flipped copies of the training images, with their masks.

Inputs:  enhanced images, splits, instance masks.
Outputs: {results}/flipped/{method}/{batch}/{image_id}__{flip}.png, {results}/data/annotations_flipped.json.
Steps:   flip the enhanced images that the splits ask for, batch by batch -> flip the masks once, for all methods.
"""

for batch, image_ids in BATCHES.items():

    rule:
        name:
            f"flip_{batch}"
        input:
            images=[
                f"{RESULTS}/enhanced/{{method}}/{image_id}.png"
                for image_id in image_ids
            ],
            splits=rules.split.output[0],
        output:
            directory(f"{RESULTS}/flipped/{{method}}/{batch}"),
        log:
            f"{RESULTS}/logs/flip/{{method}}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/flip/{{method}}/{batch}.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=1000,
            runtime=30,
        params:
            image_ids=image_ids,
        message:
            f"Flipping training images of {{wildcards.method}} ({batch})"
        script:
            "../scripts/flip.py"


rule flipped_annotations:
    """Flip the instance masks of the training images."""
    input:
        annotations=rules.manifest.output.annotations,
        splits=rules.split.output[0],
    output:
        f"{RESULTS}/data/annotations_flipped.json",
    log:
        f"{RESULTS}/logs/flipped_annotations.log",
    benchmark:
        f"{RESULTS}/benchmarks/flipped_annotations.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        classes=config["classes"],
    message:
        "Flipping the masks of the training images"
    script:
        "../scripts/flipped_annotations.py"
