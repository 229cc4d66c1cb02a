"""A mistake in the configuration stops the workflow before any work, with one message: key, value, remedy."""

from pathlib import Path

import pytest

from .local_data import assert_stops


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("trainning=3", ["'trainning'", "Did you mean 'training'"]),
        ("images_per_job=many", ["'images_per_job'", "'many'", "integer"]),
        ("methods=[none,claeh]", ["'methods'", "'claeh'", "'clahe'"]),
    ],
)
def test_bad_config(tmp_path: Path, snakemake, setting: str, told: list[str]) -> None:
    assert_stops(snakemake(tmp_path, "--dry-run", "--config", setting), *told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seeds: [1]\nseeds: [2]\n", "line 2 has the key 'seeds' again"),
        ("a: &a [x, x]\nb: &b [*a]\nc: &c [*c]\n", "repeats itself by an alias"),
        ("results: a{method}\n", "Config key 'results' is 'a{method}'"),
        ("training: {learning_rate: .nan}\n", "'training.learning_rate' is nan"),
    ],
)
def test_a_bad_config_file(tmp_path: Path, snakemake, text: str, told: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert_stops(snakemake(tmp_path, "--dry-run", "--configfile", str(tmp_path / "mine.yaml")), told)


def test_a_mistake_is_told_once_and_in_one_line(tmp_path: Path, snakemake) -> None:
    done = snakemake(tmp_path, "--dry-run", "--config", "methods=[none,claeh]")
    output = done.stderr + done.stdout
    assert output.count("'claeh'") == 1
    assert ".smk" not in output
