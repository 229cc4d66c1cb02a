"""YOLO: polygons and boxes, and where the names of its classes stand."""

import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError

from ..documents import BOX, areas, classes, reasons, write

SQUARE = "0.125 0.1 0.5 0.1 0.5 0.5 0.125 0.5"


def yolo(tmp_path, lines, names=None):
    (tmp_path / "labels").mkdir(exist_ok=True)
    if names is not None:
        (tmp_path / "data.yaml").write_text(names)
    (tmp_path / "labels/a.txt").write_text(lines)
    return read_annotations(tmp_path / "labels/a.txt")


def test_yolo_boxes_scores_and_empty_files(tmp_path):
    found = yolo(tmp_path, f"0 {SQUARE}\n1 {SQUARE} 0.9\n0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1 0.8\n")
    assert areas(found) == [30 * 24] * 2
    assert [cell.class_name for cell in found.images["a"].cells] == ["0", "1"]
    assert reasons(found) == {"line 3": BOX, "line 4": BOX}
    assert any("numbers are taken for names" in note for note in found.notes)
    assert yolo(tmp_path, "\n").images["a"].cells == ()


@pytest.mark.parametrize(
    "names", ["names: [L1, L2]", "names:\n  0: L1\n  1: L2\n", "names: {'0': L1, '1': L2}"]
)
def test_yolo_class_names(tmp_path, names):
    assert yolo(tmp_path, f"1 {SQUARE}", names).class_names == ["L2"]
    with pytest.raises(
        InputError, match=r"line 2 has class number 7, but .*data\.yaml names 2 classes \(0: L1"
    ):
        yolo(tmp_path, f"1 {SQUARE}\n7 {SQUARE}", names)


def test_yolo_in_pixels_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"line 1 has the coordinate 300; YOLO's are parts"):
        yolo(tmp_path, "0 10 10 300 10 300 200")


def test_a_folder_of_yolo_labels(tmp_path):
    for part in ("train", "val"):
        (tmp_path / "labels" / part).mkdir(parents=True)
        (tmp_path / "labels" / part / "a.txt").write_text(f"0 {SQUARE}")
    (tmp_path / "labels/train/empty.txt").write_text("")
    (tmp_path / "labels/train/classes.txt").write_text("L1\n")
    (tmp_path / "labels/train/README.txt").write_text("who drew what, and when")
    found = read_annotations(tmp_path / "labels")
    assert {name: len(image.cells) for name, image in found.images.items()} == {
        "train/a": 1,
        "train/empty": 0,
        "val/a": 1,
    }


def test_yolo_names_in_yaml_that_cannot_be_read_are_said(tmp_path):
    """A YAML file may be an alias bomb, or anything else; that it names no class is not kept silent."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(
        f"{c}: &{c} [{', '.join([f'*{b}'] * 10)}]\n" for b, c in zip("abcdefg", "bcdefgh", strict=True)
    )
    (tmp_path / "data.yaml").write_text(bomb + "names: [*h]\n")
    (tmp_path / "a.txt").write_text("0 0.1 0.1 0.9 0.1 0.9 0.9\n")
    found = read_annotations(tmp_path / "a.txt")
    assert found.class_names == ["0"]
    assert any("its aliases stand for more than 100,000 values" in note for note in found.notes)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("Data.YAML", "names: {1: L1}\n"),
        ("cfg/data.yaml", "nc: 2\nnames: [L0, L1]\n"),
        ("labels/predefined_classes.txt", "L0\nL1\n"),
    ],
)
def test_yolo_names_in_odd_places(tmp_path, place, text):
    write(tmp_path / "labels/train/a.txt", f"1.0 {SQUARE}\n")
    write(tmp_path / place, text)
    assert classes(read_annotations(tmp_path / "labels/train")) == ["L1"]


def test_yaml_of_something_else_in_a_folder_beside_names_no_classes(tmp_path):
    write(tmp_path / "labels/train/a.txt", f"1 {SQUARE}\n")
    write(tmp_path / "cfg/other.yaml", "names: [x, y]\n")
    write(tmp_path / "study2/data.yaml", "nc: 2\nnames: [x, y]\n")
    assert classes(read_annotations(tmp_path / "labels/train")) == ["1"]
