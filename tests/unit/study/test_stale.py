"""Files of removed images go; others, and hidden ones, stay."""

from pathlib import Path

from blastvote.study.stale import RUN_FILE, remove_checkpoints, remove_others


def test_files_and_folders_of_removed_images_go(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", ".c.png.part"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "batch0").mkdir()
    removed = remove_others(tmp_path, {"a.png"})
    assert [path.name for path in removed] == ["b.png", "batch0"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c.png.part", "a.png"]
    assert remove_others(tmp_path / "nowhere", set()) == []


def test_checkpoints_of_one_run_go(tmp_path: Path) -> None:
    for number, run in enumerate(["he/seed1/fold0", "he/seed1/fold0", "he/seed11/fold0"]):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / RUN_FILE).write_text(run)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / RUN_FILE).write_bytes(b"he/\xff")
    remove_checkpoints(tmp_path, "he/seed1/fold0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "torn"]
    remove_checkpoints(tmp_path / "nowhere", "he/seed1/fold0")
