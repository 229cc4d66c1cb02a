"""The report without a browser: the answer in words, the bundle, the export of cells."""

import json
import re

import pandas as pd
import pytest

from blastvote.annotations import read_annotations
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.figures.plot_names import PLOTS
from blastvote.report import answer, bundle
from blastvote.report.parts import CAPTIONS, report_part
from blastvote.report.qupath import export_detections
from blastvote.report.tables import table1

COLUMNS = (
    *("method_a", "method_b", "metric", "difference", "ci_low", "ci_high", "ci_images_low", "ci_images_high"),
    *("verdict", "smallest_detectable", "n_images", "n_seeds"),
)


def comparison(a, b, metric="accuracy", difference=0.05, low=0.01, high=0.09, verdict="differs", seeds=6):
    return dict(
        zip(COLUMNS, (a, b, metric, difference, low, high, 0.02, 0.08, verdict, 0.04, 48, seeds), strict=True)
    )


def test_a_difference_is_told_from_the_side_of_the_method():
    table = pd.DataFrame([comparison("eff", "none"), comparison("none", "he")])
    he, eff = answer.findings(table, "none", ["none", "he", "eff"])
    assert eff["findings"][1].kind == "better"
    assert he["findings"][1].kind == "worse"
    assert he["findings"][1].detail.startswith(
        "\N{MINUS SIGN}5.0 points, [\N{MINUS SIGN}9.0, \N{MINUS SIGN}1.0]"
    )
    assert eff["findings"][0] is None
    assert answer.headline([he, eff], "none")[1] == (
        "Subtype (accuracy): EFF is better than None; HE is worse than None."
    )


def test_what_cannot_be_told_is_said():
    rows = [
        comparison(name, "none", verdict="cannot tell", low=None, high=None, seeds=1)
        for name in ("he", "eff")
    ]
    table = pd.DataFrame(rows)
    found = answer.findings(table, "none", ["none", "he", "eff"])
    assert "cannot tell whether any method differs from None" in answer.headline(found, "none")[1]
    assert "for this one training" in found[0]["findings"][1].detail
    assert any("One training per method" in sentence for sentence in answer.certainty(table, 0.95))


def test_the_policy_names_the_script_and_style_as_they_stand_in_the_page():
    script, style = bundle.script(), bundle.style(["#123456"], ["#654321"])
    assert "</script" not in script and "</style" not in style
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    assert "unsafe" not in bundle.policy(script, style)
    assert bundle.policy(script, style) != bundle.policy(script + " ", style)


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!-- <script>", "a\u2028b", "<b>"])
def test_embedded_json_cannot_leave_its_element(text):
    embedded = bundle.embedded_json({"name": text})
    assert json.loads(embedded) == {"name": text}
    assert not re.search(r"</|<!--|<script", embedded, re.IGNORECASE)


def test_every_figure_and_table_has_its_caption():
    parts = [report_part(name, table=False) for name in (*PLOTS, "examples", "method_grid")]
    parts += [
        report_part(name, table=True)
        for name in ("table1_map", "comparisons", "table3_confusion_eff", "ranks")
    ]
    for part in parts:
        assert (CAPTIONS / f"{part.caption}.rst").read_text(encoding="utf-8").strip()
        assert part.category and part.title


def test_cells_of_a_run_go_to_one_file_an_image(tmp_path):
    import numpy as np

    from blastvote import rle

    disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 12
    entries = [
        {
            "image_id": "a",
            "category_id": 2,
            "bbox": [8, 8, 24, 24],
            "score": score,
            "segmentation": rle.encode(disc),
        }
        for score in (0.9, 0.3)
    ]
    export_detections(tmp_path, read_detections(entries), ["a", "b"], ["L1", "L2"], 0.7)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.geojson", "b.geojson"]
    (cell,) = read_annotations(tmp_path / "a.geojson").images["a"].cells
    assert cell.class_name == "L2"
    assert np.array_equal(cell.mask(40, 40), disc)


def test_table_1_has_f1_and_panoptic_quality_beside_ap() -> None:
    base = {"ap50_matterport": 0.8, "ap50": 0.8, "ap75": 0.5, "ap": 0.4, "n_images": 4, "n_cells": 9}
    limits = {"ci_low": 0.7, "ci_high": 0.9, "paper": float("nan")}
    maps = pd.DataFrame([{"method": name, "split": "test"} | base | limits for name in ("none", "eff")])
    quality = pd.DataFrame(
        [
            ("none", "test", "f1", 0.5, 0.62),
            ("eff", "test", "f1", 0.5, 0.71),
            ("eff", "test", "f1", 0.9, 0.11),
            ("eff", "test", "pq", 0.5, 0.53),
            ("eff", "val", "pq", 0.5, 0.99),
        ],
        columns=["method", "split", "metric", "iou", "mean"],
    )
    (shown,) = table1(maps, quality)
    heads = [column.head for column in shown.columns]
    f1, pq = heads.index("F1 of cells"), heads.index("PQ")
    assert [(row[f1].text, row[pq].text) for row in shown.rows] == [("62.0", ""), ("71.0", "53.0")]
    assert shown.rows[1][f1].strong and not shown.rows[0][f1].strong
