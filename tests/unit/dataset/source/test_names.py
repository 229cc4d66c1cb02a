"""Ids from file names, and file names from tables."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastvote.dataset.source.image_ids import assign_ids, safe_id
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.photographs import list_images
from blastvote.errors import InputError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("smear_12", "smear_12"),
        ("a b", "a_b"),
        ("92.1 cells (092820, P11, 20X, S2)", "92.1_cells_092820_P11_20X_S2"),
        ("007", "img_007"),
        ("1e5", "img_1e5"),
        ("NA", "img_NA"),
        ("2022-01-05", "img_2022-01-05"),
        ("a__horizontal", "a_horizontal"),
        ("..x..", "x"),
        ("三西线129#右", "img_129"),
        ("Größe", "Grosse"),
    ],
)
def test_safe_ids(name, expected):
    assert safe_id(name) == expected


@given(st.text(max_size=300))
def test_any_name_becomes_safe_and_stays_so(name):
    import re

    found = safe_id(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", found) and "__" not in found and len(found) <= 110
    assert safe_id(found) == found


def test_names_that_fall_together_are_told_apart_in_any_order():
    paths = [Path("x/a b.png"), Path("x/a_b.png"), Path("x/c.png")]
    ids = assign_ids(paths)
    assert ids == assign_ids(paths[::-1]) and len(ids) == 3 and "c" in ids and "a_b" not in ids
    assert len({i.casefold() for i in assign_ids([Path("A.png"), Path("a.png")])}) == 2


def test_same_stem_twice_is_an_error():
    with pytest.raises(InputError, match=r"'007.bmp', '007.png'.*pattern"):
        assign_ids([Path("x/007.png"), Path("x/007.bmp")])


def test_list_images(tmp_path):
    for name in ("b.png", "a.JPG", "notes.txt", ".hidden.png", "c.bmp"):
        (tmp_path / name).touch()
    assert list(list_images(tmp_path)) == ["a", "b", "c"]
    assert list(list_images(tmp_path / "*.bmp", prefix="set1")) == ["set1_c"]
    with pytest.raises(InputError, match="does not exist"):
        list_images(tmp_path / "gone")
    with pytest.raises(InputError, match="holds no images that match"):
        list_images(tmp_path / "*.tif")
    with pytest.raises(InputError, match="is a file"):
        list_images(tmp_path / "b.png")


def test_name_index():
    index = NameIndex({"img_007": Path("x/007.bmp"), "Zell_A": Path("x/Zellé A.png"), "b": Path("b.tif")})
    assert index.find("007.bmp") == index.find("img_007") == index.find("C:\\old\\007.BMP") == "img_007"
    assert index.find("007") == index.find("007.png") == "img_007"
    assert index.find("7") is None and index.find("7", numbers=True) == "img_007"
    assert index.find("Zelle\u0301 A.png") == "Zell_A"  # decomposed, as macOS stores it
    assert index.find("nothing", "b.tif (RGB).jpg", "b.tif") == "b"
    assert NameIndex({"x": Path("a/1.png"), "y": Path("b/1.png")}).find("1.png") is None


def test_the_folder_tells_equal_names_apart():
    index = NameIndex({"train_1": Path("x/train/1.png"), "val_1": Path("x/val/1.png")})
    assert index.find("train/1.png") == "train_1" and index.find("old\\VAL\\1.png") == "val_1"
    assert index.find("1.png") is None and index.find("test/1.png") is None
