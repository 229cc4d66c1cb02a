"""From a folder to a configuration: what is found, what is asked, and that a dry run accepts the result."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from blastvote import io, rle
from blastvote.annotations.read import read_annotations
from blastvote.cli import main
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.truth import TrueCell
from blastvote.onboarding.proposal import propose
from blastvote.onboarding.questions import Questions
from blastvote.onboarding.scale import fitting_model
from blastvote.onboarding.text import as_yaml
from blastvote.onboarding.training import STEPS, fitting_training
from blastvote.simulate import SimulationSettings, write_dataset
from blastvote.study.configuration.load import embedded_config, load_config
from blastvote.study.foresee import check_plan
from blastvote.study.plan import plan_source, precheck_source

SETTINGS = SimulationSettings(
    width=160, height=160, pixel_size_um=0.2, images_per_class=4, images_per_patient=1, seed=5
)


@pytest.fixture(scope="module")
def smears(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smears")
    write_dataset(folder, SETTINGS)
    return folder


@pytest.fixture
def hospital(smears: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the photographs alone, below the working folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "hospital"
    (folder / "photos").mkdir(parents=True)
    for path in (smears / "images").iterdir():
        (folder / "photos" / path.name).write_bytes(path.read_bytes())
    return Path("hospital")


def accepted(folder: Path) -> dict:
    """Return the configuration that `blastvote init` writes; it is what a dry run accepts."""
    assert main(["init", str(folder), "--yes"]) == 0
    config = load_config("study.yaml")
    source = plan_source(config)
    check_plan(source, precheck_source(source, config), config)
    return yaml.safe_load(Path("study.yaml").read_text(encoding="utf-8"))


def masks_of(smears: Path) -> dict[str, tuple[np.ndarray, str]]:
    """Return the label map of each photograph, and the commonest class of its cells."""
    found = {}
    for name, image in read_annotations(smears / "annotations_via.json").images.items():
        labels = np.zeros((SETTINGS.height, SETTINGS.width), np.uint8)
        for number, cell in enumerate(image.cells, start=1):
            labels[cell.mask(*labels.shape)] = number
        found[Path(name).stem] = (labels, name[:2])
    return found


def test_via_and_a_table_with_patients(
    hospital: Path, smears: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("annotations_via.json", "labels.csv"):
        (hospital / name).write_bytes((smears / name).read_bytes())
    config = accepted(hospital)
    assert config["classes"] == ["L1", "L2", "L3"]
    assert config["dataset"]["images"] == "hospital/photos"
    assert config["dataset"]["annotations"] == "hospital/annotations_via.json"
    assert config["dataset"]["labels"] == "hospital/labels.csv"
    assert config["vote"]["rule"] == "pathologist"
    steps = config["training"]["epochs"] * embedded_config()["training"]["steps_per_epoch"]
    assert steps >= STEPS, "the demo's few steps are for smears that its weights know"
    told = capsys.readouterr().out
    assert "12 photographs" in told and "patients" in told
    assert "snakemake -n --configfile study.yaml" in told


def test_label_maps_and_one_column_a_class(hospital: Path, smears: Path) -> None:
    (hospital / "masks").mkdir()
    rows = ["image;L1;L2;L3"]
    for stem, (labels, label) in masks_of(smears).items():
        io.write_image(hospital / "masks" / f"{stem}_mask.png", labels)
        rows.append(f"{stem}.png;{';'.join(str(int(label == name)) for name in ('L1', 'L2', 'L3'))}")
    (hospital / "classes.csv").write_text("\r\n".join(rows), encoding="utf-8")
    config = accepted(hospital)
    assert config["dataset"]["annotations"] == "hospital/masks"
    assert config["dataset"].get("masks", "label_map") == "label_map"
    assert config["classes"] == ["L1", "L2", "L3"]


def test_binary_masks_of_many_cells_and_codes(hospital: Path, smears: Path) -> None:
    (hospital / "gt").mkdir()
    rows = ["file_name,diagnosis"]
    for stem, (labels, label) in masks_of(smears).items():
        edges = (np.diff(labels, axis=0, prepend=0) != 0) | (np.diff(labels, axis=1, prepend=0) != 0)
        io.write_image(
            hospital / "gt" / f"{stem}.png", np.where((labels > 0) & ~edges, 255, 0).astype(np.uint8)
        )
        rows.append(f"{stem}.png,{label[1]}.0")
    (hospital / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    config = accepted(hospital)
    assert config["dataset"]["masks"] == "components"
    assert config["classes"] == ["class_1", "class_2", "class_3"]


def test_each_colour_of_masks_is_a_class(hospital: Path, smears: Path) -> None:
    (hospital / "masks").mkdir()
    for stem, (labels, label) in masks_of(smears).items():
        colours = np.zeros((*labels.shape, 3), np.uint8)
        colours[labels > 1, int(label[1]) - 1] = 255
        colours[labels == 1, int(label[1]) % 3] = 255  # one cell of another class
        io.write_image(hospital / "masks" / f"{stem}.png", colours)
    config = accepted(hospital)
    assert config["classes"] == ["colour_0000ff", "colour_00ff00", "colour_ff0000"]
    assert config["dataset"]["mask_colours"]["#ff0000"] == "colour_ff0000"


def test_odd_class_names_become_aliases(hospital: Path, smears: Path) -> None:
    text = (smears / "annotations_via.json").read_text(encoding="utf-8")
    for number in "123":
        text = text.replace(f'"subtype":"L{number}"', f'"subtype":"blast L{number}"')
    (hospital / "via.json").write_text(text, encoding="utf-8")
    config = accepted(hospital)
    assert config["classes"] == ["blast_L1", "blast_L2", "blast_L3"]
    named = {f"blast L{n}": f"blast_L{n}" for n in "123"}  # the cells', and the labels of whole images
    assert config["dataset"]["class_aliases"] == named | {f"L{n}": f"blast_L{n}" for n in "123"}
    assert config["vote"]["rule"] == "plurality"


@pytest.mark.parametrize("table", ["", "image,label\nL1_0001,L1\n"])
def test_photographs_without_outlines_are_refused_with_the_cause(hospital: Path, table: str, capsys) -> None:
    if table:
        (hospital / "labels.csv").write_text(table, encoding="utf-8")
    assert main(["init", str(hospital), "--yes"]) == 1
    assert "hospital: holds 12 image files, but nothing that outlines cells" in capsys.readouterr().err
    assert not Path("study.yaml").exists()


def test_one_class_alone_is_a_study_of_how_well_cells_are_found(hospital: Path, smears: Path) -> None:
    document = json.loads((smears / "annotations_via.json").read_text(encoding="utf-8"))
    images = document.get("_via_img_metadata", document)
    for entry in images.values():
        entry["file_attributes"] = {}  # labels of the images would be the classes
        for region in entry["regions"]:
            region["region_attributes"] = {"subtype": "blast"}
    (hospital / "via.json").write_text(json.dumps(document), encoding="utf-8")
    config = accepted(hospital)
    assert config["classes"] == ["blast"] and config["vote"]["rule"] == "plurality"
    assert "every image votes alike" in Path("study.yaml").read_text(encoding="utf-8")


def test_cells_of_which_nothing_says_the_class_are_of_one(hospital: Path, smears: Path) -> None:
    for stem, (labels, _) in masks_of(smears).items():
        io.write_image(hospital / "masks" / f"{stem}.png", labels)
    config = accepted(hospital)
    assert config["classes"] == ["cell"] and config["dataset"]["class_aliases"] == {"": "cell"}
    assert "Nothing says of which class" in Path("study.yaml").read_text(encoding="utf-8")


def test_no_photographs_and_an_existing_file(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", ".", "--yes"]) == 1
    assert "holds no photographs" in capsys.readouterr().err
    Path("smears.zip").write_bytes(b"PK")
    assert main(["init", ".", "--yes"]) == 1
    assert "Unpack smears.zip first." in capsys.readouterr().err
    Path("{x}").mkdir()
    assert main(["init", "{x}", "--yes"]) == 1
    assert "Rename the file or its folder without braces" in capsys.readouterr().err
    Path("study.yaml").write_text("mine")
    assert main(["init", ".", "--yes"]) == 1
    assert "exists already" in capsys.readouterr().err
    assert Path("study.yaml").read_text() == "mine"


def test_at_most_three_questions_and_the_answer_counts(hospital: Path, smears: Path) -> None:
    text = (smears / "annotations_via.json").read_text(encoding="utf-8")
    (hospital / "first.json").write_text(text, encoding="utf-8")
    (hospital / "second.json").write_text(text, encoding="utf-8")
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "2" if "annotations" in question else ""

    proposal = propose(hospital, Questions(answer))
    assert 1 <= len(asked) <= 3
    shown = asked[0].splitlines()
    assert proposal.config["dataset"]["annotations"] in shown[2]
    assert as_yaml(proposal, "hospital").startswith("# Made by `blastvote init hospital`")


def test_pixel_sizes_of_the_files_and_photographs_that_nobody_annotated(hospital: Path, smears: Path) -> None:
    for path in list((hospital / "photos").iterdir()):
        with Image.open(path) as image:
            image.save(path.with_suffix(".tif"), tiffinfo={282: 50000.0, 283: 50000.0, 296: 3})
        path.unlink()
    text = (smears / "annotations_via.json").read_text(encoding="utf-8").replace(".png", ".tif")
    (hospital / "via.json").write_text(text, encoding="utf-8")
    image = io.read_image(hospital / "photos/L1_0001.tif")
    io.write_image(hospital / "photos/new.png", image[::-1, ::-1] // 2)
    config = accepted(hospital)
    assert config["dataset"]["pixel_size_um"] == pytest.approx(0.2)
    assert config["dataset"]["unlabelled"] == "leave_out"


def test_large_photographs_are_cut_into_tiles() -> None:
    mask = rle.encode_crop(np.ones((60, 60), bool), 0, 0, (3000, 4000))
    facts = ImageFacts("a", width=4000, height=3000, cells=(TrueCell("L1", mask),))
    model, _ = fitting_model([facts], embedded_config()["model"])
    assert model == {"image_size": 512, "tiles": True}
    facts.width = facts.height = 800
    assert fitting_model([facts], embedded_config()["model"])[0] == {"image_size": 320}


@pytest.mark.parametrize(
    ("steps_per_epoch", "epochs", "steps"), [(50, 12, 600), (250, 3, 750), (1000, 1, 1000)]
)
def test_epochs_and_their_reason_follow_from_the_steps(steps_per_epoch: int, epochs: int, steps: int) -> None:
    section, reasons = fitting_training({"steps_per_epoch": steps_per_epoch, "batch_size": 2})
    assert section == {"epochs": epochs} and f"{steps} steps of 2 images" in reasons["epochs"]


def test_real_single_cells(shared_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Masks beside photographs under other endings, two folders, two tables of codes."""
    monkeypatch.chdir(tmp_path)
    proposal = propose(shared_dir / "data/zxaoyou_wbc", Questions())
    assert proposal.config["classes"] == ["class_1", "class_2", "class_3", "class_4"]
    assert proposal.config["dataset"]["masks"] == "binary"
    assert [Path(entry).stem[-1] for entry in proposal.config["dataset"]["labels"]] == ["1", "2"]
