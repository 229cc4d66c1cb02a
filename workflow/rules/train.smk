"""One Mask R-CNN per method, seed and fold.

Inputs:  enhanced images and flipped copies of the method, instance masks, splits.
Outputs: {results}/runs/{method}/seed{seed}/fold{fold}/model.weights.h5 (best epoch), history.csv.
Steps:   train with validation after every epoch; a stopped training goes on from its last checkpoint, which lives in
         {results}/checkpoints under a hash of all that determines the training (Snakemake deletes declared outputs
         of a failed job). Rule `infer` removes it, once Snakemake has accepted the outputs.
"""


rule train:
    input:
        images=lambda wildcards: ENHANCED[wildcards.method],
        flipped=lambda wildcards: FLIPPED[wildcards.method],
        annotations=ANNOTATIONS,
        flipped_annotations=FLIPPED_ANNOTATIONS,
        splits=SPLITS,
        limits=LIMITS,
        pixel_sizes=PIXEL_SIZES,
        leakage=LEAKAGE,
    output:
        weights=f"{RUN}/model.weights.h5",
        history=f"{RUN}/history.csv",
    log:
        f"{RESULTS}/logs/train/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        environment("train")
    threads: config["threads"]["train"]
    resources:
        **request("train"),
    params:
        classes=config["classes"],
        model=config["model"],
        training=config["training"],
        checkpoints=f"{RESULTS}/checkpoints",
        # Only where it decides which epoch is kept, another threshold of the vote trains anew.
        epoch_chosen_from=plan.epoch_threshold(config),
    message:
        "Training Mask R-CNN on {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold})"
    script:
        "../scripts/networks/train.py"
