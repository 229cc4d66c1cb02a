"""One line says where a study is; errors come through."""

from pathlib import Path

import pytest

from blastvote.cli import main
from blastvote.study.watch import Watch, joined, pause_after

START = """Job stats:
job                       count
----------------------  -------
enhance__he__batch0           1
enhance__he__batch1           1
train                         1
all                           1
total                         4

Everything is written below results
[Thu Nov 26 20:21:04 2026]
Job 8: Enhancing 8 images with he (batch0)
""".splitlines()


def started() -> Watch:
    watch = Watch()
    for line in START:
        watch.feed(line)
    return watch


def test_stages_are_counted_and_their_end_is_told() -> None:
    watch = started()
    assert watch.status() == "0 of 4 jobs done; to do: enhance 2, train 1"
    assert watch.feed("Finished jobid: 8 (Rule: enhance__he__batch0)") is None
    assert watch.feed("Finished jobid: 9 (Rule: enhance__he__batch1)") == "enhance"
    assert watch.status() == "2 of 4 jobs done; to do: train 1"


def test_quick_stages_share_a_line() -> None:
    ends = iter([("simulate", 10), ("labels", 11), ("split", 12), ("enhance", 20), ("flip", 26)])
    now = [0.0]

    def stages():
        for stage, second in ends:
            now[0] = second
            yield stage

    assert list(joined(stages(), 5, lambda: now[0])) == ["simulate", "labels, split, enhance", "flip"]


@pytest.mark.parametrize(("hours", "most"), [(0.1, 5), (1, 13), (24, 24)])
def test_a_long_run_does_not_fill_the_screen(hours: float, most: int) -> None:
    told = [0.0]
    while told[-1] < hours * 3600:
        told.append(told[-1] + pause_after(told[-1], 60))
    assert len(told) - 2 <= most
    assert told[1] == 60


def test_running_trainings_tell_epoch_loss_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    watch = started()
    watch.feed("Job 3: Training Mask R-CNN on he (seed 1, fold 0)")
    assert watch.status().endswith("| he, seed 1, fold 0: starting")
    log = tmp_path / "results/logs/train/he/seed1/fold0.log"
    log.parent.mkdir(parents=True)
    said = "epoch 3/12, step 20/50, loss 1.250, about 0:01:10 left"
    log.write_text(f"===== first =====\n20:10:11 he, seed 1, fold 0: {said}\n20:10:12 else\n")
    assert watch.status().endswith(f"| he, seed 1, fold 0: {said}")
    watch.feed("Finished jobid: 3 (Rule: train)")
    assert "fold 0" not in watch.status()


def test_a_mistake_is_shown_and_the_full_log_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    root = Path(__file__).resolve().parents[3]
    arguments = ["--snakefile", str(root / "Snakefile"), "-n", "--config", "methods=[claeh]", "--", "all"]
    assert main(["run", *arguments]) != 0
    text = capsys.readouterr().out.strip()
    said = text.splitlines()
    assert "'claeh'" in text and "Did you mean 'clahe'?" in text
    (log,) = (tmp_path / ".snakemake/log").glob("blastvote-*.log")
    assert log.name in said[-1]
    assert len(said) < 40
