"""The forest plot of differences: what is drawn, selected and said."""

import numpy as np
import pandas as pd
import pytest

from blastvote.figures import (
    forest_plot,
)


def test_forest_plot_shows_differences_in_points_and_greys_the_unclear(made, artists, texts):
    table = made.comparisons(made.five)
    fig = forest_plot(table, made.five)
    drawn = artists(fig, "difference")
    assert len(drawn) == len(artists(fig, "interval")) == 16
    assert sorted(line.get_xdata()[0] for line in drawn) == pytest.approx(sorted(100 * table["difference"]))
    clear = {round(line.get_xdata()[0], 6) for line in drawn if line.get_color() == "#0B3C6F"}
    assert clear == {round(100 * d, 6) for d in table.loc[table["p_adjusted"] < 0.05, "difference"]}
    for ax in fig.axes:
        assert ax.get_xlim()[0] == -ax.get_xlim()[1]
    assert "mAP (paper), n = 60 images" in texts(fig)
    assert "EFF − None" in texts(fig)


def test_forest_plot_writes_numbers_where_there_is_room(texts):
    row = {"method_a": "eff", "method_b": "none", "metric": "accuracy", "difference": -0.051}
    table = pd.DataFrame([row | {"ci_low": -0.101, "ci_high": 0.009, "p_adjusted": 0.0004, "n": 60}])
    assert any("−5.1 [−10.1, +0.9]" in text and "p < 0.001" in text for text in texts(forest_plot(table)))
    bare = forest_plot(table[["method_a", "method_b", "metric", "difference"]])
    assert "−5.1" in [text.strip() for text in texts(bare)]


def test_forest_plot_keeps_to_one_reference_where_pairs_are_many(made, artists, texts):
    pairs = [(a, b) for i, b in enumerate(made.twelve) for a in made.twelve[i + 1 :]]
    table = pd.DataFrame(pairs, columns=["method_a", "method_b"]).assign(metric="accuracy", difference=0.01)
    assert len(artists(forest_plot(table, made.twelve), "difference")) == 11
    assert len(artists(forest_plot(table, made.twelve, reference="eff"), "difference")) == 11
    assert (
        len(artists(forest_plot(table[table["method_b"] == "none"].head(4), made.twelve), "difference")) == 4
    )
    assert any("no comparisons with he" in text for text in texts(forest_plot(table.tail(1), reference="he")))


def test_forest_plot_of_many_pairs_keeps_to_the_reference_of_the_table(made, artists, texts):
    """`comparisons.csv` has the reference of the config second in its first pairs, whichever method it is."""
    others = [name for name in made.twelve if name != "clahe"]
    pairs = [(a, "clahe") for a in others] + [(a, b) for i, b in enumerate(others) for a in others[i + 1 :]]
    table = pd.DataFrame(pairs, columns=["method_a", "method_b"]).assign(metric="accuracy", difference=0.01)
    fig = forest_plot(table, made.twelve)
    assert len(artists(fig, "difference")) == 11
    assert "None − CLAHE" in texts(fig)


def test_forest_plot_says_what_is_adjusted(made, texts):
    assert "intervals are not adjusted" in texts(forest_plot(made.comparisons(made.five), made.five))


def test_forest_plot_selects_and_orders_metrics(made):
    fig = forest_plot(made.comparisons(made.five), made.five, metrics=["accuracy", "ap50"])
    titles = [ax.get_title(loc="left").split(",")[0] for ax in fig.axes]
    assert titles == ["accuracy", "COCO AP50"]


def test_forest_plot_shows_verdicts_margins_and_the_null_arm(made, artists, texts, assert_readable):
    table = made.comparisons(["none", "he", "eff", "none again"])
    table["verdict"] = ["differs", "equivalent", "cannot tell"] * 4
    fig = forest_plot(table, made.five, margins={"accuracy": 0.03, "sensitivity": 0.03})
    assert len(artists(fig, "null")) == 4
    assert len(artists(fig, "margin")) == 4
    assert {"differs", "equivalent", "cannot tell", "margin of equivalence"} <= set(texts(fig))
    assert_readable(fig)


def test_forest_plot_of_one_training_says_that_it_cannot_tell(made, artists, texts, assert_readable):
    table = made.comparisons(made.five).assign(verdict="cannot tell", p_value=np.nan, p_adjusted=np.nan)
    table = table.rename(columns={"ci_low": "ci_images_low", "ci_high": "ci_images_high"})
    fig = forest_plot(table.assign(ci_low=np.nan, ci_high=np.nan), made.five)
    assert artists(fig, "interval") == []
    assert len(artists(fig, "one training")) >= 16
    assert "one training: cannot tell methods from trainings" in texts(fig)
    assert_readable(fig)
