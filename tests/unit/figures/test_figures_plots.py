"""Learning curves, thresholds, comparisons, contrast effect, seeds, data set."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from blastvote.figures import (
    contrast_effect,
    dataset_overview,
    forest_plot,
    learning_curves,
    matching_shares,
    pr_curves,
    reliability_diagram,
    seed_spread,
    threshold_sweep,
)
from blastvote.figures.palette import METHOD_COLOURS

COUNTS = pytest.mark.parametrize("count", [1, 5, 12])


@COUNTS
def test_readable_with_any_number_of_methods(made, assert_readable, count):
    methods = made.twelve[:count]
    assert_readable(learning_curves(made.history(methods), made.twelve))
    assert_readable(threshold_sweep(made.sweep(methods), 0.7, made.twelve))
    assert_readable(contrast_effect(made.contrast(methods), made.twelve))
    assert_readable(reliability_diagram(made.calibration(methods), made.twelve))
    assert_readable(seed_spread(made.by_run(methods), methods=made.twelve))
    if count > 1:
        assert_readable(forest_plot(made.comparisons(methods), made.twelve))


@pytest.mark.parametrize(("count", "classes"), [(1, 0), (5, 3), (12, 6)])
def test_pr_curves_are_readable(made, assert_readable, artists, count, classes):
    methods, names = made.twelve[:count], ["all", *made.classes[:classes]]
    fig = pr_curves(made.curves(methods, names), made.twelve)
    assert len(artists(fig, f"method {methods[-1]}")) == len(names)
    assert_readable(fig)


@pytest.mark.parametrize("count", [1, 3, 5, 8, 12])
@pytest.mark.parametrize("classes", range(7))
def test_pr_curves_as_the_workflow_writes_them_are_readable(made, assert_readable, count, classes):
    """The table has no counts of cells, so titles are shorter than with them."""
    curves = made.curves(made.twelve[:count], ["all", *made.classes[:classes]]).drop(columns="n_cells")
    assert_readable(pr_curves(curves, made.twelve))


@pytest.mark.parametrize("classes", [1, 3, 6])
def test_dataset_overview_is_readable(made, assert_readable, classes):
    manifest = made.manifest(made.classes[:classes])
    assert_readable(dataset_overview(manifest, made.splits(manifest), made.classes, "Leukocytes"))


def test_learning_curves_draw_runs_means_and_the_kept_epoch(made, artists, texts):
    fig = learning_curves(made.history(made.five, seeds=3), made.five)
    assert len(artists(fig, "run")) == 5 * 3 * 3
    assert [to_hex(line.get_color()).upper() for line in artists(fig, "mean loss")] == list(
        METHOD_COLOURS[:5]
    )
    assert {line.get_linestyle() for line in artists(fig, "mean val_loss")} == {"--"}
    assert [line.get_xdata()[0] for line in artists(fig, "kept")] == [6] * 5 * 3
    assert sum("n = 3 runs" in text for text in texts(fig)) == 5


def test_learning_curves_mean_is_by_epoch(artists):
    history = pd.DataFrame(
        {"method": "none", "seed": [0, 0, 1, 1], "epoch": [1, 2, 1, 2], "loss": [4.0, 2, 2, np.nan]}
    )
    (mean,) = artists(learning_curves(history), "mean loss")
    np.testing.assert_allclose(mean.get_xydata(), [[1, 3], [2, 2]])


def test_learning_curves_of_one_epoch_without_validation(artists, texts):
    fig = learning_curves(pd.DataFrame({"method": ["eff"], "epoch": [1], "loss": [2.0]}))
    assert artists(fig, "mean loss")[0].get_marker() == "o"
    assert not any("validation" in text for text in texts(fig))


def test_learning_curves_are_not_flattened_by_one_diverged_epoch(made):
    history = made.history(["none"], seeds=1, epochs=200)
    history.loc[5, "loss"] = 1e6
    assert learning_curves(history).axes[0].get_ylim()[1] < 10


def test_threshold_marks_paper_and_config(made, artists, texts):
    fig = threshold_sweep(made.sweep(made.five), 0.7, made.five)
    assert [line.get_xdata()[0] for line in artists(fig, "mark paper")] == [0.9] * 3
    assert [line.get_xdata()[0] for line in artists(fig, "mark config")] == [0.7] * 3
    assert len(artists(fig, "method eff")) == 3
    same = threshold_sweep(made.sweep(made.five), 0.9, made.five)
    assert len(artists(same, "mark paper, config")) == 3
    assert any("n = 301 images" in text for text in texts(fig))


def test_threshold_averages_runs_and_keeps_to_a_subset(artists):
    sweep = pd.DataFrame(
        {
            "method": "none",
            "min_confidence": [0.5, 0.5, 0.5],
            "subset": ["test", "test", "unseen"],
            "accuracy": [0.4, 0.6, 1.0],
        }
    )
    (line,) = artists(threshold_sweep(sweep), "method none")
    np.testing.assert_allclose(line.get_xydata(), [[0.5, 50]])


def test_contrast_effect_counts_untouched_images(made, texts, artists):
    fig = contrast_effect(made.contrast(made.five), made.five)
    assert {"EFF\n8 of 20 unchanged", "None\n20 of 20 unchanged", "HE"} <= set(texts(fig))
    assert len(artists(fig, "images")) == 10
    (exposure,) = artists(fig, "exposure")
    assert len(exposure.get_xdata()) == 12  # without a k there is nothing to place


def test_contrast_effect_believes_the_record_of_unchanged_images(made, texts):
    table = made.contrast(["none", "eff"])
    table["unchanged"] = ["true"] * 20 + ["true"] * 5 + ["false"] * 15
    assert "EFF\n5 of 20 unchanged" in texts(contrast_effect(table))


def test_contrast_effect_without_eff_or_clipping(made):
    table = made.contrast(["none", "he"]).drop(columns=["clipped_share", "k", "bad_share"])
    assert len(contrast_effect(table).axes) == 1


def test_pr_curves_keep_to_one_iou(made, artists):
    curves = made.curves(["none"], ["all"])
    both = pd.concat([curves, curves.assign(iou=0.75, precision=0.0)])
    (line,) = artists(pr_curves(both), "method none")
    assert len(line.get_xdata()) == 21
    assert line.get_ydata().max() == 100


def test_reliability_leaves_out_empty_bins(made, artists, texts):
    table = made.calibration(["none"])
    table.loc[0, "n"] = 0
    fig = reliability_diagram(table)
    assert len(artists(fig, "reliability")[0].get_xdata()) == 9
    assert any("n = 10,800 found" in text and "ECE 0.053" in text for text in texts(fig))


def test_seed_spread_shows_every_run_and_the_mean(made, artists):
    table = made.by_run(made.five, seeds=4)
    table.loc[0, "accuracy"] = np.nan
    fig = seed_spread(table, ["accuracy"], made.five)
    assert [len(line.get_xdata()) for line in artists(fig, "run")] == [3, 4, 4, 4, 4]
    means = [line.get_xdata()[0] for line in artists(fig, "mean")]
    assert means == pytest.approx(100 * table.groupby("method", sort=False)["accuracy"].mean())


def test_seed_spread_joins_tables_and_keeps_to_the_strict_test_rows(made, artists):
    runs = made.by_run(["none"], seeds=2).drop(columns="fold")
    detection = runs[["method", "seed", "ap50"]]
    detection = pd.concat([detection.assign(split="test"), detection.assign(split="val", ap50=0.1)])
    votes = runs[["method", "seed", "accuracy"]].assign(subset="test")
    votes = pd.concat([votes.assign(convention="strict"), votes.assign(convention="paper", accuracy=0.1)])
    drawn = artists(seed_spread([detection, votes]), "run")
    assert [len(line.get_xdata()) for line in drawn] == [2, 2]
    assert min(line.get_xdata().min() for line in drawn) > 50


def test_dataset_counts_originals_by_role(made, texts):
    manifest = made.manifest(["L1", "L2"])
    fig = dataset_overview(manifest, made.splits(manifest), ["L1", "L2"])
    bars = [bar for container in fig.axes[0].containers for bar in container]
    assert [bar.get_width() for bar in bars] == [4, 4, 2, 2, 12, 12]  # train, val, test; no flipped copies
    assert any("n = 24 images" in text and "12 patients" in text for text in texts(fig))


def test_dataset_without_labels_cells_or_sizes(texts):
    fig = dataset_overview(pd.DataFrame({"image_id": ["a", "b"], "label": [None, "L1"]}), None, ["L1"])
    assert {"no label", "L1", "number of cells not known", "image sizes not known"} <= set(texts(fig))


@pytest.mark.parametrize(
    ("function", "table"),
    [
        (learning_curves, "history"),
        (threshold_sweep, "sweep"),
        (forest_plot, "comparisons"),
        (contrast_effect, "contrast"),
        (reliability_diagram, "calibration"),
        (seed_spread, "by_run"),
    ],
)
def test_empty_missing_and_single_rows(made, texts, function, table):
    full = getattr(made, table)(["none", "eff"])
    empty = function(full.iloc[:0])
    assert any(word in " ".join(texts(empty)) for word in ("No ", "not been", "Nothing"))
    numbers = full.select_dtypes("number").columns
    blank = full.copy()
    blank[numbers] = np.nan
    function(blank).draw_without_rendering()
    function(full.iloc[:1]).draw_without_rendering()
    with pytest.raises(ValueError, match="is missing"):
        function(full.drop(columns=[name for name in ("method", "method_a") if name in full]))


def test_empty_curves_and_manifest_say_so(made, texts):
    assert any("No cell" in text for text in texts(pr_curves(made.curves(["none"], ["all"]).iloc[:0])))
    assert any("no images" in text for text in texts(dataset_overview(made.manifest(["L1"]).iloc[:0])))


def test_matching_shares_draw_the_test_rows(made, assert_readable, artists, texts):
    rows = [
        {"method": m, "split": split, "n_true": 412, "missed_share": 0.1, "touching_separated_share": 0.8}
        for split in ("test", "val")
        for m in made.twelve
    ]
    table = pd.DataFrame(rows)
    table.loc[1, "missed_share"] = np.nan
    fig = matching_shares(table, made.twelve)
    assert len(fig.axes) == 2
    assert len(artists(fig, "value")) == 23
    assert any("n = 412 true cells" in text for text in texts(fig))
    assert_readable(fig)
    assert any("No detection" in text for text in texts(matching_shares(table.iloc[:0])))
