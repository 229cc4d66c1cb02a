"""A rule's log keeps the earlier attempts, each under a header."""

import errno
import io
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from blastvote.errors import InputError
from blastvote.logs import configure_logging, run_script


@pytest.mark.parametrize("between", ["as it was left", "removed", "made anew"])
def test_logs_append_with_a_header_per_attempt(between: str, tmp_path: Path) -> None:
    """Snakemake removes a job's log before the job starts, and makes an empty one after a job that wrote none."""
    path = tmp_path / "logs" / "train.log"
    for attempt in ("first", "second"):
        if attempt == "second" and between != "as it was left":
            path.unlink()
        if attempt == "second" and between == "made anew":
            path.touch()
        configure_logging(path)
        logging.getLogger("blastvote").info("the %s attempt", attempt)
    logging.basicConfig(force=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line[:5] == "=====" for line in lines] == [True, False, True, False]
    assert "the first attempt" in lines[1] and "the second attempt" in lines[3]


def script(tmp_path: Path, error: Exception) -> str:
    """Return the log of a rule that ends with this error."""

    def main(_):
        raise error

    path = tmp_path / "rule.log"
    with pytest.raises(SystemExit) as ended:
        run_script(main, SimpleNamespace(log=[str(path)], rule="train"))
    logging.basicConfig(force=True)
    assert ended.value.code == 1
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "results/a.png"), "The disk is full: make room"),
        (
            OSError(errno.EROFS, "Read-only file system", "results/a.png"),
            "Name a folder that can be written to",
        ),
        (OSError(errno.ENAMETOOLONG, "File name too long", "results/a"), "Name a folder with a shorter path"),
        (
            NotADirectoryError(errno.ENOTDIR, "Not a directory", "results/a"),
            "A file lies where a folder is needed",
        ),
        (FileExistsError(errno.EEXIST, "File exists", "results"), "A file lies where a folder is needed"),
        (PermissionError(errno.EACCES, "Permission denied", "results/a"), "Give yourself permission"),
        (InputError("a.png: is no image."), "Error: a.png: is no image."),
    ],
)
def test_what_the_system_refuses_is_one_line(tmp_path: Path, error: Exception, told: str) -> None:
    log = script(tmp_path, error)
    assert told in log and "Traceback" not in log and len(log.splitlines()) == 2


def test_a_mistake_of_ours_has_its_traceback(tmp_path: Path) -> None:
    assert "Traceback" in script(tmp_path, FileNotFoundError(errno.ENOENT, "No such file", "a"))
    assert "Traceback" in script(tmp_path, KeyError("x"))


def test_no_control_character_of_a_file_is_logged(tmp_path: Path) -> None:
    configure_logging(tmp_path / "rule.log")
    logging.getLogger("blastvote").warning("Warning: %s: 100 %% of\nit", "a\x1b[2J\u202e.png")
    logging.basicConfig(force=True)
    assert "Warning: a\\x1b[2J\\u202e.png: 100 % of\nit" in (tmp_path / "rule.log").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("log", ["full.log", "taken/rule.log"])
def test_a_log_that_cannot_be_written_ends_with_one_message(
    log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("a file")
    Path("full.log").symlink_to("/dev/full")
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with pytest.raises(SystemExit):
        run_script(lambda _: None, SimpleNamespace(log=[log], rule="train"))
    told = capfd.readouterr().err
    assert told.startswith("Error: ") and len(told.splitlines()) == 1


def test_a_full_disk_costs_lines_of_the_log_only(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    configure_logging(tmp_path / "rule.log")
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, logging.FileHandler))
    handler.setStream(Full()).close()
    logging.getLogger("blastvote").warning("told on the screen")
    logging.basicConfig(force=True)
    told = capfd.readouterr().err
    assert "told on the screen" in told and "Traceback" not in told
