"""The command line does what the library does, and tells mistakes in one line."""

import json
from pathlib import Path

import numpy as np
import pytest

from blastvote.cli import main
from blastvote.contrast import enhance
from blastvote.io import read_image, write_image


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.png"
    path.parent.mkdir()
    write_image(path, np.random.default_rng(0).integers(0, 90, (40, 50, 3)).astype(np.uint8))
    return path


def test_enhance_equals_the_library(
    photograph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["enhance", str(photograph.parent), "--method", "clahe", "--param", "clip_limit=4"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["function"] == "clahe"
    expected = enhance(read_image(photograph), "clahe", clip_limit=4)
    assert np.array_equal(read_image(tmp_path / "out/a.png"), expected)


def test_a_result_never_overwrites_its_source(photograph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = photograph.read_bytes()
    assert main(["enhance", str(photograph), "--out", str(photograph.parent)]) == 1
    assert "overwritten" in capsys.readouterr().err
    assert photograph.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["enhance", "nowhere.png", "--out", "out"], "nowhere.png"),
        (["enhance", "nowhere.png", "--method", "clae", "--out", "out"], "nowhere.png"),
        (["enhance", "x.png", "--param", "mode", "--out", "out"], "name=value"),
        (["simulate", "--out", "out", "--size", "8", "8"], "width"),
        (["simulate", "--out", "file/out", "--per-class", "1"], "file"),
        (["summary", "--results", "nowhere"], "make demo"),
        (["summary", "--config", "nowhere.yaml"], "nowhere.yaml"),
        (["summary", "--config", "file"], "file"),
        (["check", "images", "--alias", "lymphoblast"], "name=class"),
        (["check", "images", "--classes", "L1,L1,L2"], "'L1' occurs twice"),
        (["check", "images", "--classes", "L1,,L2"], "empty"),
        (["check", "images", "--classes", "L1, L2,L3"], "images: does not exist"),
        (["predict", "x.png", "--model", "nowhere", "--out", "out"], "nowhere"),
        (["predict", "x.png", "--pixel-size", "0", "--out", "out"], "micrometres"),
    ],
)
def test_mistakes_end_in_one_line(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("a: [1\n")
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert told in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_simulate_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "smears"
    size = ["--size", "160", "160", "--pixel-size", "0.25"]
    assert main(["simulate", "--out", str(out), "--per-class", "1", "--seed", "4", *size]) == 0
    assert sorted(path.name for path in (out / "images").iterdir()) == [
        "L1_0001.png",
        "L2_0001.png",
        "L3_0001.png",
    ]
    arguments = ["check", str(out / "images"), "--annotations", str(out / "annotations_via.json")]
    assert main(arguments) == 0
    assert "The data set can be used." in capsys.readouterr().out


def test_simulating_over_another_simulation_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Images of the former would stay without annotations."""
    command = ["simulate", "--out", str(tmp_path / "s"), "--size", "64", "64", "--pixel-size", "0.5"]
    assert main([*command, "--per-class", "2"]) == 0
    assert main([*command, "--per-class", "2"]) == 0
    assert main([*command, "--per-class", "1"]) == 1
    assert "L1_0002.png" in capsys.readouterr().err


def test_methods_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    listed = capsys.readouterr().out
    for name in ("none", "he", "dhe", "clahe", "eff", "gamma"):
        assert f"\n{name}: " in "\n" + listed
