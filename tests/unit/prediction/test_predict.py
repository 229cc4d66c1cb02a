"""The starter on a simulated smear, and everything around it. TensorFlow runs in this process."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import yaml

from blastvote.cli import main
from blastvote.errors import InputError
from blastvote.io import write_image
from blastvote.prediction.predict import PredictSettings, predict_images
from blastvote.prediction.predictor import Predictor, elect
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.segmentation.objects import Cell
from blastvote.segmentation.settings import SHIPPED, network_config
from blastvote.segmentation.subtype_network import load_subtype_network
from blastvote.segmentation.weights.describe import description_for_run
from blastvote.segmentation.weights.description import read_description
from blastvote.segmentation.weights.model_file import TrainedModel, add_subtypes, read_model, subtype_weights
from blastvote.simulate import SimulationSettings, simulate_image
from blastvote.study.configuration.load import embedded_config, merged
from blastvote.vote import make_rule
from mrcnn import MaskRCNN, write_metadata

CLASSES = ("L1", "L2", "L3")


@pytest.fixture(scope="module")
def smear():
    settings = SimulationSettings(
        width=500, height=400, pixel_size_um=0.12, cells=(4, 4), odd_share=0.0, lighting_severity=0.0
    )
    return simulate_image(3, "L3", settings)


def test_the_command_from_photographs_to_tables(smear, tmp_path, capsys):
    for folder in ("a", "b"):
        write_image(tmp_path / folder / "one.png", smear.image)
    (tmp_path / "a/broken.png").write_bytes(b"no image")
    arguments = ["predict", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "out")]
    arguments += ["--pixel-size", "0.12"]
    assert main(arguments) == 1  # one is broken
    told = capsys.readouterr()
    assert "broken" in told.err
    assert "a_one: " in told.out
    out = tmp_path / "out"
    votes = pd.read_csv(out / "votes.csv")
    assert list(votes["image_id"]) == ["a_one", "b_one"]
    assert (votes["vote"] == "L3").all()
    assert votes["confidence"].between(0, 1).all()
    cells = pd.read_csv(out / "cells.csv")
    found = cells[cells["image_id"] == "a_one"]
    assert 3 <= len(found) <= 5
    centres = [((r.y1 + r.y2) // 2, (r.x1 + r.x2) // 2) for r in found.itertuples()]
    assert sum(smear.masks.any(2)[y, x] for y, x in centres) >= 3
    coco = json.loads((out / "cells.coco.json").read_text())
    assert len(coco["annotations"]) == len(cells)
    assert len(json.loads((out / "geojson/a_one.geojson").read_text())["features"]) == len(found)
    assert (out / "overlays/b_one.jpg").is_file()

    before = {p: p.stat().st_mtime_ns for p in (out / "records").iterdir()}
    tables = (out / "cells.csv").read_bytes()
    (tmp_path / "a/broken.png").unlink()
    assert main(arguments) == 0  # finished images are not looked at again
    assert "2 of 2 images were finished" in capsys.readouterr().out
    assert {p: p.stat().st_mtime_ns for p in (out / "records").iterdir()} == before
    assert (out / "cells.csv").read_bytes() == tables


def test_bfloat16_finds_the_same_cells(smear):
    exact, fast = (Predictor("starter", precision=name) for name in ("float32", "bfloat16"))
    assert exact.model.network.precision == "float32"
    assert fast.model.network.precision == "mixed_bfloat16"
    one, other = (predictor(smear.image, 0.12) for predictor in (exact, fast))
    assert one.vote == other.vote == "L3"
    assert len(one.cells) == len(other.cells)
    for cell, twin in zip(one.cells, other.cells, strict=True):
        np.testing.assert_allclose(cell.box, twin.box, atol=8)
        assert cell.score == pytest.approx(twin.score, abs=0.05)
    assert [cell.score for cell in one.cells] != [cell.score for cell in other.cells]


def test_records_of_another_precision_are_not_taken_over(smear, tmp_path):
    write_image(tmp_path / "one.png", smear.image)
    arguments = ["predict", str(tmp_path / "one.png"), "--out", str(tmp_path / "out"), "--pixel-size", "0.12"]
    keys = []
    for precision in ("float32", "bfloat16"):
        assert main([*arguments, "--precision", precision]) == 0
        keys.append(json.loads((tmp_path / "out/records/one.json").read_text())["key"])
    assert keys[0] != keys[1]


def test_the_starter_says_what_it_is():
    about = read_description(SHIPPED["starter"])
    assert about["classes"] == list(CLASSES)
    assert about["network"]["detection_score"] == "objectness"
    assert about["white_balance"] is True
    assert about["licence"] == "MIT"
    assert SHIPPED["starter"].stat().st_size < 30e6


def test_a_file_that_says_nothing(tmp_path):
    with pytest.raises(InputError, match="does not say what it was trained on"):
        read_model(SHIPPED["smears"])
    with pytest.raises(InputError, match="no such weight file"):
        read_model(tmp_path / "nothing.h5")
    shutil.copy(SHIPPED["smears"], tmp_path / "smears.h5")
    (tmp_path / "provenance.json").write_text('{"config": {}}')
    with pytest.raises(InputError, match="is not that of a run of a finished study"):
        read_model(tmp_path / "smears.h5")


def _cell(score, *chances):
    return Cell(np.array([0, 0, 4, 4]), np.ones((4, 4), bool), score, np.array(chances, np.float32))


def test_the_confidence_of_a_vote():
    rule = make_rule("pathologist", CLASSES)
    assert elect([], CLASSES, rule).vote is None
    sure = elect([_cell(1.0, 0, 0, 1)], CLASSES, rule)
    assert (sure.vote, sure.confidence) == ("L3", 1.0)
    doubtful = elect([_cell(1.0, 0.0, 0.6, 0.4)], CLASSES, rule)
    assert doubtful.vote == "L2"
    assert doubtful.confidence == pytest.approx(0.6, abs=0.08)
    many = elect([_cell(1.0, 0.0, 0.9, 0.1)] * 8, CLASSES, rule)
    assert many.vote == "L2"
    assert many.confidence == pytest.approx(0.9**8, abs=0.08)  # any L3 would win


def test_a_run_of_a_study_needs_nothing_but_its_folder(repo_root, smear, tmp_path):
    config = yaml.safe_load((repo_root / "config/config.yaml").read_text())
    run = tmp_path / "results/runs/clahe/seed1/fold0"
    run.mkdir(parents=True)
    (tmp_path / "results/provenance.json").write_text(json.dumps({"config": config}))
    network = MaskRCNN(network_config(config["model"], config["training"], config["classes"]))
    network.save_weights(run / "model.weights.h5")
    model = read_model(run)
    assert model.contrast["function"] == "clahe"
    assert model.pixel_size_um == pytest.approx(0.16)
    assert model.network.detection_score == "class"
    assert Predictor(model)(smear.image, 0.16).vote is None  # untrained: nothing reaches 0.7


def _untrained(config: dict, path: Path) -> TrainedModel:
    """Return the model of a study with this configuration, its network untrained."""
    network = network_config(config["model"], config["training"], config["classes"])
    MaskRCNN(network).save_weights(path)
    write_metadata(path, description_for_run(config, config["variants"]["none"], network))
    return read_model(path, min_score=0.0)


def test_a_network_of_subtypes_that_does_not_fit(tmp_path):
    path = tmp_path / "w.h5"
    h5py.File(path, "w").close()
    add_subtypes(path, [np.zeros(3)])
    with pytest.raises(
        InputError, match=r"w\.h5: its network that tells subtypes apart does not fit 3 classes"
    ):
        load_subtype_network(path, 3)
    with h5py.File(path, "r+") as file:
        file["secret"] = h5py.ExternalLink("secret.h5", "x")
    with pytest.raises(InputError, match=r"w\.h5: '/secret' is a ExternalLink"):
        subtype_weights(path)


@pytest.mark.parametrize("tiles", [False, True])
def test_photographs_come_at_the_scale_of_the_training(tiles, smear, tmp_path, monkeypatch, caplog):
    """A study of tiles without pixel sizes saw photographs in their own pixels; one without tiles, whole and shrunk."""
    config = merged(embedded_config(), {"dataset": {"source": "local"}, "model": {"tiles": tiles}})
    predictor = Predictor(_untrained(config, tmp_path / "model.weights.h5"))
    assert predictor.model.pixel_size_um is None
    scales = []
    monkeypatch.setattr(predictor.detector, "detect", lambda image, scale: scales.append(scale) or [])
    predictor(smear.image, 0.12)
    assert scales == [1.0 if tiles else 256 / 500]
    write_image(tmp_path / "a.png", smear.image)
    with caplog.at_level("WARNING"):
        predict_images(
            [tmp_path / "a.png"], str(tmp_path / "model.weights.h5"), tmp_path / "out", PredictSettings(0.12)
        )
    assert ("their own pixels" if tiles else "resized to 256 pixels") in caplog.text


def test_grey_photographs_and_doubtful_sizes_are_warned_of(smear, tmp_path, caplog, monkeypatch):
    write_image(tmp_path / "grey.png", np.repeat(smear.image[..., :1], 3, axis=2))
    write_image(tmp_path / "right.png", smear.image)
    monkeypatch.setattr(PixelSizes, "doubt", lambda self, size, path, image: f"{path.name} {size.um} doubted")
    with caplog.at_level("WARNING"):
        predict_images([tmp_path], "starter", tmp_path / "out", PredictSettings(0.12))
    told = [record.getMessage() for record in caplog.records]
    assert [text for text in told if "right" in text] == ["right.png 0.12 doubted"]
    assert sum("grey.png: has no colour" in text for text in told) == 1


def test_tiles_of_simulated_smears_keep_their_pixel_size():
    config = embedded_config()
    network = network_config(config["model"], config["training"], config["classes"])
    whole = description_for_run(config, config["variants"]["none"], network)
    cut = merged(config, {"model": {"tiles": True}})
    tiles = description_for_run(cut, config["variants"]["none"], network)
    assert (whole["pixel_size_um"], whole["tiles"]) == (pytest.approx(0.16), False)
    assert (tiles["pixel_size_um"], tiles["tiles"]) == (config["dataset"]["simulated"]["pixel_size_um"], True)


def test_without_a_pixel_size_the_red_cells_tell_it(smear, monkeypatch):
    predictor = Predictor("starter")
    scales = []
    monkeypatch.setattr(predictor.detector, "detect", lambda image, scale: scales.append(scale) or [])
    predictor(smear.image)
    assert scales == [pytest.approx(0.12 / 0.18, rel=0.15)]


def test_a_stated_size_that_is_far_too_large_ends_the_command_before_it_begins(smear, tmp_path, capsys):
    """At 1 µm a photograph was enlarged 5.6 times, and looked at for hours."""
    write_image(tmp_path / "a/one.png", smear.image)
    arguments = ["predict", str(tmp_path / "a"), "--out", str(tmp_path / "out"), "--pixel-size", "1"]
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "A pixel size of 1 µm" in told and "Its red cells say 0.1" in told
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match=r"at most 0\.72 µm"):
        Predictor("starter")(smear.image, 1.0)
