"""A table of bad inputs: each ends with one message that says what is wrong, and leaves nothing half-written."""

import os
import re
import signal
from collections import Counter
from pathlib import Path

import annotation_cases
import command_cases
import config_cases
import detection_cases
import image_cases
import network_cases
import pytest
import table_cases
from case import Case

from blastvote.errors import InputError

CASES: list[Case] = [
    *image_cases.CASES,
    *annotation_cases.CASES,
    *table_cases.CASES,
    *detection_cases.CASES,
    *config_cases.CASES,
    *command_cases.CASES,
    *network_cases.CASES,
]
SECONDS = 20


@pytest.fixture(autouse=True)
def bounded(tmp_path, monkeypatch):
    """End a test that blocks; nothing may depend on the working folder."""
    monkeypatch.chdir(tmp_path)

    def stop(*_):
        raise TimeoutError(f"still busy after {SECONDS} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


def files(folder: Path) -> list[str]:
    return sorted(
        str(Path(top, name)) for top, *names in os.walk(folder) for group in names for name in group
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_says_what_is_wrong(case: Case, tmp_path):
    path = case.make(tmp_path)
    before = files(tmp_path)
    with pytest.raises(InputError) as caught:
        case.read(path)
    message = str(caught.value)
    assert case.says in message
    assert "\n" not in message and not re.search(r"[\x00-\x1f\x7f-\x9f]", message), ascii(message)
    assert len(message) < 1500
    assert files(tmp_path) == before


def test_the_table_is_long_and_each_name_is_there_once():
    assert len(CASES) >= 150
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
