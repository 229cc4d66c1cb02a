"""The studies are as planned; `benchmarks/study/trainings.py` gives the scripts what they need."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from blastvote.study.configuration.config import validate_config
from blastvote.study.plan import Run, null_runs, plan_source, runs

REPO = Path(__file__).resolve().parents[3]
STUDIES = "config/studies"
PLANNED = {  # images, trainings, trainings of the null arm: as docs/studies.md says
    "simulated": (300, 40, 8),
    "dose_response": (30 * 16, 40, 0),
    "leak_kfold": (301, 30, 0),
    "leak_kfold leak_paper": (301, 10, 0),
}


@pytest.fixture(scope="module")
def trainings():
    spec = importlib.util.spec_from_file_location("trainings", REPO / "benchmarks/study/trainings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("names", PLANNED)
def test_every_study_is_what_its_plan_says(trainings, names, monkeypatch):
    monkeypatch.chdir(REPO)  # first weights are named from there
    config = trainings.merged([f"{STUDIES}/{name}.yaml" for name in names.split()])
    config = validate_config(config, REPO / "workflow/schemas/config.schema.yaml")
    found = (len(plan_source(config).images), len(runs(config)), len(null_runs(config)))
    assert found == PLANNED[names]
    assert config["threads"]["train"] == config["threads"]["infer"] == 1


def test_studies_merge_as_snakemake_merges_them(trainings):
    files = [str(REPO / STUDIES / f"leak_{name}.yaml") for name in ("kfold", "paper")]
    config = trainings.merged(files)
    assert config["protocol"]["name"] == "paper" and config["protocol"]["images_per_class"] == 20
    assert config["dataset"]["simulated"]["images_per_class"] == [128, 63, 110]
    assert config["results"] == "results/study_leak_paper" and config["seeds"] == [1, 2, 3, 4, 5]


def test_every_input_that_a_script_asks_for_is_given(trainings):
    config = yaml.safe_load((REPO / "config/config.yaml").read_text())
    given = trainings.inputs(config, Run("none", 1, 0))
    for name in ("train", "infer", "score"):
        text = (REPO / f"workflow/scripts/networks/{name}.py").read_text()
        asked = set(re.findall(r"\b(?:files|data)\.(\w+)", text))
        assert asked, name
        assert asked <= set(given), f"{name}.py asks for {sorted(asked - set(given))}"
