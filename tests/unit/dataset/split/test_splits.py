"""The three protocols: what each promises, for any data."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastvote import io
from blastvote.dataset.split.settings import SplitSettings
from blastvote.dataset.split.splits import make_splits as splits_of
from blastvote.dataset.split.splits import read_splits
from blastvote.errors import InputError

from ..conftest import PROTOCOL, make_splits

CLASSES = ["L1", "L2", "L3"]


def table(counts, patients=None):
    rows = [(f"{name}_{n:03d}", name) for name, count in counts.items() for n in range(count)]
    frame = pd.DataFrame(rows, columns=["image_id", "label"])
    frame["patient_id"] = patients if patients is not None else ""
    return frame


PAPER = table({"L1": 91, "L2": 99, "L3": 111})


def roles(splits, fold=0):
    part = splits[splits["fold"] == fold]
    return {role: set(part["image_id"][part["role"] == role]) for role in ("train", "val", "test")}


def test_paper_protocol():
    splits = make_splits(PAPER, {"name": "paper", "seed": 3}, CLASSES)
    counts = Counter(zip(splits["role"], splits["flip"] == "none", strict=True))
    assert counts == {("test", True): 301, ("train", False): 45, ("val", False): 15}
    trained = splits[splits["role"] != "test"]
    assert trained["image_id"].is_unique
    per_class = Counter(zip(trained["image_id"].str[:2], trained["role"], strict=True))
    assert per_class == {(c, r): n for c in CLASSES for r, n in (("train", 15), ("val", 5))}
    assert Counter(trained["flip"]) == {"horizontal": 30, "vertical": 30}
    one = make_splits(PAPER, {"name": "paper", "flips": ["both"]}, CLASSES)
    assert set(one["flip"]) == {"none", "both"}


@pytest.mark.parametrize("name", ["paper", "holdout", "kfold"])
def test_same_seed_same_splits_whatever_the_order(name):
    first = make_splits(PAPER, {"name": name, "seed": 5}, CLASSES)
    again = make_splits(PAPER.sample(frac=1, random_state=1), {"name": name, "seed": 5}, CLASSES)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(make_splits(PAPER, {"name": name, "seed": 6}, CLASSES))
    assert list(first.columns) == ["image_id", "fold", "role", "flip"]
    assert not first.duplicated().any()


def test_holdout_is_stratified_and_flips_only_train():
    splits = make_splits(PAPER, {"name": "holdout", "test_fraction": 0.5, "val_fraction": 0.1}, CLASSES)
    parts = roles(splits)
    assert sum(map(len, parts.values())) == 301 == len(set.union(*parts.values()))
    for name, count in (("L1", 91), ("L2", 99), ("L3", 111)):
        own = {role: sum(i.startswith(name) for i in ids) for role, ids in parts.items()}
        assert abs(own["test"] - count * 0.5) <= 1 and abs(own["val"] - count * 0.1) <= 1
    assert Counter(splits["flip"][splits["role"] == "train"]) == {
        flip: len(parts["train"]) for flip in ("none", "horizontal", "vertical")
    }
    assert set(splits["flip"][splits["role"] != "train"]) == {"none"}
    assert set(make_splits(PAPER, {"name": "holdout", "flips": []}, CLASSES)["flip"]) == {"none"}


def test_kfold_tests_every_image_once():
    splits = make_splits(PAPER, {"name": "kfold", "folds": 5, "val_fraction": 0.1}, CLASSES)
    test = splits[splits["role"] == "test"]
    assert sorted(test["image_id"]) == sorted(PAPER["image_id"])
    for fold in range(5):
        parts = roles(splits, fold)
        assert sum(map(len, parts.values())) == 301 == len(set.union(*parts.values()))
        assert abs(len(parts["test"]) - 60.2) <= 2 and abs(len(parts["val"]) - 30) <= 2
        labels = Counter(i[:2] for i in parts["test"])
        assert abs(labels["L1"] - 18.2) <= 1 and abs(labels["L3"] - 22.2) <= 1


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["holdout", "kfold"]),
    st.lists(st.integers(6, 25), min_size=2, max_size=4),
    st.integers(0, 2**31),
    st.integers(1, 4),
)
def test_groups_never_cross_and_no_part_is_empty(name, sizes, seed, per_patient):
    counts = {f"c{n}": size * per_patient for n, size in enumerate(sizes)}
    frame = table(counts)
    number = frame.groupby("label").cumcount() // per_patient
    frame["patient_id"] = frame["label"] + "p" + number.astype(str)
    splits = make_splits(frame, {"name": name, "seed": seed, "folds": 3})
    patient = dict(zip(frame["image_id"], frame["patient_id"], strict=True))
    for fold in set(splits["fold"]):
        parts = roles(splits, fold)
        assert set.union(*parts.values()) == set(frame["image_id"])
        for a, b in (("train", "val"), ("train", "test"), ("val", "test")):
            assert not {patient[i] for i in parts[a]} & {patient[i] for i in parts[b]}
        for label in counts:
            assert all(any(i.startswith(label) for i in ids) for ids in parts.values())


def test_patient_with_several_classes_stays_whole():
    frame = table({"L1": 12, "L2": 12, "L3": 12}, [f"p{n % 9}" for n in range(36)])
    frame.loc[frame["label"] == "L2", "patient_id"] = [f"q{n % 5}" for n in range(12)]
    frame.loc[frame["label"] == "L3", "patient_id"] = [f"r{n % 5}" for n in range(12)]
    frame.loc[0, "patient_id"] = "q1"
    parts = roles(make_splits(frame, {"name": "holdout"}, CLASSES))
    homes = [role for role, ids in parts.items() if ids & set(frame["image_id"][frame["patient_id"] == "q1"])]
    assert len(homes) == 1


def test_an_added_image_moves_few_others():
    before = roles(make_splits(PAPER, {"name": "holdout"}, CLASSES))
    more = pd.concat([PAPER, table({"L1": 92}).tail(1)])
    after = roles(make_splits(more, {"name": "holdout"}, CLASSES))
    moved = sum(i not in after[role] for role, ids in before.items() for i in ids)
    assert moved <= 3


# ------------------------------------------------------------------------------------------ too little, or wrong


@pytest.mark.parametrize(
    ("counts", "config", "message"),
    [
        (
            {"L1": 19, "L2": 30, "L3": 30},
            {"name": "paper"},
            "draws 20 images of each class, but class 'L1' has 19",
        ),
        ({"L1": 30, "L2": 30, "L3": 0}, {"name": "paper"}, "class 'L3' has 0"),
        ({"L1": 2, "L2": 30, "L3": 30}, {"name": "holdout"}, "Class 'L1' has 2 images.*needs 3 or more"),
        (
            {"L1": 4, "L2": 30, "L3": 30},
            {"name": "kfold"},
            "Class 'L1' has 4 images.*needs 5 or more.*lower protocol.folds",
        ),
        (
            {"L1": 9, "L2": 9, "L3": 9},
            {"name": "paper", "images_per_class": 1},
            "1 training and 0 validation",
        ),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "paper", "flips": []}, "trains on flipped copies"),
        (
            {"L1": 9, "L2": 9, "L3": 9},
            {"name": "holdout", "test_fraction": 0.9},
            "nothing is left to train on|is 1",
        ),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "holdout", "test_fraction": 1.5}, "between 0 and 1"),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "kfold", "folds": 1}, "expected 2 or more"),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "kfold", "val_fraction": 0.8}, "only 0.8 of the images"),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "random"}, "expected one of paper, holdout, kfold"),
        ({"L1": 9, "L2": 9, "L3": 9}, {"name": "holdout", "flips": ["diagonal"]}, "'diagonal'"),
        ({}, {"name": "holdout"}, "no images to split"),
    ],
)
def test_errors_say_numbers_and_cure(counts, config, message):
    with pytest.raises(InputError, match=message):
        make_splits(table(counts), config, CLASSES)


def test_images_of_patients_that_count_as_another_class_are_told():
    frame = table({"L1": 20, "L2": 10, "L3": 10})
    lost = frame.index[frame["label"] == "L2"]
    kept = frame.index[frame["label"] == "L1"]
    for number, row in enumerate(lost):
        frame.loc[[row, *kept[2 * number : 2 * number + 2]], "patient_id"] = f"P{number}"
    with pytest.raises(
        InputError, match=r"'L2' has 0 patients or lone images \(10 of its images are of patients"
    ):
        make_splits(frame, {"name": "holdout"}, CLASSES)


def test_patients_count_not_images():
    frame = table({"L1": 30, "L2": 30, "L3": 30})
    frame["patient_id"] = np.where(frame["label"] == "L1", "only one", "")
    with pytest.raises(InputError, match=r"Class 'L1' has 1 patients or lone images.*needs 3"):
        make_splits(frame, {"name": "holdout"}, CLASSES)


def test_labels_must_be_known_and_ids_unique():
    frame = table({"L1": 9, "L2": 9, "L9": 1})
    with pytest.raises(InputError, match=r"1 of 19 images have no label among.*'L9_000', has the label 'L9'"):
        make_splits(frame, {"name": "holdout"}, CLASSES)
    frame.loc[0, "label"] = None
    with pytest.raises(InputError, match="'L1_000', has no label"):
        make_splits(frame[frame["label"] != "L9"], {"name": "holdout"}, CLASSES)
    twice = pd.concat([frame, frame])
    with pytest.raises(InputError, match="'L1_000' occurs twice"):
        make_splits(twice, {"name": "holdout"}, CLASSES)


def test_round_trip(tmp_path):
    splits = splits_of(PAPER, SplitSettings.from_config(PROTOCOL | {"name": "kfold"}), CLASSES)
    io.write_csv(tmp_path / "splits.csv", splits)
    pd.testing.assert_frame_equal(read_splits(tmp_path / "splits.csv"), splits, check_dtype=False)
    (tmp_path / "bad.csv").write_text("image_id,fold,role,flip\na,0,training,none\n")
    with pytest.raises(InputError, match=r"bad\.csv: line 2 has role 'training'"):
        read_splits(tmp_path / "bad.csv")
    (tmp_path / "bad.csv").write_text("image_id,fold,role,flip\na,x,train,none\n")
    with pytest.raises(InputError, match="line 2 has fold 'x'; expected a whole number"):
        read_splits(tmp_path / "bad.csv")
