"""Simulated smears with exact masks, written as anybody's data: images, one VIA file, one table of labels.

Inputs:  the simulator's settings (config `dataset.simulated`).
Outputs: {results}/simulated/images/*.png, annotations_via.json, labels.csv.
Steps:   simulate each batch of images -> merge the batches' annotations.
"""

if config["dataset"]["source"] == "simulated":
    for batch, image_ids in BATCHES.items():

        rule:
            name:
                f"simulate__{batch}"
            output:
                images=[IMAGES[image_id] for image_id in image_ids],
                annotations=f"{RESULTS}/simulated/annotations/{batch}.json",
            log:
                f"{RESULTS}/logs/simulate/{batch}.log",
            benchmark:
                f"{RESULTS}/benchmarks/simulate/{batch}.tsv"
            conda:
                ENVIRONMENT
            threads: 1
            resources:
                **request("data"),
            params:
                image_ids=image_ids,
                settings=config["dataset"]["simulated"],
            message:
                f"Simulating {len(image_ids)} smears ({batch})"
            script:
                "../scripts/data/simulate.py"

    localrules:
        simulated_annotations,

    rule simulated_annotations:
        """Merge the batches' annotations into one VIA file and one table of labels."""
        input:
            [f"{RESULTS}/simulated/annotations/{batch}.json" for batch in BATCHES],
        output:
            via=SOURCE.annotation_inputs[0],
            labels=SOURCE.label_inputs[0],
        log:
            f"{RESULTS}/logs/simulated_annotations.log",
        benchmark:
            f"{RESULTS}/benchmarks/simulated_annotations.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            settings=config["dataset"]["simulated"],
        message:
            "Writing the annotations of the simulated smears"
        script:
            "../scripts/data/simulated_annotations.py"
