"""ONNX files in the cache: made once, again where something else determines them, again where they are damaged."""

import os

import pytest

from blastvote.errors import InputError
from blastvote.segmentation.runtimes import onnx_files
from blastvote.segmentation.runtimes.onnx_files import MOST_KEPT, kept_file


@pytest.fixture
def made(monkeypatch, tmp_path):
    """Count what is made; the cache is a folder of this test."""
    monkeypatch.setenv("MRCNN_CACHE", str(tmp_path))
    monkeypatch.setattr(onnx_files, "find_spec", lambda name: name)
    return []


def _file(made, *made_of):
    def make(path):
        made.append(made_of)
        path.write_bytes(b"graph of " + repr(made_of).encode())

    return kept_file("detector", list(made_of), make)


def test_a_file_is_made_once(made, tmp_path):
    first = _file(made, "weights", 0.5)
    assert _file(made, "weights", 0.5) == first
    assert made == [("weights", 0.5)]
    assert [path.name for path in (tmp_path / "onnx").iterdir()] == [first.name]
    assert _file(made, "weights", 0.6) != first


def test_a_damaged_file_is_made_again(made, tmp_path):
    first = _file(made, "weights")
    for damage in (b"graph of (", b"", b"Graph of ('weights',)"):
        first.write_bytes(damage)
        assert _file(made, "weights") == first
        assert first.read_bytes() == b"graph of ('weights',)"
    assert len(made) == 4
    assert list((tmp_path / "onnx").iterdir()) == [first]


@pytest.mark.parametrize(("name", "other"), [("GRAPHS", 0), ("__version__", "0.0.9")])
def test_other_makers_make_other_files(made, monkeypatch, name, other):
    first = _file(made, "weights")
    monkeypatch.setattr(onnx_files, name, other)
    assert _file(made, "weights") != first
    assert first.is_file()


def test_what_fails_leaves_nothing(made, tmp_path):
    def make(path):
        path.write_bytes(b"half")
        raise InputError("these weights do not fit")

    with pytest.raises(InputError, match="do not fit"):
        kept_file("detector", [], make)
    assert list((tmp_path / "onnx").iterdir()) == []


def test_missing_packages_are_named_where_a_file_must_be_made(made, monkeypatch):
    first = _file(made, "weights")
    monkeypatch.setattr(onnx_files, "find_spec", lambda name: None if name == "tf2onnx" else name)
    assert _file(made, "weights") == first
    with pytest.raises(InputError, match="needs tf2onnx for that, of the extras cpu and export"):
        _file(made, "other weights")


def test_those_used_last_are_kept(made, tmp_path):
    paths = [_file(made, number) for number in range(MOST_KEPT)]
    for hours, path in enumerate(paths):
        os.utime(path, (hours * 3600, hours * 3600))
    assert _file(made, 0) == paths[0]
    new = _file(made, "another")
    assert set((tmp_path / "onnx").iterdir()) == {paths[0], *paths[2:], new}
