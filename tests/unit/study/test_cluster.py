"""What jobs ask of a cluster: by kind, size and attempt; setting one thing never drops another."""

from typing import Any

import pytest

from blastvote.study.cluster import job_request, memory_mb

from .every_key.config_keys import changed, default


def test_nothing_is_asked_for_that_is_not_set() -> None:
    assert set(job_request(default(), "train", 256**2)) == {"mem_mb", "runtime"}


def test_overriding_one_thing_keeps_the_others() -> None:
    changes = {"cluster.account": "lab", "cluster.partition": "cpu", "cluster.jobs.train.partition": "gpu"}
    config = changed(default(), changes | {"cluster.jobs.train.gpus": 1})
    request = job_request(changed(config, {"cluster.jobs.train.memory_mb": 32000}), "train", 256**2)
    assert request == {
        "mem_mb": 32000, "runtime": 1440, "slurm_partition": "gpu", "slurm_account": "lab", "gpu": 1,
    }  # fmt: skip
    assert job_request(config, "tables", 0)["slurm_partition"] == "cpu"


def test_a_retry_gets_more_memory_and_time() -> None:
    first, second = (job_request(default(), "infer", 256**2, attempt) for attempt in (1, 2))
    assert second["runtime"] == 2 * first["runtime"]
    assert second["mem_mb"] == 1.5 * first["mem_mb"]


@pytest.mark.parametrize("kind", ["data", "contrast", "train", "infer", "score"])
def test_larger_photographs_ask_for_more(kind: str) -> None:
    assert memory_mb(default(), kind, 2592 * 1944) > memory_mb(default(), kind, 256**2)


@pytest.mark.parametrize(
    "changes",
    [
        {"model.backbone": "resnet101", "model.weights": "none"},
        {"model.image_size": 512},
        {"training.batch_size": 8},
        {"model.options.train_rois_per_image": 200},
    ],
)
def test_larger_networks_and_batches_ask_for_more(changes: dict[str, Any]) -> None:
    assert memory_mb(changed(default(), changes), "train", 0) > memory_mb(default(), "train", 0)


# Peaks measured (docs/performance.md), Snakemake's own 260 MB included.
@pytest.mark.parametrize(
    ("changes", "peak_mb"),
    [
        ({}, 1330),
        ({"side": 256}, 2460),
        ({"side": 512}, 3360),
    ],
)
def test_trainings_peak_at_40_to_90_percent_of_what_is_asked_for(
    changes: dict[str, Any], peak_mb: int
) -> None:
    config = default()
    if changes:
        config["model"] |= {
            "backbone": "resnet101",
            "weights": "none",
            "image_size": changes["side"],
            "options": {},
        }
    assert 0.4 <= peak_mb / memory_mb(config, "train", 256**2) <= 0.9
