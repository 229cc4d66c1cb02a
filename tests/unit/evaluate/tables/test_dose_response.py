"""Dose-response on a made-up ladder: one method loses with every step of dim light, the other does not."""

import copy
from pathlib import Path

import evaluate_study as made_up
import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd
import pytest

from blastvote.errors import InputError
from blastvote.evaluate.scoring.cells import cells_table, seen_images, votes_table
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.metrics.average_precision import detection_metrics
from blastvote.evaluate.statistics.study import RunResult, make_study
from blastvote.evaluate.tables.dose_response import ROW_COLUMNS, SLOPE_COLUMNS, dose_response
from blastvote.figures.plots.dose_response import dose_response_plot
from blastvote.simulate.ladder import rungs

STEPS, SCENES, SEEDS = 3, 16, (1, 2, 3, 4, 5)
LIGHTS = rungs(STEPS)


def ladder_truth() -> tuple[dict, pd.DataFrame, dict]:
    """Return the true cells of every scene under every light, the manifest, and each image's light."""
    base = synthetic.make_truth(np.random.default_rng(5), SCENES, 3, crowds=False, names=made_up.NAMES)
    truth = {"images": [], "annotations": [], "categories": base["categories"]}
    lights, patients = {}, {}
    for place, rung in enumerate(LIGHTS):
        for image in copy.deepcopy(base["images"]):
            scene = image["image_id"]
            image |= {"id": image["id"] + place * SCENES, "image_id": f"{scene}_{rung.name}"}
            lights[image["image_id"]], patients[image["image_id"]] = rung, scene
            truth["images"].append(image)
        for cell in copy.deepcopy(base["annotations"]):
            number = len(truth["annotations"]) + 1
            truth["annotations"].append(cell | {"id": number, "image_id": cell["image_id"] + place * SCENES})
    manifest = pd.DataFrame({"image_id": list(patients), "patient_id": list(patients.values()), "label": ""})
    return truth, manifest, lights


def quality(method: str, rung) -> float:
    """`none` finds fewer right classes with every step of dim light."""
    return 0.95 if method == "eff" or rung.kind != "dim" else 0.95 - 0.3 * rung.severity


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    truth, manifest, lights = ladder_truth()
    path = synthetic.dump(tmp_path_factory.mktemp("ladder") / "truth.json", truth)
    names = [image["image_id"] for image in truth["images"]]
    splits, labels = synthetic.all_test(truth), made_up.labels_of(truth, made_up.NAMES)
    results = []
    for method in ("none", "eff", "none again"):
        for seed in SEEDS:
            found = []
            for rung in LIGHTS:
                own = [image for image in truth["images"] if lights[image["image_id"]] == rung]
                cells = [c for c in truth["annotations"] if c["image_id"] in {image["id"] for image in own}]
                rng = np.random.default_rng([seed + 100 * (method == "none again"), LIGHTS.index(rung)])
                part = {"images": own, "annotations": cells}
                found += synthetic.make_detections(rng, part, 3, quality(method, rung))
            scores = score_run(found, path, splits, 0, made_up.NAMES, 0.5)
            cells = cells_table(found, names, made_up.NAMES, 0.5)
            votes = votes_table(cells, names, labels, made_up.NAMES, "pathologist", seen_images(splits, 0))
            results.append(RunResult(method, seed, 0, scores, votes))
    return make_study(results, made_up.NAMES, manifest, "none again"), lights


@pytest.fixture(scope="module")
def tables(study):
    return dose_response(Analysis(study[0], made_up.evaluation(50)), study[1])


def test_every_light_metric_and_method_has_its_row(tables):
    rows, slopes = tables
    assert tuple(rows.columns) == ROW_COLUMNS and tuple(slopes.columns) == SLOPE_COLUMNS
    assert len(rows) == 3 * (STEPS + 1) * 4 * 3 and len(slopes) == 3 * 4 * 2
    assert not rows.duplicated(["light", "severity", "metric", "method"]).any()
    assert (rows["n_images"] == SCENES).all()
    assert rows[rows["method"] == "none"]["difference"].isna().all()


def test_the_rows_are_the_scores_of_those_images_alone(study, tables):
    """AP of one light equals AP of a study that has that light only."""
    whole, lights = study
    analysis = Analysis(whole, made_up.evaluation(50))
    rows = tables[0].set_index(["light", "severity", "metric", "method"])["value"]
    wanted = next(rung for rung in LIGHTS if (rung.kind, rung.severity) == ("dim", 2))
    by_seed = []
    for seed in SEEDS:
        pooled = analysis.detections("test")["none", seed]
        part = pooled.subset(pooled.images["image_id"].map(lights).eq(wanted).to_numpy(bool))
        flags = part.ranked()
        by_seed.append(detection_metrics(part, flags, np.ones((1, SCENES), np.int64))[4, 0])
    assert rows["dim", 2, "ap", "none"] == pytest.approx(np.mean(by_seed), abs=1e-12)


def test_the_slope_is_the_line_through_the_differences(tables):
    rows, slopes = tables
    found = slopes.set_index(["light", "metric", "method"])
    for light, metric in (("dim", "ap"), ("uneven", "accuracy")):
        own = rows[(rows["light"] == light) & (rows["metric"] == metric) & (rows["method"] == "eff")]
        expected = np.polyfit(own["severity"], own["difference"].astype(float), 1)[0]
        assert found.loc[(light, metric, "eff"), "slope_difference"] == pytest.approx(expected, abs=1e-12)


def test_the_method_helps_in_dim_light_alone(tables):
    found = tables[1].set_index(["light", "metric", "method"])
    dim = found.loc[("dim", "ap", "eff")]
    assert dim["slope_difference_low"] > 0 and 1 <= dim["helps_from"] <= 3
    assert found.loc[("dim", "ap", "none"), "slope_high"] < 0
    for light in ("uneven", "washed out"):  # same detections for both methods there
        other = found.loc[(light, "ap", "eff")]
        assert other["slope_difference"] == 0 and np.isnan(other["helps_from"])


def test_every_column_is_documented():
    page = (Path(__file__).resolve().parents[4] / "docs/outputs.md").read_text(encoding="utf-8")
    for name, columns in (("dose_response", ROW_COLUMNS), ("dose_slopes", SLOPE_COLUMNS)):
        section = page.split(f"### `{name}.csv`")[1].split("\n##")[0]
        assert [column for column in columns if f"`{column}`" not in section] == []


def test_the_plot_shows_every_light_and_method(tables):
    fig = dose_response_plot(tables[0], ["none", "eff"])
    titles = [ax.get_title(loc="left") for ax in fig.axes]
    assert titles[:3] == ["dim light", "uneven light", "washed out light"]
    lines = {line.get_gid() for ax in fig.axes for line in ax.get_lines()}
    assert {"method none", "method eff", "difference eff"} <= lines and "difference none" not in lines
    bands = [band for ax in fig.axes for band in ax.collections if band.get_gid() == "null"]
    null = tables[0].query("method == 'none again' and metric == 'ap' and light == 'dim'")
    reach = 100 * null[["difference", "difference_low", "difference_high"]].abs().max(axis=1).max()
    assert len(bands) == 3
    assert np.abs(bands[0].get_paths()[0].vertices[:, 1]).max() == pytest.approx(reach)
    without = dose_response_plot(tables[0].query("method != 'none again'"))
    assert not [band for ax in without.axes for band in ax.collections if band.get_gid() == "null"]
    empty = dose_response_plot(tables[0], metric="ap75")
    assert "ap75" in "".join(text.get_text() for text in empty.axes[0].texts)


def test_a_scene_without_a_light_is_refused(study):
    whole, lights = study
    missing = {name: rung for name, rung in lights.items() if name != "img000_dim1"}
    with pytest.raises(InputError, match="'img000_dim1' has no light"):
        dose_response(Analysis(whole, made_up.evaluation(50)), missing)
