"""Settings that the number of cells in an image decides: raised, or refused with the numbers."""

from pathlib import Path

import numpy as np
import pytest

from blastvote import rle
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.truth import TrueCell
from blastvote.errors import InputError
from blastvote.io import write_csv
from blastvote.scale.framing import Framing
from blastvote.segmentation.limits import (
    NEEDS,
    Crowded,
    limits_table,
    model_for,
    read_limits,
    require_limits,
)
from blastvote.study.configuration.load import embedded_config, merged
from blastvote.study.fit import check_fit, most_cells
from blastvote.study.plan import plan_source, precheck_source

MODEL = embedded_config()["model"]
EXPLICIT = {**MODEL, "limits": "explicit"}


def facts(cells: int, side: int = 256, cell: int = 40) -> ImageFacts:
    mask = rle.encode_crop(np.ones((cell, cell), bool), 0, 0, (side, side))
    return ImageFacts("a", width=side, height=side, cells=(TrueCell("L1", mask),) * cells)


def test_limits_follow_the_data(tmp_path: Path) -> None:
    table = limits_table(MODEL, Crowded(60, "a"))
    write_csv(tmp_path / "limits.csv", table)
    options = read_limits(tmp_path / "limits.csv", MODEL)["options"]
    assert options["max_gt_instances"] == 60
    assert options["detection_max_instances"] == 90
    assert all(options[name] >= 60 for name in NEEDS)
    assert options["backbone_width"] == MODEL["options"]["backbone_width"]


def test_the_simulated_demo_stays_as_it_is() -> None:
    """Its images hold at most nine cells."""
    table = limits_table(MODEL, Crowded(9))
    assert (table["used"] == table["configured"]).all()


def test_auto_never_lowers() -> None:
    generous = {**MODEL, "options": {**MODEL["options"], "detection_max_instances": 400}}
    table = limits_table(generous, Crowded(60)).set_index("setting")
    assert table.loc["detection_max_instances", "used"] == 400


def test_many_cells_never_get_less_than_their_number() -> None:
    table = limits_table(MODEL, Crowded(5000))
    assert (table["used"] >= 5000).all()


def test_explicit_limits_that_cut_cells_are_refused_with_the_numbers() -> None:
    require_limits(EXPLICIT, Crowded(20))
    with pytest.raises(
        InputError, match=r"60 cells in an image \(a\).*max_gt_instances 20 and .*max_instances 30"
    ):
        require_limits(EXPLICIT, Crowded(60, "a"))


def test_simulated_cells_are_known_before_they_are_drawn() -> None:
    config = merged(embedded_config(), {"model": {"limits": "explicit", "options": {"max_gt_instances": 8}}})
    with pytest.raises(InputError, match=r"9 cells in an image.*max_gt_instances 8"):
        precheck_source(plan_source(config), config)


def test_the_check_says_what_follows_and_what_does_not_fit() -> None:
    report = CheckReport()
    check_fit(report, [facts(60)], MODEL)
    assert report.ok and "max_gt_instances 20 -> 60" in report.notes[0]
    assert report.counts["most cells in an image"] == 60
    report = CheckReport()
    check_fit(report, [facts(60)], EXPLICIT)
    assert "60 cells in an image" in report.errors[0]


def test_cells_that_shrink_to_nothing_are_an_error_with_numbers() -> None:
    report = CheckReport()
    check_fit(report, [facts(2, side=4000, cell=30)], MODEL)
    assert "1.9 pixels" in report.errors[0] and "model.image_size 256" in report.errors[0]
    assert "about 1600" in report.errors[0]
    report = CheckReport()
    check_fit(report, [facts(2, side=4000, cell=150)], MODEL)
    assert report.ok and "too small" in report.warnings[0]


def spread_cells(side: int = 1024, cell: int = 20) -> ImageFacts:
    """64 cells on a grid; tiles of 256 that share half hold 4 x 4 of them whole or in part, at most."""
    places = [(y, x) for y in range(50, side, 128) for x in range(50, side, 128)]
    block = np.ones((cell, cell), bool)
    cells = tuple(TrueCell("L1", rle.encode_crop(block, y, x, (side, side))) for y, x in places)
    return ImageFacts("a", width=side, height=side, cells=cells)


def test_limits_follow_the_tiles_where_photographs_are_cut() -> None:
    tiled = {**MODEL, "tiles": True}
    crowded = most_cells([spread_cells()], Framing.of_model(tiled, None))
    assert crowded == Crowded(4, "a", tiled=True)
    assert most_cells([spread_cells()], None) == Crowded(64, "a")
    table = limits_table(tiled, crowded)
    assert (table["used"] == table["configured"]).all()


def test_cut_cells_count_in_each_tile_and_the_scale_counts() -> None:
    """At twice the pixel size, 512 pixels of the photograph lie in a tile: 16 cells."""
    framing = Framing(256, 128, 0.2, {"a": 0.1})
    assert most_cells([spread_cells()], framing).cells == 16
    # Every cell touches a border of some tile when the tile is hardly larger than a cell.
    assert most_cells([facts(1, side=256, cell=40)], Framing(32, 0)).cells == 1


def test_tiles_that_hold_too_many_cells_are_refused_as_tiles() -> None:
    report = CheckReport()
    explicit = {**EXPLICIT, "tiles": True, "options": {**MODEL["options"], "max_gt_instances": 3}}
    check_fit(report, [spread_cells()], explicit, Framing.of_model(explicit, None))
    assert "4 cells in a tile (a)" in report.errors[0] and "max_gt_instances 3" in report.errors[0]


def test_a_plan_with_tiles_leaves_the_limits_to_the_check() -> None:
    """Photographs hold up to nine cells, and how many lie in a tile is not known before they are read."""
    options = {"max_gt_instances": 8}
    config = merged(embedded_config(), {"model": {"limits": "explicit", "tiles": True, "options": options}})
    assert set(precheck_source(plan_source(config), config).cells.values()) == {9}
    assert model_for({**MODEL, "tiles": True}, {"a": 60})["options"] == MODEL["options"]
