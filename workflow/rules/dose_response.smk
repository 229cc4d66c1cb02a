"""Scores by kind and severity of the light, where the simulator photographs each scene under a ladder of lights.

Inputs:  scores and votes of all runs, the manifest.
Outputs: {results}/tables/dose_response.csv, dose_slopes.csv, {results}/plots/dose_response_{ap,accuracy}.*.
Steps:   take the test images of each light apart -> differences and slopes with intervals -> draw them.
"""

DOSE_TABLES = {
    name: f"{RESULTS}/tables/{file}.csv"
    for name, file in {"rows": "dose_response", "slopes": "dose_slopes"}.items()
}
DOSE_PLOTS = [
    f"{RESULTS}/plots/dose_response_{metric}.{kind}"
    for metric, kind in product(["ap", "accuracy"], ["pdf", "png", "svg"])
]
LADDER = (
    config["dataset"]["source"] == "simulated"
    and plan.simulation_settings(config["dataset"]["simulated"]).light_steps > 0
)
DOSE_FILES = [*DOSE_TABLES.values(), *DOSE_PLOTS] if LADDER else []

if LADDER:

    rule dose_response:
        """Compare the methods at each severity of the light."""
        input:
            scores=each_run("scores.npz"),
            votes=each_run("votes.csv"),
            manifest=MANIFEST,
        output:
            rows=shown(DOSE_TABLES["rows"]),
            slopes=shown(DOSE_TABLES["slopes"]),
            plots=[shown(path) for path in DOSE_PLOTS],
        log:
            f"{RESULTS}/logs/dose_response.log",
        benchmark:
            f"{RESULTS}/benchmarks/dose_response.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            **request("tables"),
        params:
            runs=RUN_KEYS,
            classes=config["classes"],
            simulated=config["dataset"]["simulated"],
            evaluation=config["evaluation"],
        message:
            "Comparing the methods at each severity of the light"
        script:
            "../scripts/results/dose_response.py"
