"""Tables 1 to 3 as figures."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from blastvote.figures import classification_by_method, confusion_figure, confusion_sheet, map_by_method
from blastvote.figures.palette import METHOD_COLOURS
from blastvote.figures.plots.classification.confusion_table import read_confusion

TABLE3 = pd.DataFrame(
    {
        "actual": ["L1", "L2", "L3", "FP"],
        "L1": [114, 25, 1, 26],
        "L2": [10, 30, 0, 10],
        "L3": [1, 0, 108, 1],
        "FN": [11, 25, 1, np.nan],
        "undetected": [3, 8, 1, np.nan],
    }
)


@pytest.mark.parametrize(
    ("count", "splits"),
    [(1, ("test",)), (2, ("val", "test", "unseen")), (5, ("test",)), (12, ("val", "test"))],
)
def test_map_is_readable(made, assert_readable, count, splits):
    assert_readable(map_by_method(made.table1(made.twelve[:count], splits), made.twelve))


def test_map_draws_every_value_interval_and_the_papers(made, artists, texts):
    table = made.table1(made.twelve)
    fig = map_by_method(table, made.twelve)
    assert len(artists(fig, "value")) == len(artists(fig, "interval")) == 12 * 4
    paper = artists(fig, "paper")
    assert [round(marker.get_xdata()[0], 2) for marker in paper] == [81.96, 60.59, 75.82, 78.53, 83.65]
    assert all(marker.get_markerfacecolor() == "none" for marker in paper)
    first = fig.axes[0]
    drawn = [line for line in first.lines if line.get_gid() == "value"]
    assert [line.get_xdata()[0] for line in drawn] == pytest.approx(100 * table["ap50_matterport"])
    assert [to_hex(line.get_markeredgecolor()).upper() for line in drawn] == list(METHOD_COLOURS)
    assert [label.get_text() for label in first.get_yticklabels()][:5] == [
        "None",
        "HE",
        "DHE",
        "CLAHE",
        "EFF",
    ]
    assert "AP (%)" in texts(fig)
    assert any("n = 60 images, 412 cells" in text for text in texts(fig))


def test_map_uses_the_shared_interval_for_the_papers_metric_only(made, artists):
    table = made.table1(["none"])
    table = table[["method", "split", "ap50_matterport", "ap50"]].assign(ci_low=0.5, ci_high=0.9)
    intervals = artists(map_by_method(table), "interval")
    assert [list(line.get_xdata()) for line in intervals] == [[50, 90]]


def test_map_takes_the_other_intervals_from_their_own_table(made, artists):
    table = made.table1(["none", "eff"])[["method", "split", "ap50_matterport", "ap50"]]
    intervals = pd.DataFrame(
        {"method": ["none", "eff"], "split": "test", "metric": "ap50", "ci_low": [0.1, 0.2], "ci_high": 0.95}
    )
    drawn = artists(map_by_method(table, intervals=intervals), "interval")
    assert [line.get_xdata()[0] for line in drawn] == [10, 20]


def test_the_legend_names_the_level_of_the_intervals(made, texts):
    first, second = made.table1(["none", "eff"]), made.table2(["none", "eff"])
    for fig in (map_by_method(first, level=0.9), classification_by_method(second, level=0.9)):
        assert any("90 % interval" in text for text in texts(fig))
    assert any("95 % interval" in text for text in texts(map_by_method(first)))


def test_unseen_is_drawn_only_where_something_leaked(made, artists):
    table = made.table1(made.five)
    same = pd.concat([table, table.assign(split="unseen")])
    assert len(artists(map_by_method(same), "value")) == 5 * 4
    votes = made.table2(made.five)
    same = pd.concat([votes, votes.assign(subset="unseen")])
    assert len(artists(classification_by_method(same), "value")) == 5 * 2 * 3
    other = pd.concat([table, table.assign(split="unseen", ap=0.5)])
    assert len(artists(map_by_method(other), "value")) == 2 * 5 * 4


def test_map_leaves_out_what_is_missing(made, artists, texts):
    table = made.table1(made.five)
    table.loc[1, ["ap50_matterport", "ap50", "ap75", "ap"]] = np.nan
    table["ap75"] = np.nan
    table["paper"] = np.nan
    fig = map_by_method(table, made.five)
    assert len(fig.axes) == 3
    assert len(artists(fig, "value")) == 4 * 3
    assert artists(fig, "paper") == []
    assert texts(fig).count("–") == 3
    assert not any("its own data" in text for text in texts(fig))


def test_map_says_when_there_is_nothing(made, texts):
    empty = made.table1(["none"]).iloc[:0]
    assert any("no values yet" in text for text in texts(map_by_method(empty)))


def test_map_refuses_several_rows_a_method(made):
    table = made.table1(["none"])
    with pytest.raises(ValueError, match="several rows"):
        map_by_method(pd.concat([table, table]))
    with pytest.raises(ValueError, match="column method is missing"):
        map_by_method(table.drop(columns="method"))


@pytest.mark.parametrize(
    ("count", "subsets"), [(1, ("test",)), (2, ("test", "unseen")), (12, ("test", "unseen"))]
)
def test_classification_is_readable(made, assert_readable, count, subsets):
    assert_readable(classification_by_method(made.table2(made.twelve[:count], subsets), made.twelve))


def test_classification_shows_both_conventions_and_subsets(made, artists, texts):
    fig = classification_by_method(made.table2(made.five, ("test", "unseen")), made.five)
    assert len(fig.findobj(lambda a: hasattr(a, "get_xlim"))) == 6
    values = artists(fig, "value")
    assert len(values) == 5 * 2 * 2 * 3
    assert sum(line.get_markerfacecolor() == "white" for line in values) == 30
    assert len(artists(fig, "paper")) == 5 * 3  # its own convention, the subset it reports
    said = " ".join(texts(fig))
    assert "Convention strict" in said
    assert "Convention paper" in said
    assert "n = 301 images" in said
    assert "subset unseen" in said


def test_classification_with_one_row_and_nothing(made, artists, texts):
    table = made.table2(["eff"]).iloc[:1].drop(columns=["n_images", "accuracy_ci_low", "accuracy_ci_high"])
    fig = classification_by_method(table)
    assert len(artists(fig, "value")) == 3
    assert len(artists(fig, "interval")) == 2
    assert any("no values yet" in text for text in texts(classification_by_method(table.iloc[:0])))
    with pytest.raises(ValueError, match="several rows"):
        classification_by_method(pd.concat([table, table]))


def test_confusion_reads_the_papers_table():
    matrix = read_confusion(TABLE3)
    assert matrix.n_classes == 3
    assert matrix.total == 301
    assert matrix.share()[0] == pytest.approx([114 / 128, 10 / 128, 1 / 128])
    indexed = read_confusion(TABLE3.set_index("actual"))
    np.testing.assert_array_equal(indexed.values, matrix.values)


def test_confusion_follows_the_rows_when_columns_are_in_another_order():
    shuffled = TABLE3[["actual", "undetected", "L3", "L1", "FN", "L2"]]
    matrix = read_confusion(shuffled)
    assert matrix.column_names[:3] == ("L1", "L2", "L3")
    assert matrix.values[0, :3].tolist() == [114, 10, 1]


def test_confusion_refuses_classes_without_a_column():
    with pytest.raises(ValueError, match="same classes"):
        read_confusion(TABLE3.drop(columns="L2"))


def test_confusion_sets_the_margins_apart(artists, texts, assert_readable):
    fig = confusion_figure(TABLE3, "EFF")
    squares, aside = artists(fig, "class"), artists(fig, "aside")
    assert len(squares) == 9
    assert len(aside) == 3 + 6
    assert len({patch.get_facecolor() for patch in aside}) == 1
    right = max(patch.get_x() for patch in squares)
    assert min(patch.get_x() for patch in aside if patch.get_x() > right) > right + 1.1  # a visible gap
    darkest = min(squares, key=lambda patch: sum(patch.get_facecolor()[:3]))
    assert (darkest.get_x(), darkest.get_y()) == (2, 2)  # L3: 98 %
    assert {"114", "89%", "26", "8"} <= set(texts(fig))
    assert any("n = 301 images" in text for text in texts(fig))
    assert_readable(fig)


def test_confusion_of_cells_with_background(artists, texts, assert_readable):
    table = pd.DataFrame(
        [[50, 4, 6], [3, 40, 9], [7, 5, np.nan]],
        index=["L1", "L2", "background"],
        columns=["L1", "L2", "background"],
    )
    fig = confusion_figure(table.astype("Int64"), "EFF", unit="cells")
    assert len(artists(fig, "class")) == 4
    assert len(artists(fig, "aside")) == 4  # nothing where background meets background
    assert any("n = 112 cells" in text for text in texts(fig))
    assert_readable(fig)


@pytest.mark.parametrize("classes", [2, 4, 6])
def test_confusion_with_long_names_is_readable(made, assert_readable, classes):
    assert_readable(
        confusion_figure(made.table3(made.classes[:classes]), "retinex multi-scale with a long name")
    )


@pytest.mark.parametrize(("count", "classes"), [(1, 3), (2, 6), (5, 3), (12, 2), (12, 6)])
def test_confusion_sheet_is_readable(made, assert_readable, artists, count, classes):
    names = ["L1", "L2", "L3"] if classes == 3 else made.classes[:classes]
    fig = confusion_sheet({name: made.table3(names) for name in made.twelve[:count]}, made.twelve)
    assert len(artists(fig, "class")) == count * classes**2
    assert_readable(fig)


def test_confusion_without_images_says_so(made, texts):
    nothing = TABLE3.assign(**dict.fromkeys(("L1", "L2", "L3", "FN", "undetected"), 0))
    assert any("No images" in text for text in texts(confusion_figure(nothing, "EFF")))
    assert any("No images" in text for text in texts(confusion_sheet({"eff": nothing})))
    assert any("No images" in text for text in texts(confusion_sheet({})))
