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


def of_study(folder: Path, name: str) -> None:
    """Draw a study's differences to the reference and its trainings."""
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "tables/comparisons.csv")
    level, margins = 1 - config["evaluation"]["confidence_level"], config["evaluation"]["margins"]
    metrics = ["ap", "accuracy"]
    save(
        forest_plot(table, config["methods"], level=level, metrics=metrics, margins=margins),
        f"{name}_differences",
    )
    runs = [
        pd.read_csv(folder / f"tables/{table}_by_run.csv")
        for table in ("table1_map", "table2_classification")
    ]
    save(seed_spread(runs, methods=config["methods"]), f"{name}_trainings")


def main() -> None:
    """Draw what is archived."""
    for folder, name in (("simulated", "study"), ("wbc", "study_wbc")):
        if (STUDIES / folder).is_dir():
            of_study(STUDIES / folder, name)
    rows = STUDIES / "dose_response/tables/dose_response.csv"
    if rows.is_file():
        methods = yaml.safe_load((rows.parents[1] / "config.yaml").read_text(encoding="utf-8"))["methods"]
        for metric in ("ap", "accuracy"):
            save(
                dose_response_plot(pd.read_csv(rows), methods, metric=metric),
                f"dose_response_{metric}",
            )


if __name__ == "__main__":
    main()
