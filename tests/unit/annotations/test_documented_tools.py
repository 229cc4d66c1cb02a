"""Every command of docs/annotation_tools.md is run, and says what the page shows."""

import re
from pathlib import Path

import pytest

from blastvote.cli import main

from .tool_exports import TOOLS, export_all

PAGE = Path(__file__).resolve().parents[3] / "docs/annotation_tools.md"
BLOCKS = re.findall(r"```console\n\$ blastvote (.+?)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    root = tmp_path_factory.mktemp("exports")
    export_all(root)
    return root


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_the_command_says_what_the_page_shows(exports, monkeypatch, capsys, command, shown):
    monkeypatch.chdir(exports)
    status = main([word.strip("'") for word in command.split()])
    printed = capsys.readouterr()
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    sentence = " ".join(word for line in shown.splitlines() if line not in rows for word in line.split())
    output = printed.out + printed.err
    assert [row for row in rows if row not in output.splitlines()] == [] and (rows or sentence)
    assert sentence in " ".join(output.split())
    assert status == int(sentence.startswith("Error"))


def test_every_tool_has_its_example():
    named = {re.match(r"check '?(\w+)/", command)[1] for command, _ in BLOCKS}
    assert named == set(TOOLS)
