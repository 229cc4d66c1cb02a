"""Local data on the command line of a dry run, and how a mistake must end one."""

import json
from pathlib import Path


def local(folder: Path, **changes: object) -> list[str]:
    values = {
        "source": "local",
        "images": folder / "images",
        "annotations": folder / "annotations_via.json",
        **changes,
    }
    inside = ", ".join(f"{key}: {value}" for key, value in values.items())
    return ["--dry-run", "--config", f"dataset={{{inside}}}"]


def altered(folder: Path, tmp_path: Path, old: str, new: str) -> Path:
    text = (folder / "annotations_via.json").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "altered.json"
    path.write_text(text.replace(old, new), encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))
    return path


def assert_stops(done, *told: str) -> None:
    output = done.stderr + done.stdout
    assert done.returncode != 0
    for part in told:
        assert part in output, output[-2000:]
    assert "Traceback" not in output
    assert "rule simulate" not in output
