"""Contrast enhancement: one file an image, many images a process.

Inputs:  photographs.
Outputs: {results}/enhanced/{method}/{image_id}.png, {results}/data/contrast.csv (what each method did to each image).
Steps:   one rule a batch with explicit outputs, so that every file is tracked and one changed photograph re-makes,
         per method, its batch alone -> join the batches' records.
"""

for batch, image_ids in BATCHES.items():

    rule:
        name:
            f"enhance_{batch}"
        input:
            [IMAGES[image_id] for image_id in image_ids],
        output:
            images=[
                f"{RESULTS}/enhanced/{{method}}/{image_id}.png"
                for image_id in image_ids
            ],
            record=f"{RESULTS}/data/contrast/{{method}}/{batch}.csv",
        log:
            f"{RESULTS}/logs/enhance/{{method}}/{batch}.log",
        benchmark:
            f"{RESULTS}/benchmarks/enhance/{{method}}/{batch}.tsv"
        conda:
            ENVIRONMENT
        threads: config["threads"]["enhance"]
        resources:
            mem_mb=1500,
            runtime=60,
        params:
            image_ids=image_ids,
            variant=lambda wildcards: config["variants"][wildcards.method],
        message:
            f"Enhancing {len(image_ids)} images with {{wildcards.method}} ({batch})"
        script:
            "../scripts/enhance.py"


rule contrast_record:
    """Join the records of what each method did to each image."""
    input:
        expand(
            "{results}/data/contrast/{method}/{batch}.csv",
            results=RESULTS,
            method=METHODS,
            batch=BATCHES,
        ),
    output:
        f"{RESULTS}/data/contrast.csv",
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
    message:
        "Joining the records of the contrast methods"
    script:
        "../scripts/contrast_record.py"
