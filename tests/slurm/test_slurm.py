"""A toy study on a real SLURM under all that can happen to jobs: no training lost, none done twice, the same tables."""

import os
import re
import signal
from pathlib import Path

import pandas as pd
import pytest
from slurm_study import (
    METHODS,
    TABLES,
    Study,
    bring_back,
    kill_steps,
    running_trainings,
    same_tables,
    slurm,
    state,
    wait_for,
)

pytestmark = pytest.mark.slow


def test_a_cancelled_training_and_failing_submissions(cluster: None, toy: Path, untrained: Path) -> None:
    study = Study(untrained, failures=3, fail_for="rule_train_wildcards_he")
    process = study.start("--", TABLES)
    wait_for(lambda: len(running_trainings()) == 2, process)  # side by side, a GPU each
    study.wait_for_checkpoint(process, "none")
    slurm("scancel", study.owner("none")["slurm_job"])
    study.end(process)

    trainings = study.submitted("train")
    assert all("-p gpu" in line and "--gpus=1" in line and "--mem" in line for line in trainings)
    assert len(study.submitted("train_wildcards_none")) == 2
    assert len(study.submitted("train_wildcards_he")) == 4
    assert re.findall(r"resuming after epoch (\d) of 2", study.log("none"))[0] >= "1"
    assert study.epochs_logged("he") == ["epoch 1", "epoch 2"]
    same_tables(untrained, toy)


@pytest.mark.full
def test_time_limits_within_an_epoch_and_after_the_last(cluster: None, toy: Path, untrained: Path) -> None:
    study = Study(untrained)
    process = study.start("--", TABLES)
    study.suspend_after({"none": 1, "he": 2}, process)
    assert not (untrained / "results/runs/he/seed1/fold0/model.weights.h5").exists()
    jobs = [study.owner(method)["slurm_job"] for method in METHODS]
    for job in jobs:
        slurm("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    wait_for(lambda: [state(job) for job in jobs] == ["TIMEOUT", "TIMEOUT"], process)
    study.end(process)

    assert [len(study.submitted(f"train_wildcards_{method}")) for method in METHODS] == [2, 2]
    assert re.findall(r"resuming after epoch \d of 2", study.log("none"))[0] >= "resuming after epoch 1 of 2"
    assert study.epochs_logged("none")[0] == "epoch 1" and study.epochs_logged("none").count("epoch 1") == 1
    assert study.epochs_logged("he") == ["epoch 1", "epoch 2"]  # the second attempt only writes the files
    assert "resuming after epoch 2 of 2" in study.log("he")
    same_tables(untrained, toy)


@pytest.mark.full
def test_a_node_that_is_drained_and_then_fails(cluster: None, toy: Path, untrained: Path) -> None:
    study = Study(untrained)
    process = study.start("--", TABLES)
    study.wait_for_checkpoint(process, *METHODS)
    node = slurm("sinfo", "-h", "-o", "%n").split()[0]
    owners = [study.owner(method) for method in METHODS]
    requeued, failed = (owner["slurm_job"] for owner in owners)
    slurm("scontrol", "update", f"JobId={failed}", "Requeue=0")
    slurm("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test")
    assert set(running_trainings()) == {requeued, failed}  # a drained node ends what it has begun
    slurm("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")
    wait_for(lambda: (state(requeued), state(failed)) == ("PENDING", "NODE_FAIL"), process)
    wait_for(lambda: not any(Path("/proc", str(owner["pid"])).exists() for owner in owners), process)
    kill_steps(requeued, failed)
    wait_for(lambda: bring_back(node, requeued), process, pause=3)
    study.end(process)

    assert [len(study.submitted(f"train_wildcards_{method}")) for method in METHODS] == [1, 2]
    assert study.log("none").count(f"SLURM job {requeued} =====") == 2
    for method in METHODS:
        assert re.findall(r"resuming after epoch \d of 2", study.log(method))
        assert study.epochs_logged(method).count("epoch 1") == 1
    same_tables(untrained, toy)


@pytest.mark.full
def test_a_whole_study_whose_main_process_is_killed(cluster: None, toy: Path, tmp_path: Path) -> None:
    study = Study(tmp_path)
    first = study.start()
    wait_for(lambda: len(running_trainings()) == 2, first)
    wait_for(lambda: list((tmp_path / "results/checkpoints").glob("*/owner.json")), first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    unlocked = study.start("--unlock")
    assert unlocked.wait(timeout=300) == 0
    study.end(study.start())

    assert len(study.submitted()) - len(study.submitted("train")) + 2 <= 25
    for method in METHODS:
        history = pd.read_csv(tmp_path / f"results/runs/{method}/seed1/fold0/history.csv")
        assert list(history["epoch"]) == [1, 2]
        assert study.epochs_logged(method) == ["epoch 1", "epoch 2"]  # the jobs that ran on were not repeated
        assert re.findall(r"SLURM job \d+ =====", study.log(method))
    same_tables(tmp_path, toy)
