"""Each kind of leak is planted and must be caught."""

import cv2
import numpy as np
import pandas as pd
import pytest

from blastvote import io
from blastvote.dataset.split.leakage import LeakageReport, check_leakage
from blastvote.dataset.split.perceptual_hash import (
    HASH_COLUMNS,
    near_duplicates,
    perceptual_hashes,
    read_hashes,
)
from blastvote.errors import InputError
from blastvote.evaluate.scoring.cells import seen_images

from ..conftest import make_splits

CLASSES = ["L1", "L2"]


def smear(seed):
    """Return something with the structure of a photograph: blobs of all sizes on a gradient."""
    rng = np.random.default_rng(seed)
    image = np.full((120, 160, 3), 215, np.uint8)
    for _ in range(40):
        centre = tuple(int(v) for v in rng.integers(0, 160, 2))
        colour = tuple(int(v) for v in rng.integers(60, 210, 3))
        cv2.circle(image, centre, int(rng.integers(4, 20)), colour, -1)
    return image


@pytest.fixture(scope="module")
def images():
    return {f"{name}_{n:02d}": smear(100 * int(name[1]) + n) for name in CLASSES for n in range(12)}


def tables(images, patients=None):
    rows = [(i, i[:2], (patients or {}).get(i, ""), f"sha-{i}") for i in images]
    manifest = pd.DataFrame(rows, columns=["image_id", "label", "patient_id", "sha256"])
    hashes = pd.DataFrame([{"image_id": i, **perceptual_hashes(image)} for i, image in images.items()])
    return manifest, hashes


def role_of(splits, role, fold=0):
    return splits["image_id"][(splits["role"] == role) & (splits["fold"] == fold)].iloc[0]


@pytest.mark.parametrize("name", ["holdout", "kfold"])
def test_clean_splits_pass(images, name):
    patients = {i: f"p{n // 2}" for n, i in enumerate(images)}
    manifest, hashes = tables(images, patients)
    splits = make_splits(manifest, {"name": name, "folds": 3}, CLASSES)
    report = check_leakage(splits, manifest, hashes, name)
    assert report.leaks == [] and report.allowed == []
    report.raise_leaks()
    assert "None." in report.to_markdown()


@pytest.mark.parametrize("protocol", ["holdout", "kfold"])
@pytest.mark.parametrize("flip", ["none", "horizontal"])
def test_image_in_two_roles(images, protocol, flip):
    manifest, hashes = tables(images)
    splits = make_splits(manifest, {"name": protocol, "folds": 3}, CLASSES)
    leaked = role_of(splits, "test")
    planted = pd.DataFrame([(leaked, 0, "train", flip)], columns=splits.columns)
    report = check_leakage(
        pd.concat([splits, planted]), manifest, hashes, protocol, allow=["near_duplicates", "patients"]
    )
    assert report.leaks == [f"fold 0: image '{leaked}' is in train and test. Make the splits again."]
    with pytest.raises(InputError, match=f"Protocol '{protocol}' leaks in 1 case: fold 0: image '{leaked}'"):
        report.raise_leaks()


@pytest.mark.parametrize(("number", "lines"), [(2, 2), (5, 5), (8, 6)])
def test_several_leaks_stand_on_a_line_each(number, lines):
    report = LeakageReport("kfold", leaks=[f"fold {n}: this. Do that." for n in range(number)])
    with pytest.raises(InputError, match=f"leaks in {number} cases: fold 0: this. Do that.") as caught:
        report.raise_leaks()
    assert len(str(caught.value).splitlines()) == lines
    assert ("and 3 more" in str(caught.value)) == (number == 8)


def test_patient_in_two_roles(images):
    manifest, hashes = tables(images)
    splits = make_splits(manifest, {"name": "holdout"}, CLASSES)
    a, b = role_of(splits, "train"), role_of(splits, "test")
    manifest.loc[manifest["image_id"].isin([a, b]), "patient_id"] = "P7"
    report = check_leakage(splits, manifest, hashes, "holdout")
    assert len(report.leaks) == 1 and "patient 'P7' is in train and test" in report.leaks[0]
    allowed = check_leakage(splits, manifest, hashes, "holdout", allow=["patients"])
    assert not allowed.leaks and len(allowed.allowed) == 1


CHANGES = {
    "jpeg": lambda im: cv2.imdecode(cv2.imencode(".jpg", im, [1, 60])[1], 1),
    "half": lambda im: cv2.resize(im, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "dark": lambda im: (im * 0.7).astype(np.uint8),
    "mirrored": lambda im: im[:, ::-1].copy(),
    "upside down": lambda im: im[::-1].copy(),
    "turned": lambda im: im[::-1, ::-1].copy(),
    "quarter turn": lambda im: np.rot90(im).copy(),
    "quarter turn the other way": lambda im: np.rot90(im, 3).copy(),
    "rows for columns": lambda im: im.transpose(1, 0, 2).copy(),
    "quarter turn, mirrored, bright": lambda im: np.clip(np.rot90(im)[::-1] + 30.0, 0, 255).astype(np.uint8),
    "mirrored, dark, jpeg": lambda im: cv2.imdecode(
        cv2.imencode(".jpg", (im[:, ::-1] * 0.8).astype(np.uint8), [1, 60])[1], 1
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_look_alikes_across_roles(images, change):
    manifest, _ = tables(images)
    splits = make_splits(manifest, {"name": "holdout"}, CLASSES)
    a, b = role_of(splits, "train"), role_of(splits, "test")
    _, hashes = tables(images | {b: CHANGES[change](images[a])})
    report = check_leakage(splits, manifest, hashes, "holdout")
    assert (
        len(report.leaks) == 1
        and a in report.leaks[0]
        and b in report.leaks[0]
        and "look alike" in report.leaks[0]
    )
    assert "near_duplicates: warn" in report.leaks[0]
    assert not check_leakage(splits, manifest, hashes, "holdout", allow=["near_duplicates"]).leaks
    assert not check_leakage(splits, manifest, None, "holdout").leaks


@pytest.mark.parametrize(
    ("turn", "name"),
    [
        (lambda im: im, "none"),
        (lambda im: im[:, ::-1], "horizontal"),
        (lambda im: im[::-1], "vertical"),
        (lambda im: im[::-1, ::-1], "both"),
        (lambda im: im.transpose(1, 0, 2), "transposed"),
        (np.rot90, "quarter turn left"),
        (lambda im: np.rot90(im, 3), "quarter turn right"),
        (lambda im: np.rot90(im)[:, ::-1], "quarter turn and mirrored"),
    ],
)
def test_all_eight_positions_are_found_and_named(images, turn, name):
    pair = {"a": images["L1_00"], "b": np.ascontiguousarray(turn(images["L1_00"])), "c": images["L1_01"]}
    rows = [{"image_id": i, **perceptual_hashes(image)} for i, image in pair.items()]
    assert near_duplicates(pd.DataFrame(rows)) == [("a", "b", name, 0)]


def test_look_alikes_within_one_role_are_no_leak(images):
    manifest, _ = tables(images)
    splits = make_splits(manifest, {"name": "holdout"}, CLASSES)
    test = splits["image_id"][splits["role"] == "test"].tolist()
    _, hashes = tables(images | {test[0]: images[test[1]]})
    assert not check_leakage(splits, manifest, hashes, "holdout").leaks


def test_same_file_across_roles(images):
    manifest, hashes = tables(images)
    splits = make_splits(manifest, {"name": "holdout"}, CLASSES)
    a, b = role_of(splits, "val"), role_of(splits, "test")
    manifest.loc[manifest["image_id"].isin([a, b]), "sha256"] = "same"
    assert "are the same file" in check_leakage(splits, manifest, hashes, "holdout").leaks[0]


def test_paper_protocol_lists_its_own_leak_as_allowed(images):
    manifest, hashes = tables(images)
    splits = make_splits(manifest, {"name": "paper", "images_per_class": 4}, CLASSES)
    report = check_leakage(splits, manifest, hashes, "paper")
    assert not report.leaks and len(report.allowed) == 8
    chosen = set(splits["image_id"][splits["role"] != "test"])
    assert seen_images(splits, 0) == chosen and len(chosen) == 8


def test_nothing_is_seen_in_clean_protocols(images):
    manifest, _ = tables(images)
    splits = make_splits(manifest, {"name": "kfold", "folds": 3}, CLASSES)
    for fold in range(3):
        tested = splits["image_id"][(splits["fold"] == fold) & (splits["role"] == "test")]
        assert not seen_images(splits, fold) & set(tested)


def test_hashes_round_trip_and_order_does_not_matter(images, tmp_path):
    _, hashes = tables(images | {"z": images["L1_00"]})
    io.write_csv(tmp_path / "h.csv", hashes)
    back = read_hashes(tmp_path / "h.csv")
    assert (
        near_duplicates(back)
        == near_duplicates(hashes.sample(frac=1, random_state=0))
        == [("L1_00", "z", "none", 0)]
    )
    assert all(len(value) == 64 for value in back[HASH_COLUMNS[0]])
    assert near_duplicates(hashes.head(1)) == []


def test_bad_arguments(images):
    manifest, hashes = tables(images)
    splits = make_splits(manifest, {"name": "holdout"}, CLASSES)
    with pytest.raises(InputError, match="expected some of"):
        check_leakage(splits, manifest, hashes, "holdout", allow=["everything"])
    with pytest.raises(InputError, match="1 images that the manifest does not hold"):
        check_leakage(splits, manifest[manifest["image_id"] != "L1_00"], hashes, "holdout")


def test_real_near_duplicate_in_a_public_set(shared_dir):
    """BCCD holds one field photographed twice, among 40; unrelated real fields do not look alike."""
    files = sorted((shared_dir / "data" / "bccd" / "JPEGImages").glob("*.jpg"))
    rows = [{"image_id": f.stem, **perceptual_hashes(io.read_image(f))} for f in files]
    assert [pair[:3] for pair in near_duplicates(pd.DataFrame(rows))] == [
        ("BloodImage_00037", "BloodImage_00038", "none")
    ]


@pytest.mark.parametrize(
    "folder", ["zxaoyou_wbc/Dataset 1/*.bmp", "zxaoyou_wbc/Dataset 2/*.bmp", "peybey_all/*.jpg"]
)
def test_different_real_images_do_not_look_alike(shared_dir, folder):
    files = sorted((shared_dir / "data").glob(folder))
    rows = [{"image_id": f.stem, **perceptual_hashes(io.read_image(f))} for f in files]
    assert near_duplicates(pd.DataFrame(rows), max_distance=60) == []


def test_look_alikes_are_the_same_in_blocks_of_any_size(images, monkeypatch):
    _, hashes = tables(images | {"z": images["L1_00"], "y": images["L2_03"][:, ::-1]})
    whole = near_duplicates(hashes)
    assert {pair[:2] for pair in whole} >= {("L1_00", "z"), ("L2_03", "y")}
    monkeypatch.setattr("blastvote.dataset.split.perceptual_hash.BLOCK", 3)
    assert near_duplicates(hashes) == whole
