"""Batches and runs follow from the configuration alone."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastvote.study import batches, plan
from blastvote.study.batches import assign_batches
from blastvote.study.plan import Run, epoch_threshold, runs

IDS = st.sets(st.text(string.ascii_letters + string.digits, min_size=1, max_size=8), min_size=1, max_size=80)


@given(ids=IDS, images_per_job=st.integers(1, 40))
def test_every_image_is_in_one_batch(ids: set[str], images_per_job: int) -> None:
    made = assign_batches(sorted(ids), images_per_job)
    assert sorted(image_id for batch in made.values() for image_id in batch) == sorted(ids)


@given(ids=IDS, images_per_job=st.integers(2, 40))
def test_no_batch_is_larger_than_asked_for(ids: set[str], images_per_job: int) -> None:
    assert all(
        0 < len(batch) <= images_per_job for batch in assign_batches(sorted(ids), images_per_job).values()
    )


@pytest.mark.parametrize(
    ("asked", "source", "n_images", "pixels", "most"),
    [("auto", "local", 301, 64 * 64, 400), ("auto", "local", 401, 64 * 64, 100),
     ("auto", "local", 301, 2592 * 1944, 100), ("auto", "simulated", 301, 256 * 256, 100),
     (7, "local", 301, 64 * 64, 7)],
)  # fmt: skip
def test_a_few_small_photographs_share_a_job(
    asked: object, source: str, n_images: int, pixels: int, most: int
) -> None:
    config = {"images_per_job": asked, "dataset": {"source": source}}
    assert batches.images_per_job(config, n_images, pixels) == most


@given(ids=IDS, added=st.text("xyz", min_size=9, max_size=9), images_per_job=st.integers(2, 40))
def test_an_added_image_changes_or_splits_one_batch_only(
    ids: set[str], added: str, images_per_job: int
) -> None:
    before = assign_batches(sorted(ids), images_per_job)
    after = assign_batches([*sorted(ids), added], images_per_job)
    assert sum(after.get(name) != batch for name, batch in before.items()) <= 1


@pytest.mark.parametrize("most", [32, 100, 400])
def test_growth_past_a_power_of_two_keeps_the_batches(most: int) -> None:
    names = [f"image_{number:04d}" for number in range(1025)]
    before, after = assign_batches(names[:-1], most), assign_batches(names, most)
    assert sum(after.get(name) == batch for name, batch in before.items()) >= len(before) - 1


def test_one_image_per_job_gives_one_batch_an_image() -> None:
    assert assign_batches(["b", "a"], 1) == {"a": ["a"], "b": ["b"]}


def test_batches_are_at_least_half_full_on_average() -> None:
    batches = assign_batches([f"image_{number:04d}" for number in range(3010)], 32)
    assert 3010 / 32 <= len(batches) <= 2 * 3010 / 32


def test_runs_are_methods_by_seeds_by_folds() -> None:
    config = {"methods": ["none", "eff"], "seeds": [1, 2], "protocol": {"name": "kfold", "folds": 3}}
    planned = runs(config)
    assert len(planned) == 12
    assert planned[0] == Run("none", 1, 0)
    assert planned[-1].folder == "eff/seed2/fold2"
    config["protocol"]["name"] = "holdout"
    assert len(runs(config)) == 4


@pytest.mark.parametrize(
    ("monitor", "expected"), [("val_loss", None), ("val_ap50_matterport", 0.7), (None, 0.7)]
)
def test_the_threshold_trains_anew_only_where_it_chooses_the_epoch(
    monitor: str | None, expected: float | None
) -> None:
    config = {"vote": {"min_confidence": 0.7}, "training": {"options": {"monitor": monitor}}}
    assert epoch_threshold(config) == expected


def test_the_null_arm_is_the_reference_under_other_seeds() -> None:
    config = {
        "methods": ["none", "eff"],
        "seeds": [1, 4],
        "protocol": {"name": "holdout"},
        "evaluation": {"reference_method": "none", "null_arm": True},
    }
    added = plan.null_runs(config)
    assert [(run.method, run.seed) for run in added] == [("none", 6), ("none", 9)]
    assert not {run.folder for run in added} & {run.folder for run in plan.runs(config)}
    assert plan.null_run_keys(config) == [("none again", 1, 0), ("none again", 4, 0)]
    config["evaluation"]["null_arm"] = False
    assert plan.null_runs(config) == plan.null_run_keys(config) == []
