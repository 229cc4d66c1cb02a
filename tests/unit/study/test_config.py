"""Configuration: defaults are valid, mistakes are named with key, value and cure."""

import copy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from blastvote.errors import InputError
from blastvote.io import write_image
from blastvote.study.configuration.config import read_scalars, validate_config
from blastvote.study.plan import plan_source


@pytest.fixture(scope="module")
def schema(repo_root: Path) -> Path:
    return repo_root / "workflow/schemas/config.schema.yaml"


@pytest.fixture
def config(repo_root: Path) -> dict:
    return yaml.safe_load((repo_root / "config/config.yaml").read_text(encoding="utf-8"))


def changed(config: dict, key: str, value: object) -> dict:
    result = copy.deepcopy(config)
    *parents, leaf = key.split(".")
    level = result
    for parent in parents:
        level = level[parent]
    level[leaf] = value
    return result


def test_the_default_is_valid_and_complete(config: dict, schema: Path) -> None:
    validate_config(config, schema)
    described = yaml.safe_load(schema.read_text(encoding="utf-8"))

    def compare(node: dict, values: dict, where: str) -> None:
        properties = node.get("properties")
        if properties is None:
            return
        assert set(values) == set(properties), f"config.yaml and schema differ at '{where}'"
        for name, child in properties.items():
            if isinstance(values[name], dict):
                compare(child, values[name], f"{where}.{name}")

    compare(described, config, "")


def test_every_key_is_described(schema: Path) -> None:
    def undescribed(node: dict, where: str) -> list[str]:
        found = []
        for name, child in node.get("properties", {}).items():
            if "properties" in child:
                found += undescribed(child, f"{where}{name}.")
            elif "description" not in child:
                found.append(where + name)
        return found

    assert undescribed(yaml.safe_load(schema.read_text(encoding="utf-8")), "") == []


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("trainning", {}, ["'trainning'", "not known", "'training'"]),
        ("vote.min_confidense", 0.5, ["'vote.min_confidense'", "'min_confidence'"]),
        ("images_per_job", "many", ["'images_per_job'", "'many'", "integer"]),
        ("vote.min_confidence", 1.5, ["'vote.min_confidence'", "1.5", "maximum"]),
        ("protocol.name", "holdut", ["'protocol.name'", "'holdut'", "'holdout'", "kfold"]),
        ("methods", ["none", "claeh"], ["'methods'", "'claeh'", "'clahe'"]),
        ("variants.eff.function", "ef", ["'variants.eff'", "'ef'", "'eff'"]),
        ("variants.eff.params", {"mde": "original"}, ["'variants.eff'", "mde", "mode"]),
        ("evaluation.confusion_method", "efff", ["'evaluation.confusion_method'", "'efff'", "'eff'"]),
        ("dataset.source", "local", ["'dataset.images'", "empty", "--config 'dataset={images: smears}'"]),
        ("classes", [], ["'classes'"]),
        ("protocol.val_fraction", 0.7, ["'protocol'", "test_fraction", "less than 1"]),
        ("model.options.backbone_widht", 0.5, ["'model.options.backbone_widht'", "'backbone_width'"]),
        ("training.options.scedule", "cosine", ["'training.options.scedule'", "'schedule'"]),
        ("training.options.schedule", "cosin", ["'training.options.schedule'", "'cosin'"]),
        ("model.weights", "nowhere.h5", ["'model.weights'", "nowhere.h5", "no such file"]),
        ("model.weights", "coco", ["'model.weights'", "'coco'", "resnet101", "resnet18"]),
        ("seeds", [1, 1], ["'seeds'"]),
        ("vote.rule", "pathologists", ["'vote.rule'", "'pathologists'", "plurality"]),
        ("vote.rule", {"rule": "pathologist", "priority": "M7"}, ["'vote.rule'", "'M7'", "L1, L2, L3"]),
    ],
)
def test_a_mistake_is_named(config: dict, schema: Path, key: str, value: object, told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        validate_config(changed(config, key, value), schema)
    for part in told:
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_checking_the_network_settings_needs_no_tensorflow(repo_root: Path, schema: Path) -> None:
    """The workflow is parsed by every command, by cluster jobs too."""
    code = (
        "import sys, yaml; from blastvote.study.configuration.config import validate_config; "
        f"validate_config(yaml.safe_load(open({str(repo_root / 'config/config.yaml')!r})), {str(schema)!r}); "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_local_folder_is_named(config: dict) -> None:
    local = changed(changed(config, "dataset.source", "local"), "dataset.images", "no/such/folder")
    local["dataset"]["annotations"] = "via.json"
    with pytest.raises(InputError, match=r"via.json.*does not exist"):
        plan_source(local)
    local["dataset"]["annotations"] = ""
    with pytest.raises(InputError, match=r"no/such/folder: does not exist.*'dataset.images'"):
        plan_source(local)


def test_a_folder_without_one_annotation_file_asks_for_its_name(config: dict, tmp_path: Path) -> None:
    local = changed(changed(config, "dataset.source", "local"), "dataset.images", str(tmp_path))
    with pytest.raises(
        InputError,
        match=r"'dataset.annotations' is empty.*holds 0 .json .*'dataset=\{annotations: via.json\}'",
    ):
        plan_source(local)


def test_the_one_json_file_beside_the_images_is_taken(config: dict, tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8))
    (tmp_path / "outlines.json").write_text("{}", encoding="utf-8")
    local = changed(changed(config, "dataset.source", "local"), "dataset.images", str(tmp_path))
    source = plan_source(local)
    assert source.annotation_inputs == [str(tmp_path / "outlines.json")]
    assert source.images == {"a": tmp_path / "a.png"}


def test_a_vote_rule_takes_other_classes(config: dict, schema: Path) -> None:
    other = changed(config, "classes", ["M1", "M2", "M7"])
    other["vote"]["rule"] = {"rule": "pathologist", "priority": ["M7"], "ties": ["M2", "M1"]}
    validate_config(other, schema)


def test_the_simulator_draws_its_own_classes_only(config: dict) -> None:
    with pytest.raises(InputError, match=r"'classes'.*simulator draws.*L3"):
        plan_source(changed(config, "classes", ["L1", "L2"]))


def test_numbers_of_the_command_line_are_read(config: dict, schema: Path) -> None:
    """Snakemake hands over what stands inside braces as text."""
    texts = changed(changed(config, "vote.min_confidence", "0.9"), "seeds", ["1", "2"])
    texts["evaluation"]["paper_data"] = "true"
    texts["variants"]["eff"]["params"] = {"mode": "original", "k": "3.5"}
    texts["results"] = "007"
    read = validate_config(texts, schema)
    assert read["vote"]["min_confidence"] == 0.9
    assert read["seeds"] == [1, 2]
    assert read["evaluation"]["paper_data"] is True
    assert read["variants"]["eff"]["params"] == {"mode": "original", "k": 3.5}
    assert read["results"] == "007"


def test_scalars_that_are_no_text_stay() -> None:
    assert read_scalars({"a": 1, "b": [True, None]}, {}) == {"a": 1, "b": [True, None]}


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("classes", ["L1", "L2", "L3", "actual"], "'actual'"),
        ("classes", ["L1", "L2", "L3", "fn"], "'fn'"),
        ("classes", ["L1", "L2", "L3", "Background"], "'Background'"),
        ("classes", ["L1", "L2", "L3", "ci_low"], "'ci_low'"),
        ("classes", ["L1", "L2", "L3", "l1"], "'L1' and 'l1'"),
        ("methods", ["none", "eff", "eff_unseen"], "'eff_unseen' beside 'eff'"),
        ("methods", ["none", "eff", "EFF"], "'eff' and 'EFF'"),
    ],
)
def test_names_that_collide_in_tables_are_refused(
    config: dict, schema: Path, key: str, value: list[str], told: str
) -> None:
    variants = {name: {"function": "eff"} for name in ("eff_unseen", "EFF")}
    settings = changed(config, "variants", config["variants"] | variants)
    with pytest.raises(InputError, match=told):
        validate_config(changed(settings, key, value), schema)


def test_a_name_that_only_looks_like_another_is_allowed(config: dict, schema: Path) -> None:
    settings = changed(config, "variants", config["variants"] | {"dark_unseen": {"function": "eff"}})
    validate_config(changed(settings, "methods", ["none", "he", "eff", "dark_unseen"]), schema)
    validate_config(changed(config, "classes", ["L1", "L2", "L3", "backgrounds"]), schema)


def test_the_readme_names_every_section(config: dict, repo_root: Path) -> None:
    text = (repo_root / "config/README.md").read_text(encoding="utf-8")
    table = text[text.index("| section |") :]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name.strip().strip("`") for row in rows for name in row.split(",")}
    assert named == set(config) - {"results"}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("model.options.weight_decay", "'training.options.weight_decay'"),
        ("model.options.num_classes", "'classes'"),
        ("model.options.detection_min_confidence", "'vote.min_confidence'"),
        ("training.options.seed", "'seeds'"),
        ("training.options.epochs", "'training.epochs'"),
    ],
)
def test_an_option_that_another_key_sets_is_refused(config: dict, schema: Path, key: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        validate_config(changed(config, key, 1), schema)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("training.options.monitor", "val_los", "'val_los'. Did you mean 'val_loss'.*val_ap50_matterport"),
        ("model.weights", "http://127.0.0.1/w.h5", "'model.weights_sha256' is empty.*take https://"),
        ("training.layers", "head", "layers: 'head' matches no layer"),
        ("model.options.train_bn", "perhaps", "train_bn is 'perhaps'; it must be one of True, False"),
    ],
)
def test_settings_that_no_training_can_use(
    config: dict, schema: Path, key: str, value: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        validate_config(changed(config, key, value), schema)
