"""What a dry run can know, it says: beside what the tests of bad input try through Snakemake."""

import json
from pathlib import Path

import pytest

from blastvote.errors import InputError
from blastvote.simulate import SimulationSettings, write_dataset
from blastvote.study import foresee as foresee_module
from blastvote.study.configuration.load import embedded_config, merged
from blastvote.study.configuration.paths import check_results
from blastvote.study.foresee import CACHE, check_plan
from blastvote.study.plan import largest_image, plan_source, precheck_source

SETTINGS = SimulationSettings(
    width=160, height=160, pixel_size_um=0.2, images_per_class=4, images_per_patient=1, seed=5
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.chdir(tmp_path)
    write_dataset(Path("smears"), SETTINGS)
    dataset = {
        "source": "local",
        "images": "smears/images",
        "annotations": "smears/annotations_via.json",
        "labels": "smears/labels.csv",
    }
    return merged(embedded_config(), {"dataset": dataset})


def foresee(config: dict, remember: bool = True) -> list[str]:
    source = plan_source(config)
    return check_plan(source, precheck_source(source, config), config, remember)


def test_a_good_study_is_looked_at_once(config: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    foresee(config, remember=False)
    assert not CACHE.exists()  # nothing is left in a folder that is only looked at
    told = foresee(config)
    with monkeypatch.context() as patched:
        patched.setattr(foresee_module, "examine_all", None)
        assert foresee(config) == told
    for damage in ("damaged", "[" * 100_000):
        CACHE.write_text(damage)
        assert foresee(config) == told
    photograph = Path("smears/images/L1_0001.png")
    photograph.write_bytes(photograph.read_bytes()[:-500])
    with pytest.raises(InputError, match=r"L1_0001\.png.*damaged"):
        foresee(config)


def test_training_images_without_outlines_are_foreseen(config: dict) -> None:
    """Such a training would stop after all images are enhanced."""
    path = Path("smears/annotations_via.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    for key, entry in document.items():
        if key.startswith("L2"):
            entry["regions"] = []
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"trained on or to validate, but have a label and no outlined cells: L2_"
    ):
        foresee(config)


@pytest.mark.parametrize("target", ["gone.png", "L1_0000.png"])
def test_a_link_to_nothing_among_photographs(config: dict, target: str) -> None:
    """Data sets of git-annex and DVC are full of them."""
    Path("smears/images/L1_0000.png").symlink_to(target)
    config = merged(config, {"dataset": {"unlabelled": "leave_out", "labels": "labels.csv"}})
    table = Path("smears/labels.csv").read_text(encoding="utf-8")
    Path("labels.csv").write_text(f"{table}L1_0000,L1,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"1 of 13 photographs cannot be used: .*L1_0000\.png"):
        foresee(config)
    assert largest_image(plan_source(config), config) == 160 * 160


def test_who_finds_the_cells_is_looked_at_again(config: dict) -> None:
    """Another tool needs no outlines of its training images; what it may do was once remembered for ours."""
    path = Path("smears/annotations_via.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    for key, entry in document.items():
        if key.startswith("L2"):
            entry["regions"] = []
    path.write_text(json.dumps(document), encoding="utf-8")
    foresee(merged(config, {"segmenter": {"source": "external"}}))
    with pytest.raises(InputError, match="no outlined cells: L2_"):
        foresee(config)


@pytest.mark.parametrize("results", ["smears/results", "smears"])
def test_results_among_photographs_that_are_searched_for(config: dict, results: str) -> None:
    """The jobs read the workflow again, and took enhanced images for photographs."""
    config = merged(config, {"results": results, "dataset": {"images": "smears"}})
    with pytest.raises(
        InputError, match=rf"'results' is '{results}', which lies in smears\. .*Name a folder outside"
    ):
        foresee(config)


def test_results_beside_photographs_that_lie_in_their_folder_themselves(config: dict) -> None:
    assert foresee(merged(config, {"results": "smears/images/results"})) is not None


def test_results_that_cannot_be_written(config: dict) -> None:
    Path("taken").write_text("a file")
    with pytest.raises(InputError, match="taken is a file, not a folder"):
        check_results("taken/here")
    Path("dead").symlink_to("gone")
    with pytest.raises(InputError, match="dead is a link that leads nowhere"):
        check_results("dead")
    check_results("new/folder")
