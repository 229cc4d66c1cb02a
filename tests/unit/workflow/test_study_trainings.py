"""`benchmarks/study/trainings.py` calls the workflow's scripts: it must give them what they ask for."""

import importlib.util
import re
from pathlib import Path

import yaml

from blastvote.study.plan import Run

REPO = Path(__file__).resolve().parents[3]
SCRIPTS = ("train", "infer", "score")


def test_every_input_that_a_script_asks_for_is_given():
    spec = importlib.util.spec_from_file_location("trainings", REPO / "benchmarks/study/trainings.py")
    trainings = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trainings)
    config = yaml.safe_load((REPO / "config/config.yaml").read_text())
    given = trainings.inputs(config, Run("none", 1, 0))
    for name in SCRIPTS:
        text = (REPO / f"workflow/scripts/networks/{name}.py").read_text()
        asked = set(re.findall(r"\b(?:files|data)\.(\w+)", text))
        assert asked, name
        assert asked <= set(given), f"{name}.py asks for {sorted(asked - set(given))}"


def test_studies_merge_as_snakemake_merges_them():
    spec = importlib.util.spec_from_file_location("trainings", REPO / "benchmarks/study/trainings.py")
    trainings = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trainings)
    files = [str(REPO / f"config/studies/leak_{name}.yaml") for name in ("kfold", "paper")]
    config = trainings.merged(files)
    assert config["protocol"]["name"] == "paper" and config["protocol"]["images_per_class"] == 20
    assert config["dataset"]["simulated"]["images_per_class"] == [128, 63, 110]
    assert config["results"] == "results/study_leak_paper" and config["seeds"] == [1, 2, 3, 4, 5]
