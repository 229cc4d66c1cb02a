"""Flipped copies of the training images, with their masks.

Inputs:  enhanced images, splits, instance masks.
Outputs: {results}/flipped/{method}/{batch}/{image_id}__{flip}.png, {results}/data/annotations_flipped.json.
Steps:   flip the enhanced images that the splits ask for, batch by batch -> flip the masks once, for all methods.
"""

for method, (batch, image_ids) in product(METHODS, BATCHES.items()):

    rule:
        name:
            f"flip__{method}__{batch}"
        input:
            images=[
                f"{RESULTS}/enhanced/{method}/{image_id}.png" for image_id in image_ids
            ],
            splits=SPLITS,
        output:
            directory(f"{RESULTS}/flipped/{method}/{batch}"),
        log:
            f"{RESULTS}/logs/flip/{method}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/flip/{method}/{batch}.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            **request("contrast"),
        params:
            image_ids=image_ids,
        message:
            f"Flipping training images of {method} ({batch})"
        script:
            "../scripts/contrast/flip.py"


rule flipped_annotations:
    """Flip the instance masks of the training images."""
    input:
        annotations=ANNOTATIONS,
        splits=SPLITS,
    output:
        FLIPPED_ANNOTATIONS,
    log:
        f"{RESULTS}/logs/flipped_annotations.log",
    benchmark:
        f"{RESULTS}/benchmarks/flipped_annotations.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("data"),
    params:
        classes=config["classes"],
    message:
        "Flipping the masks of the training images"
    script:
        "../scripts/contrast/flipped_annotations.py"
