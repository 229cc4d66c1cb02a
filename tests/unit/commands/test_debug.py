"""A rule's script runs by hand, beside the study's files."""

from pathlib import Path

import pytest

from blastvote.debug import main
from blastvote.io import read_table, write_csv
from blastvote.simulate import SimulationSettings, labels_frame


def test_a_rule_runs_by_hand_and_leaves_the_study_alone(tmp_path: Path) -> None:
    labels = labels_frame(SimulationSettings(images_per_class=12))
    write_csv(tmp_path / "results/data/labels.csv", labels)
    assert main(["split", "--directory", str(tmp_path)]) == 0
    splits = read_table(tmp_path / "debug/results/data/splits.csv")
    assert set(splits["role"]) == {"train", "val", "test"}
    assert [path.name for path in (tmp_path / "results/data").iterdir()] == ["labels.csv"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["splt"], "Did you mean 'split'?"),
        (["train", "method=he"], "fold=... method=... seed=..."),
        (["split"], "results/data/labels.csv"),
    ],
)
def test_mistakes_end_in_one_line(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--directory", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err
