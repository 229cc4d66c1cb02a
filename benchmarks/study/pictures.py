"""Draw the pictures of docs/results.md from the archived studies.

python benchmarks/study/pictures.py
"""

from pathlib import Path

import pandas as pd
import yaml
from matplotlib.figure import Figure

from blastvote.figures.plots.comparisons import forest_plot
from blastvote.figures.plots.dose_response import dose_response_plot
from blastvote.figures.plots.seeds import seed_spread

ROOT = Path(__file__).resolve().parents[2]
STUDIES, IMAGES = ROOT / "docs/studies", ROOT / "docs/images"


def save(figure: Figure, name: str) -> None:
    """Write one picture for the docs."""
    figure.savefig(IMAGES / f"{name}.png", dpi=150, bbox_inches="tight")


def main() -> None:
    """Draw what is archived."""
    simulated = STUDIES / "simulated"
    config = yaml.safe_load((simulated / "config.yaml").read_text(encoding="utf-8"))
    table = pd.read_csv(simulated / "tables/comparisons.csv")
    level, margins = 1 - config["evaluation"]["confidence_level"], config["evaluation"]["margins"]
    metrics = ["ap", "accuracy"]
    save(
        forest_plot(table, config["methods"], level=level, metrics=metrics, margins=margins),
        "study_differences",
    )
    runs = [
        pd.read_csv(simulated / f"tables/{name}_by_run.csv")
        for name in ("table1_map", "table2_classification")
    ]
    save(seed_spread(runs, methods=config["methods"]), "study_trainings")
    rows = STUDIES / "dose_response/tables/dose_response.csv"
    if rows.is_file():
        for metric in ("ap", "accuracy"):
            save(
                dose_response_plot(pd.read_csv(rows), config["methods"], metric=metric),
                f"dose_response_{metric}",
            )


if __name__ == "__main__":
    main()
