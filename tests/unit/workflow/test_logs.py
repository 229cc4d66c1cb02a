"""A rule's log keeps the earlier attempts, each under a header."""

import logging
from pathlib import Path

from blastvote.logs import configure_logging


def test_logs_append_with_a_header_per_attempt(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "train.log"
    for attempt in ("first", "second"):
        configure_logging(path)
        logging.getLogger("blastvote").info("the %s attempt", attempt)
    logging.basicConfig(force=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line[:5] == "=====" for line in lines] == [True, False, True, False]
    assert "the first attempt" in lines[1] and "the second attempt" in lines[3]
