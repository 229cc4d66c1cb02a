"""The check's report is written by the command line and by the rule, also where the data set is refused."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import check_made
import pytest
import yaml

from blastvote.cli import main
from blastvote.errors import InputError

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(("stop_on", "broken"), [([], False), (["outlines_turned"], False), ([], True)])
def test_the_command_writes_its_report_and_says_where(tmp_path, capsys, stop_on, broken):
    dataset = check_made.write(tmp_path, 3)
    if not broken:
        Path(dataset["images"], "broken.png").write_bytes(Path(dataset["images"], "a0.png").read_bytes())
    words = [
        "check",
        dataset["images"],
        "--annotations",
        dataset["annotations"],
        "--out",
        str(tmp_path / "out"),
    ]
    status = main([*words, *(f"--stop-on={kind}" for kind in stop_on)])
    printed = capsys.readouterr()
    assert status == int(bool(stop_on) or broken)
    assert f"Every finding, with pictures: {tmp_path}/out/check.html" in printed.out
    assert len(list((tmp_path / "out").iterdir())) == 5
    assert ("mirrored left to right" in printed.err) == (stop_on == ["outlines_turned"])


def manifest(folder: Path, dataset: dict) -> None:
    """Run the script of the rule `manifest` on a data set."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    config["dataset"] |= dataset | {"source": "local"}
    data = folder / "results/data"
    files = {
        "limits": "limits.csv",
        "manifest": "manifest.csv",
        "annotations": "annotations.json",
        "hashes": "hashes.csv",
    }
    output = {name: data / file for name, file in files.items()} | {"page": data / "check.html"}
    params = {
        "classes": config["classes"],
        "vote": "pathologist",
        "model": config["model"],
        "dataset": config["dataset"],
    }
    runpy.run_path(str(ROOT / "workflow/scripts/data/manifest.py"))["main"](
        SimpleNamespace(
            config=config,
            threads=1,
            input=SimpleNamespace(pixel_sizes=[]),
            output=SimpleNamespace(**output),
            params=SimpleNamespace(**params),
        )
    )


def test_the_rule_keeps_the_page_of_a_refused_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dataset = check_made.write(tmp_path, 3)
    with pytest.raises(InputError, match=r"found 1 error: .*refused/check\.html shows every finding"):
        manifest(tmp_path, dataset)
    data = tmp_path / "results/data"
    assert [path.name for path in data.iterdir()] == ["refused"]
    assert len(list((data / "refused").iterdir())) == 5
    Path(dataset["images"], "broken.png").write_bytes(Path(dataset["images"], "a0.png").read_bytes())
    manifest(tmp_path, dataset)
    assert (
        not (data / "refused").exists()
        and (data / "check.html").is_file()
        and (data / "manifest.csv").is_file()
    )
