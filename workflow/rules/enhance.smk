"""Contrast enhancement: one file per image, many images per process.

Inputs:  photographs.
Outputs: {results}/enhanced/{method}/{image_id}.png, {results}/data/contrast.csv (what each method did to each image).
Steps:   one rule per method and batch with explicit outputs, so that every file is tracked and one changed photograph
         re-makes, per method, its batch alone -> join the batches' records; remove what is left of removed images.
"""

for method, (batch, image_ids) in product(METHODS, BATCHES.items()):

    rule:
        name:
            f"enhance__{method}__{batch}"
        input:
            [IMAGES[image_id] for image_id in image_ids],
        output:
            images=[
                f"{RESULTS}/enhanced/{method}/{image_id}.png" for image_id in image_ids
            ],
            record=f"{RESULTS}/data/contrast/{method}/{batch}.json",
        log:
            f"{RESULTS}/logs/enhance/{method}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/enhance/{method}/{batch}.tsv"
        conda:
            ENVIRONMENT
        threads: config["threads"]["enhance"]
        resources:
            **request("contrast"),
        params:
            image_ids=image_ids,
            method=method,
            variant=config["variants"][method],
            reading=READING,
        message:
            f"Enhancing {len(image_ids)} images with {method} ({batch})"
        script:
            "../scripts/contrast/enhance.py"


rule contrast_record:
    """Join the records of what each method did to each image."""
    input:
        [
            f"{RESULTS}/data/contrast/{method}/{batch}.json"
            for method, batch in product(METHODS, BATCHES)
        ],
    output:
        CONTRAST,
    log:
        f"{RESULTS}/logs/contrast_record.log",
    benchmark:
        f"{RESULTS}/benchmarks/contrast_record.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        methods=METHODS,
        enhanced=f"{RESULTS}/enhanced",
        flipped=f"{RESULTS}/flipped",
    message:
        "Joining the records of the contrast methods"
    script:
        "../scripts/contrast/contrast_record.py"
