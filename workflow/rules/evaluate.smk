"""Tables, plots and pictures of the whole study.

Inputs:  scores, votes and histories of all runs, the manifest, the splits, the record of the contrast methods.
Outputs: {results}/tables/*.csv, {results}/plots/*.svg, *.png and *.pdf, {results}/provenance.json.
Steps:   merge seeds and folds into tables -> draw plots from the tables -> show example images -> write down what
         made it all.
"""

from blastvote.figures.plot_names import PLOTS

TABLES = [
    "table1_map",
    "table1_map_by_run",
    "table1_intervals",
    "table2_classification",
    "table2_classification_by_run",
    "table2_intervals",
    "table3_confusion",
    *(f"table3_confusion_{method}" for method in METHODS),
    *(f"table3_confusion_{method}_unseen" for method in METHODS),
    *(f"cells_confusion_{method}" for method in METHODS),
    "detection_quality",
    "comparisons",
    "ranks",
    "variance_shares",
    "study_design",
    "threshold_sweep",
    "matching",
    "calibration",
    "pr_curves",
    "contrast_and_ap",
]
TABLE_FILES = [f"{RESULTS}/tables/{table}.csv" for table in TABLES]
PLOT_FILES = [
    f"{RESULTS}/plots/{plot}.{kind}"
    for plot, kind in product(PLOTS, ["pdf", "png", "svg"])
]
EXAMPLE_FILES = [
    f"{RESULTS}/plots/{plot}.{kind}"
    for plot, kind in product(PICTURES, ["pdf", "png", "svg"])
]
RUN_KEYS = [(run.method, run.seed, run.fold) for run in RUNS]
FIRST_RUN = [
    run for run in RUNS if (run.seed, run.fold) == (RUNS[0].seed, RUNS[0].fold)
]


rule tables:
    """Merge all runs into the tables."""
    input:
        scores=each_run("scores.npz", runs=[*RUNS, *NULL_RUNS]),
        votes=each_run("votes.csv", runs=[*RUNS, *NULL_RUNS]),
        manifest=MANIFEST,
        contrast=CONTRAST,
        pixel_sizes=PIXEL_SIZES,
    output:
        tables=[shown(path) for path in TABLE_FILES],
        markdown=f"{RESULTS}/tables/tables.md",
    log:
        f"{RESULTS}/logs/tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/tables.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("tables"),
    params:
        runs=[*RUN_KEYS, *plan.null_run_keys(config)],
        null_arm=plan.null_arm(config),
        classes=config["classes"],
        rule=config["vote"]["rule"],
        evaluation=config["evaluation"],
    message:
        "Writing the tables"
    script:
        "../scripts/results/tables.py"


rule plots:
    """Draw the plots from the tables."""
    input:
        tables=TABLE_FILES,
        manifest=MANIFEST,
        splits=SPLITS,
        contrast=CONTRAST,
        histories=HISTORIES,
    output:
        [shown(path) for path in PLOT_FILES],
    log:
        f"{RESULTS}/logs/plots.log",
    benchmark:
        f"{RESULTS}/benchmarks/plots.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        **request("tables"),
    params:
        runs=RUN_KEYS,
        methods=METHODS,
        classes=config["classes"],
        min_confidence=config["vote"]["min_confidence"],
        confusion_method=config["evaluation"]["confusion_method"],
        confidence_level=config["evaluation"]["confidence_level"],
        margins=config["evaluation"]["margins"],
    message:
        "Drawing the plots"
    script:
        "../scripts/results/plots.py"


rule examples:
    """Show example photographs with their true cells, and one image under every method."""
    input:
        photographs=list(IMAGES.values()),
        images=[path for method in METHODS for path in ENHANCED[method]],
        manifest=MANIFEST,
        annotations=ANNOTATIONS,
    output:
        [shown(path) for path in EXAMPLE_FILES],
    log:
        f"{RESULTS}/logs/examples.log",
    benchmark:
        f"{RESULTS}/benchmarks/examples.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        methods=METHODS,
        classes=config["classes"],
        reading=READING,
        number=6,
    message:
        "Showing example images"
    script:
        "../scripts/results/examples.py"


rule overlays:
    """Show the cells that were found in example test images beside the true ones."""
    input:
        detections=[f"{RESULTS}/runs/{run.folder}/detections.json" for run in FIRST_RUN],
        images=[path for method in METHODS for path in ENHANCED[method]],
        manifest=MANIFEST,
        splits=SPLITS,
        annotations=ANNOTATIONS,
    output:
        report(
            directory(f"{RESULTS}/plots/overlays"),
            patterns=["{image_id}.png"],
            caption="../../src/blastvote/report/captions/overlays.rst",
            category="Pictures",
            labels={"shows": "found and true cells of {image_id}", "as": "figure"},
        ),
    log:
        f"{RESULTS}/logs/overlays.log",
    benchmark:
        f"{RESULTS}/benchmarks/overlays.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        methods=METHODS,
        classes=config["classes"],
        fold=FIRST_RUN[0].fold,
        number=6,
        min_confidence=config["vote"]["min_confidence"],
    message:
        "Showing found and true cells"
    script:
        "../scripts/results/overlays.py"


rule provenance:
    """Write down configuration, code, versions, machine and checksums."""
    input:
        MANIFEST,
        SPLITS,
        TABLE_FILES,
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    benchmark:
        f"{RESULTS}/benchmarks/provenance.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=str(ROOT),
    message:
        "Writing the provenance"
    script:
        "../scripts/results/provenance.py"
