"""Files of removed images go; others, and hidden ones, stay."""

from pathlib import Path

from blastvote.stale import remove_others


def test_files_and_folders_of_removed_images_go(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", ".c.png.part"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "batch0").mkdir()
    removed = remove_others(tmp_path, {"a.png"})
    assert [path.name for path in removed] == ["b.png", "batch0"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c.png.part", "a.png"]
    assert remove_others(tmp_path / "nowhere", set()) == []
