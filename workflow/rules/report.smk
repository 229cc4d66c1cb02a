"""What people look at: the page with the methods side by side, and the cells for QuPath.

Inputs:  tables, plots, enhanced images, true cells, the detections and votes of all runs.
Outputs: {results}/report/index.html (and images/ beside it, for a large study), {run}/geojson/{image_id}.geojson.
Steps:   compress the images -> put tables, plots and cells into one page; outline the cells of each test image.
"""


rule report:
    """Show the methods side by side, every cell and the vote live, on one page."""
    input:
        tables=TABLE_FILES,
        plots=[path for path in PLOT_FILES if path.endswith(".svg")],
        images=[path for method in METHODS for path in ENHANCED[method]],
        detections=each_run("detections.json"),
        votes=each_run("votes.csv"),
        histories=HISTORIES,
        manifest=MANIFEST,
        splits=SPLITS,
        contrast=CONTRAST,
        annotations=ANNOTATIONS,
        leakage=LEAKAGE,
    output:
        directory(f"{RESULTS}/report"),
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        runs=RUN_KEYS,
    message:
        "Writing the report"
    script:
        "../scripts/results/report.py"


rule geojson:
    """Write the cells of each test image for QuPath, to be corrected there and read again."""
    input:
        detections=f"{RUN}/detections.json",
        votes=f"{RUN}/votes.csv",
    output:
        directory(f"{RUN}/geojson"),
    log:
        f"{RESULTS}/logs/geojson/{{method}}/seed{{seed}}/fold{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/geojson/{{method}}/seed{{seed}}/fold{{fold}}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        classes=config["classes"],
        min_confidence=config["vote"]["min_confidence"],
    message:
        "Outlining the cells of {wildcards.method} (seed {wildcards.seed}, fold {wildcards.fold}) for QuPath"
    script:
        "../scripts/results/geojson.py"
