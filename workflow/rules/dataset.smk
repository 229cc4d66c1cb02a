"""The data set: labels, splits, checked manifest and instance masks.

Inputs:  photographs, their annotations, an optional table of labels and patients.
Outputs: {results}/data/labels.csv, splits.csv, pixel_sizes.csv, manifest.csv, annotations.json (COCO), limits.csv, check.md,
         leakage.md.
Steps:   labels from annotations -> splits (from labels alone, so that a retouched photograph does not
         re-split the data) -> pixel sizes, where configured -> check of photographs and cells -> leakage check.
"""

SPLIT_PROBLEM = plan.split_problem(FORESEEN.labels, config)


onstart:
    logger.info(f"Everything is written below {RESULTS}")
    needed = {job.rule.name.split("_")[-1] for job in workflow.dag.needrun_jobs()}
    try:
        if SPLIT_PROBLEM and "split" in needed:
            raise InputError(SPLIT_PROBLEM)
        if "train" in needed:
            check_weights(config)
    except InputError as error:
        stop(error)


rule labels:
    """Name the class and patient of every image."""
    input:
        annotations=SOURCE.annotation_inputs,
        labels=SOURCE.label_inputs,
    output:
        LABELS,
    log:
        f"{RESULTS}/logs/labels.log",
    benchmark:
        f"{RESULTS}/benchmarks/labels.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        dataset=config["dataset"],
        classes=config["classes"],
        vote=config["vote"]["rule"],
    message:
        "Reading the labels of {n} images".format(n=len(IMAGES))
    script:
        "../scripts/data/labels.py"


rule split:
    """Say which image trains, validates and tests in each fold."""
    input:
        LABELS,
    output:
        SPLITS,
    log:
        f"{RESULTS}/logs/split.log",
    benchmark:
        f"{RESULTS}/benchmarks/split.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        protocol=config["protocol"],
        classes=config["classes"],
    message:
        "Splitting the images by protocol '{params.protocol[name]}'"
    script:
        "../scripts/data/split.py"


rule pixel_sizes:
    """Say how large a pixel of each photograph is, where a study has pixel sizes."""
    input:
        # Nothing of a photograph plays a part where its pixel size is stated.
        images=(
            list(IMAGES.values())
            if planned_scale.sizes_need_photographs(config)
            else []
        ),
    output:
        f"{RESULTS}/data/pixel_sizes.csv",
    log:
        f"{RESULTS}/logs/pixel_sizes.log",
    benchmark:
        f"{RESULTS}/benchmarks/pixel_sizes.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("data"),
    params:
        dataset=config["dataset"],
    message:
        "Reading the pixel size of {n} photographs".format(n=len(IMAGES))
    script:
        "../scripts/data/pixel_sizes.py"


rule manifest:
    """Check every photograph and cell; write the manifest and the masks."""
    input:
        images=list(IMAGES.values()),
        annotations=SOURCE.annotation_inputs,
        labels=LABELS,
        pixel_sizes=PIXEL_SIZES,
    output:
        manifest=MANIFEST,
        annotations=ANNOTATIONS,
        report=CHECK,
        page=shown_page(f"{RESULTS}/data/check.html", "check"),
        findings=f"{RESULTS}/data/check.csv",
        facts=f"{RESULTS}/data/image_facts.csv",
        hashes=HASHES,
        ledger=f"{RESULTS}/data/import.csv",
        limits=LIMITS,
    log:
        f"{RESULTS}/logs/manifest.log",
    benchmark:
        f"{RESULTS}/benchmarks/manifest.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("data"),
    params:
        dataset=config["dataset"],
        classes=config["classes"],
        vote=config["vote"]["rule"],
        model={
            key: config["model"][key]
            for key in (
                "backbone",
                "image_size",
                "limits",
                "options",
                "pixel_size_um",
                "tiles",
                "tile_overlap",
            )
        },
    message:
        "Checking {n} images and their cells".format(n=len(IMAGES))
    script:
        "../scripts/data/manifest.py"


rule leakage:
    """Stop where a source image, a patient or a look-alike image crosses from training to test."""
    input:
        splits=SPLITS,
        manifest=MANIFEST,
        hashes=HASHES,
    output:
        LEAKAGE,
    log:
        f"{RESULTS}/logs/leakage.log",
    benchmark:
        f"{RESULTS}/benchmarks/leakage.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        protocol=config["protocol"]["name"],
        near_duplicates=config["dataset"]["near_duplicates"],
    message:
        "Looking for images and patients that cross from training to test"
    script:
        "../scripts/data/leakage.py"
