"""The cell check: it lowers scores, and cells fall out; with made-up networks, and with those of a weight file."""

import shutil

import numpy as np
import pytest
from described_weights import write_described_weights
from tiny import tiny_sample

from blastvote.errors import InputError
from blastvote.prediction import predictor as predictor_module
from blastvote.prediction.cell_check import checked
from blastvote.prediction.predictor import Predictor
from blastvote.segmentation.objects import Cell
from blastvote.segmentation.runtimes.networks import Networks
from blastvote.segmentation.settings import SHIPPED
from blastvote.segmentation.subtype_network import load_cell_check, subtype_network
from blastvote.segmentation.weights.description import read_description
from blastvote.segmentation.weights.model_file import (
    add_cell_check,
    add_subtypes,
    check_weights,
    read_model,
    subtype_weights,
)
from mrcnn import write_metadata


def _cell(score, x=0):
    return Cell(
        np.array([20, x, 40, x + 20]), np.ones((20, 20), bool), score, np.array([0.5, 0.5], np.float32)
    )


def test_a_veto_lowers_a_score_and_raises_none():
    cells = [_cell(0.99), _cell(0.98), _cell(0.97), _cell(0.3)]
    no_blast = np.array([0.9, 0.5, 0.0, 0.6])
    left, places = checked(cells, no_blast, 0.05)
    assert places == [1, 2, 3, 0]
    assert [cell.score for cell in left] == pytest.approx([0.98, 0.97, 0.3, 0.1])
    left, places = checked(cells, no_blast, 0.2)
    assert places == [1, 2, 3]
    assert checked([], np.zeros(0), 0.2) == ([], [])


def test_a_score_that_the_detector_let_pass_in_single_precision_stays():
    score = float(np.float32(0.96))
    assert score < 0.96
    left, _ = checked([_cell(score)], np.array([0.1]), 0.96)
    assert [cell.score for cell in left] == [score]


def _starter_like(check, monkeypatch):
    """Return a predictor of the starter's description whose networks are made up, and the shapes that they saw."""
    seen = []

    def subtypes(crops):
        seen.append(crops.shape)
        return np.tile(np.array([0.0, 9.0, 0.0], np.float32), (len(crops), 1))

    networks = Networks(lambda tiles: None, subtypes, check)  # type: ignore[arg-type]
    monkeypatch.setattr(predictor_module, "open_networks", lambda *_: networks)
    predictor = Predictor("starter", min_score=0.5)
    cells = [_cell(0.9, x) for x in (20, 60, 100)]
    monkeypatch.setattr(predictor.detector, "detect", lambda image, scale: cells)
    return predictor, seen


def test_a_predictor_drops_what_its_check_takes_for_no_blast(monkeypatch):
    image = np.full((60, 140, 3), 240, np.uint8)
    for x, blue in ((20, 60), (60, 200), (100, 60)):
        image[20:40, x : x + 20] = (40, 20, blue)

    def pale_is_none(crops):
        """Logits of L1, L2, L3, no blast."""
        pale = crops[:, 40, 40, 2] > 0.5
        return np.stack([0 * pale, 0 * pale, 0 * pale, np.where(pale, 5.0, -5.0)], axis=1)

    predictor, seen = _starter_like(pale_is_none, monkeypatch)
    found = predictor(image, 0.2)
    assert [int(cell.box[1]) for cell in found.cells] == [20, 100]
    assert found.classes == ("L2", "L2")
    assert seen == [(2, 80, 80, 4)] * 4

    nothing, seen = _starter_like(lambda crops: np.tile([0.0, 0, 0, 9], (len(crops), 1)), monkeypatch)
    assert nothing(image, 0.2).vote is None
    assert seen == []

    without, _ = _starter_like(None, monkeypatch)
    assert len(without(image, 0.2).cells) == 3


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A weight file of a tiny network, with its description and a network of subtypes, without a cell check."""
    path = write_described_weights(
        tmp_path_factory.mktemp("model") / "plain.weights.h5",
        rpn_nms_threshold=0.6,
        detection_score="objectness",
        detection_nms_threshold=0.5,
    )
    add_subtypes(path, subtype_network(2, seed=3).get_weights())
    return path


def _with_check(plain, path, logit):
    """Copy a weight file and give it a check that says the same of every cell."""
    shutil.copyfile(plain, path)
    weights = subtype_network(3).get_weights()
    weights[-2][:], weights[-1][:] = 0, [0, 0, logit]
    add_cell_check(path, weights)
    return path


def test_a_file_with_a_check_differs_by_nothing_else(plain, tmp_path):
    path = _with_check(plain, tmp_path / "checked.h5", 9.0)
    assert read_description(path) == read_description(plain) | {"cell_check": True}
    for one, other in zip(subtype_weights(path), subtype_weights(plain), strict=True):
        np.testing.assert_array_equal(one, other)
    assert read_model(path).cell_check == path
    assert read_model(plain).cell_check is None
    assert check_weights(plain) == []
    assert load_cell_check(path, 2).output_shape == (None, 3)


def test_a_check_of_other_classes_or_a_missing_one_is_refused(plain, tmp_path):
    path = _with_check(plain, tmp_path / "checked.h5", 9.0)
    with pytest.raises(InputError, match="its cell check does not fit 3 classes and no blast"):
        load_cell_check(path, 3)
    bare = tmp_path / "bare.h5"
    shutil.copyfile(plain, bare)
    write_metadata(bare, read_description(plain) | {"cell_check": True})
    with pytest.raises(InputError, match=r"bare\.h5: its cell check does not fit"):
        Predictor(bare)


def test_the_cells_of_a_file_fall_out_by_its_check(plain, tmp_path):
    image = tiny_sample(1, side=90).image
    found = [
        len(Predictor(path)(image, 0.2).cells)
        for path in (
            plain,
            _with_check(plain, tmp_path / "passes.h5", -9.0),
            _with_check(plain, tmp_path / "refuses.h5", 9.0),
        )
    ]
    assert found[0] > 0
    assert found == [found[0], found[0], 0]


def test_of_the_shipped_weights_the_starter_has_a_check():
    assert check_weights(SHIPPED["smears"]) == []
    assert read_model("starter").cell_check == SHIPPED["starter"]
