"""The full check: what it finds, what it stops for, how it reads."""

import json

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.check.checks import check_dataset, hash_table, true_images
from blastvote.dataset.check.findings import KINDS, SEVERITIES, Finding, check_stops
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.coco import read_coco, write_coco
from blastvote.dataset.manifest import COLUMNS, build_manifest, portable_path, read_manifest
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES, disc


def check(folder, rule, threads=1, **changes):
    collection = collect(open_source(folder.config(**changes), CLASSES), CLASSES, rule)
    return (collection, *check_dataset(collection, CLASSES, rule, threads))


def test_a_good_data_set(three, rule, tmp_path):
    collection, report, facts = check(three, rule, threads=2)
    assert report.ok and not report.warnings, report.warnings
    report.raise_errors()
    assert report.counts["images"] == 3 and report.counts["cells L1"] == 4 and report.counts["images L3"] == 1
    manifest = build_manifest(collection, facts)
    assert list(manifest.columns) == COLUMNS and manifest["n_cells"].tolist() == [2, 2, 2]
    assert manifest["width"].tolist() == [64] * 3 and manifest["sha256"].is_unique
    io.write_csv(tmp_path / "m.csv", manifest)
    assert read_manifest(tmp_path / "m.csv", CLASSES).equals(
        manifest.astype(read_manifest(tmp_path / "m.csv").dtypes)
    )
    write_coco(tmp_path / "c.json", true_images(facts, collection), CLASSES)
    data = read_coco(tmp_path / "c.json")
    assert data["b"].masks().sum((0, 1)) == pytest.approx([np.pi * 64] * 2, rel=0.05)
    assert data["b"].class_names == ["L2", "L1"] and data["b"].label == "L2"
    assert len(hash_table(facts)) == 3


def test_everything_wrong_is_told_at_once(three, rule):
    three.add("small.png", ["L1"], size=(16, 12))
    (three.images / "a.png").write_bytes(b"not an image")
    data = (three.images / "b.png").read_bytes()
    (three.images / "b.png").write_bytes(data[: len(data) // 2])
    _, report, _ = check(three, rule)
    assert len(report.errors) == 3
    with pytest.raises(InputError) as error:
        report.raise_errors()
    for part in (
        "3 errors",
        "a.png: is not an image",
        "b.png: the image is damaged",
        "small.png: the image is 16x12",
    ):
        assert part in str(error.value)


def test_a_path_upwards_stays_whole_in_the_message():
    report = CheckReport([Finding("unreadable", "../smears/a.png: is not an image.")])
    with pytest.raises(InputError, match=r"found 1 error: \.\./smears/a\.png: is not an image\.$"):
        report.raise_errors()


def test_warnings(three, rule):
    regions = three.entries["a.png"]["regions"]
    regions += [
        disc(500, 500, 5, "L1"),  # outside
        disc(62, 20, 8, "L1"),  # half outside
        disc(50, 40, 1.2, "L1"),  # tiny
        regions[0] | {"region_attributes": {"class": "L2"}},  # outlined twice
    ]
    labels = three.table("image_id,label\nc,L1\n")
    three.add("d.png", [], seed=9)
    (three.images / "e.png").write_bytes((three.images / "d.png").read_bytes())
    mirrored = np.ascontiguousarray(io.read_image(three.images / "d.png")[:, ::-1])
    io.write_image(three.images / "f.png", mirrored)
    labels = three.table("image_id,label\nc,L1\nd,L1\ne,L1\nf,L1\n")
    collection, report, facts = check(three, rule, labels=labels)
    text = "\n".join(report.warnings)
    assert report.ok
    pairs = {(f.kind, f.image_id, f.other) for f in report.findings if f.other}
    assert pairs == {("equal_files", "d", "e"), ("look_alikes", "d", "f"), ("look_alikes", "e", "f")}
    for part in (
        "a.png: cell 2 (region 2) has no pixel inside the image and was left out.",
        "a.png: cell 4 (region 4) has 4 pixels only",
        "are equal, pixel for pixel",
        "c.png: has the label 'L1', but its true cells (1 L1, 1 L3) vote 'L3'.",
        "d.png: has the label 'L1' but no annotated cell.",
        "d.png, ",
        "are the same file, byte for byte",
        "one mirrored: horizontal",
    ):
        assert part in text, (part, text)
    assert any("a.png: 1 cells reach beyond the image" in note for note in report.notes)
    assert build_manifest(collection, facts)["n_cells"].tolist()[0] == 5


def test_lines_of_a_table_that_name_no_image_are_warned_of(three, rule):
    """A name that is spelt wrong would silently lose its patient, and with it the guard against leaks."""
    table = three.table("image_id,patient_id,label\na,p1,\nB_typo,p1,\nzz,p2,other\n")
    _, report, _ = check(three, rule, labels=table, class_aliases={"other": ""})
    assert report.ok
    (warning,) = [text for text in report.warnings if "labels.csv" in text]
    assert "1 of 3 lines name no image: B_typo (line 3)" in warning  # `other` is left out, as configured


def test_images_without_a_patient_are_warned_of_where_others_have_one(three, rule):
    _, report, _ = check(three, rule, labels=three.table("image_id,patient_id\na,p1\nb,p1\n"))
    assert any("1 of 3 images have no patient (c.png)" in text for text in report.warnings)
    _, report, _ = check(three, rule, labels=three.table("image_id,label\na,L1\n"))
    assert not any("patient" in text for text in report.warnings)


def test_size_that_differs_from_the_annotation(folder, rule):
    folder.add("a.png")
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 128, "height": 96}],
        "categories": [{"id": 1, "name": "L1"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]}],
    }
    (folder.root / "coco.json").write_text(json.dumps(document))
    _, report, _ = check(folder, rule, annotations=str(folder.root / "coco.json"))
    assert "the image is 64x48 pixels, but its annotation was made on 128x96" in report.errors[0]


def test_class_without_images_is_warned_of(folder, rule):
    folder.add("a.png", ["L1"])
    _, report, _ = check(folder, rule)
    assert "No image has the label 'L2'." in report.warnings


def test_report_reads_well_and_is_stable(three, rule):
    three.add("plain.png", ["L1"])
    io.write_image(three.images / "plain.png", np.full((48, 64, 3), 200, np.uint8))
    _, report, _ = check(three, rule)
    text = report.to_markdown()
    assert (
        text.startswith("# Check of the data set\n\nThe data set can be used.") and "| cells L2 | 1 |" in text
    )
    assert "plain.png: the image is nearly of one colour." in text
    assert text == check(three, rule, threads=3)[1].to_markdown()
    report.add("unreadable", "x.png: broken.")
    assert "cannot be used" in report.to_markdown()


def test_manifest_mistakes(tmp_path):
    header = ",".join(COLUMNS)
    for line, message in (
        ("a,p,h,x,5,L1,,1,s", "line 2 has width 'x'"),
        ("a,p,h,5,5,L9,,1,s", "image 'a' has the label 'L9'"),
        ("a,p,h,5,5,L1,,1,s\na,p,h,5,5,L1,,1,s", "'a' occurs twice"),
    ):
        (tmp_path / "m.csv").write_text(f"{header}\n{line}\n")
        with pytest.raises(InputError, match=message):
            read_manifest(tmp_path / "m.csv", CLASSES)


def test_paths_are_relative_inside_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert portable_path(tmp_path / "x" / "a.png") == "x/a.png"
    assert portable_path("../a.png") == "../a.png"


def test_real_smears(shared_dir, rule):
    root = shared_dir / "data" / "peybey_all"
    config = {
        "images": str(root),
        "annotations": str(root / "annotations_via.json"),
        "class_aliases": {"L1/L2": "L1"},
    }
    collection = collect(open_source(config, CLASSES), CLASSES, rule)
    assert collection.labels["label"].tolist() == ["L3", "L3", "L1", "L1", "L1"]
    report, facts = check_dataset(collection, CLASSES, rule, threads=2)
    assert report.ok and sum(fact.n_cells for fact in facts) == 30


def test_findings_stop_where_the_configuration_says_so(three):
    rule = lambda counts: max(counts, key=counts.get)  # noqa: E731
    collection = collect(open_source(three.config(), CLASSES), ["L1", "L2", "L3", "L4"], rule)
    for stop_on, ok in (
        ([], True),
        (["warning"], False),
        (["class_without_image"], False),
        (["note"], False),
    ):
        report, _ = check_dataset(collection, [*CLASSES, "L4"], rule, stop_on=stop_on)
        assert report.ok == ok, stop_on
    report, _ = check_dataset(collection, [*CLASSES, "L4"], rule, stop_on=["class_without_image"])
    with pytest.raises(
        InputError, match=r"found 3 findings of dataset\.stop_on: No image has the label 'L2', No"
    ):
        report.raise_errors()
    with pytest.raises(InputError, match=r"'look_alike', which is no finding .* Did you mean 'look_alikes'"):
        check_stops(["look_alike"])


def test_every_kind_has_a_severity_title_and_remedy():
    assert {kind.severity for kind in KINDS.values()} == set(SEVERITIES)
    for kind in KINDS.values():
        assert kind.title and kind.remedy.endswith(".")
