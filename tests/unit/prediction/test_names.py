from pathlib import Path

import pytest

from blastvote.errors import InputError
from blastvote.prediction.names import named_images


def test_names_never_collide(tmp_path):
    files = ["a/1.jpg", "b/1.jpg", "b/1.png", "c/b_1_png.jpg", "c/Ä ö.jpg"]
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    named = named_images([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    assert len(named) == len({name.lower() for name in named}) == len(files)
    assert named["a_1"] == tmp_path / "a/1.jpg"
    assert named["Ä_ö"] == tmp_path / "c/Ä ö.jpg"


def test_a_file_named_twice_is_one(tmp_path):
    assert list(named_images([Path("x.png"), Path("x.png")])) == ["x"]


def test_no_image(tmp_path):
    (tmp_path / "._a.jpg").touch()  # macOS leaves such doubles beside photographs
    with pytest.raises(InputError, match="no image"):
        named_images([tmp_path])
