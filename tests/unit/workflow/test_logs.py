"""A rule's log keeps the earlier attempts, each under a header."""

import logging
from pathlib import Path

import pytest

from blastvote.logs import configure_logging


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
