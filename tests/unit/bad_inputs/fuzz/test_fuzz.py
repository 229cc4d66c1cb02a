"""Damage of every kind in files of every reader: only `InputError` may come out, and nothing may block.

A few examples, always the same, run with the tests; CONTRIBUTING.md (before a release) has the command for more.
"""

import os
import shutil
import signal

import pytest
from fuzz_readers import READERS
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from blastvote.errors import InputError

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
SECONDS = 10
"""Of CPU time, as the machine may be busy; a reader that waits has six times as long."""


def stop(*_: object) -> None:
    raise TimeoutError(f"still busy after {SECONDS} s")


def limit(seconds: int) -> None:
    """End what takes longer than so many CPU seconds, or waits; 0 takes the limit back."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(6 * seconds)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_only_input_errors_come_out(name, tmp_path_factory, data):
    reader = READERS[name]
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file, content in (reader.beside | {reader.name: data.draw(reader.files)}).items():
        (folder / file).write_bytes(content)
    limit(SECONDS)
    try:
        reader.read(folder / reader.name)
        event("read as good")
    except InputError as error:
        message = str(error)
        assert reader.name in message or "annotation" in message or message.startswith("Config key")
        assert "\x1b" not in message and "\n" not in message and len(message) < 3000
    finally:
        limit(0)
    assert {file.name for file in folder.iterdir()} == {reader.name, *reader.beside}


@pytest.mark.parametrize("name", sorted(set(READERS) - {"attribute"}))  # not every tool has the attribute
def test_good_files_are_read(name, tmp_path):
    reader = READERS[name]
    for file, content in reader.beside.items():
        (tmp_path / file).write_bytes(content)
    for content in reader.good:
        (tmp_path / reader.name).write_bytes(content)
        reader.read(tmp_path / reader.name)
