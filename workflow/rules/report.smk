"""The report: one page with the main tables and every plot.

Inputs:  tables, plots, example images.
Outputs: {results}/report/index.html.
Steps:   put the files into sections, each with a sentence on what to look for.
"""


rule report:
    """Put the main tables and every plot on one page."""
    input:
        tables=TABLE_FILES,
        pictures=PLOT_FILES + EXAMPLE_FILES,
        overlays=f"{RESULTS}/plots/overlays",
    output:
        f"{RESULTS}/report/index.html",
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        evaluation=config["evaluation"],
    message:
        "Writing the report"
    script:
        "../scripts/report.py"
