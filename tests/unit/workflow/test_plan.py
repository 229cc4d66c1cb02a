"""Batches and runs follow from the configuration alone."""

import string

from hypothesis import given
from hypothesis import strategies as st

from blastvote.plan import Run, assign_batches, runs

IDS = st.sets(st.text(string.ascii_letters + string.digits, min_size=1, max_size=8), min_size=1, max_size=80)


@given(ids=IDS, images_per_job=st.integers(1, 40))
def test_every_image_is_in_one_batch(ids: set[str], images_per_job: int) -> None:
    batches = assign_batches(sorted(ids), images_per_job)
    assert sorted(image_id for batch in batches.values() for image_id in batch) == sorted(ids)


@given(ids=IDS, added=st.text("xyz", min_size=9, max_size=9))
def test_an_added_image_changes_one_batch_only(ids: set[str], added: str) -> None:
    before = assign_batches(sorted(ids), 128)
    after = assign_batches([*sorted(ids), added], 128)
    assert sum(before.get(name) != after[name] for name in after) == 1


def test_one_image_per_job_gives_one_batch_an_image() -> None:
    assert assign_batches(["b", "a"], 1) == {"a": ["a"], "b": ["b"]}


def test_batches_are_about_as_large_as_wanted() -> None:
    batches = assign_batches([f"image_{number:04d}" for number in range(301)], 32)
    assert len(batches) == 16
    assert max(map(len, batches.values())) <= 32


def test_runs_are_methods_by_seeds_by_folds() -> None:
    config = {"methods": ["none", "eff"], "seeds": [1, 2], "protocol": {"name": "kfold", "folds": 3}}
    planned = runs(config)
    assert len(planned) == 12
    assert planned[0] == Run("none", 1, 0)
    assert planned[-1].folder == "eff/seed2/fold2"
    config["protocol"]["name"] = "holdout"
    assert len(runs(config)) == 4
