"""Files that are no annotations and no masks of a photograph: the message names them, not what is missing."""

import pytest

from blastvote.errors import InputError

from .layout_files import ONE_CLASS, mask, photograph, read


def test_masks_that_belong_to_no_photograph_are_named_where_photographs_lack_one(tmp_path, rule):
    photograph(tmp_path / "img/a.png")
    mask(tmp_path / "masks/mask_007.png", values=(1,))
    with pytest.raises(InputError, match=r"1 masks there belong to no photograph: mask_007\.png"):
        read(rule, tmp_path / "img", tmp_path / "masks", **ONE_CLASS)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "c.ndjson",
            '{"a": 1}\n{"a": 2}\n',
            r"line 2, column 1 \(Extra data\)\. Several documents in one file",
        ),
        (
            "masks/a/1.roi",
            "Iout",
            r"but 1 such as 1\.roi.*save ImageJ's ROIs of each photograph as one archive",
        ),
        ("masks/a.npy", "x", r"but 1 files such as a\.npy, which are not read"),
        ("cells.mat", "MATLAB\0 5.0", "the format is not known"),
    ],
)
def test_files_of_no_known_kind_are_not_called_missing_masks(tmp_path, rule, name, content, says):
    photograph(tmp_path / "img/a.png")
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    entry = tmp_path / "masks" if name.startswith("masks") else path
    with pytest.raises(InputError, match=says):
        read(rule, tmp_path / "img", entry, **ONE_CLASS)


def test_photographs_of_another_kind_are_named(tmp_path, rule):
    path = tmp_path / "img/a.czi"
    path.parent.mkdir()
    path.write_bytes(b"ZISRAWFILE")
    with pytest.raises(InputError, match=r"\(but 1 other files, such as a\.czi\)\. Correct config key"):
        read(rule, path.parent, **ONE_CLASS)
