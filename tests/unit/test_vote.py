"""The vote rules, by hand and by their properties."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastvote.errors import InputError
from blastvote.vote import RULES, VoteRule, make_rule, vote, vote_many, weigh, weigh_images


def the_papers_words(l1: int, l2: int, l3: int) -> str | None:
    """Section 3.7 of the paper, as three sentences."""
    if l3 >= 1:
        return "L3"
    if l2 >= l1 and l2 > 0:
        return "L2"
    if l1 > 0:
        return "L1"
    return None


@pytest.mark.parametrize("numbers", list(itertools.product(range(4), repeat=3)))
def test_pathologists_rule_is_the_papers(numbers: tuple[int, int, int]) -> None:
    counts = dict(zip(("L1", "L2", "L3"), numbers, strict=True))
    assert vote(counts, rule="pathologist") == the_papers_words(*numbers)
    reordered = {name: counts[name] for name in ("L3", "L2", "L1")}
    assert vote(reordered) == the_papers_words(*numbers)


def test_a_class_left_out_has_no_cells() -> None:
    assert vote({"L1": 2}) == "L1"
    assert vote({}) is None


def test_plurality_and_its_ties() -> None:
    assert vote({"a": 1, "b": 2, "c": 2}, "plurality") == "b"
    assert vote({"c": 2, "b": 2, "a": 1}, "plurality") == "c"
    assert vote({"a": 0, "b": 0}, "plurality") is None


def test_rule_for_other_classes_comes_from_the_config() -> None:
    rule = make_rule({"rule": "pathologist", "priority": "M7", "ties": ["M2", "M1"]}, ["M1", "M2", "M7"])
    assert vote({"M1": 9, "M2": 9, "M7": 1}, rule) == "M7"
    assert vote({"M1": 9, "M2": 9, "M7": 0}, rule) == "M2"
    assert vote({"M1": 9, "M2": 8, "M7": 0}, rule) == "M1"


def test_two_priority_classes_are_ranked() -> None:
    rule = VoteRule("two", priority=("c", "b"))
    assert vote({"a": 5, "b": 3, "c": 1}, rule) == "c"
    assert vote({"a": 5, "b": 1, "c": 0}, rule) == "b"


CELLS = pd.DataFrame(
    {
        "class": ["L1", "L1", "L2"],
        "score": [0.30, 0.35, 0.90],
        "area_px": [100, 100, 150],
    }
)


def vote_cells(cells: pd.DataFrame, rule: str, names: list[str]) -> str | None:
    made = make_rule(rule, names)
    return vote(weigh(cells, made, names), made)


def test_weighted_rules() -> None:
    names = ["L1", "L2", "L3"]
    assert vote_cells(CELLS, "plurality", names) == "L1"
    assert vote_cells(CELLS, "score_weighted", names) == "L2"
    assert vote_cells(CELLS, "area_weighted", names) == "L1"
    assert vote_cells(CELLS.iloc[:0], "score_weighted", names) is None


@pytest.mark.parametrize("weight", ["count", "score", "area"])
def test_many_images_are_weighed_as_each_alone(weight: str) -> None:
    names, rows = ["L1", "L2", "L3"], np.arange(len(CELLS)) % 3
    together = weigh_images(CELLS, rows, 4, VoteRule(weight, weight=weight), names)  # no cell in the last
    alone = [weigh(CELLS[rows == row], VoteRule(weight, weight=weight), names) for row in range(4)]
    assert together == alone
    assert sum(map(sum, (entry.values() for entry in together))) > 0


def test_score_sums_are_exact() -> None:
    # 0.1 + 0.2 is more than 0.3 in floating point: a tie would be lost.
    cells = pd.DataFrame({"class": ["a", "a", "b"], "score": [0.1, 0.2, 0.3], "area_px": 1})
    assert vote_cells(cells, "score_weighted", ["b", "a"]) == "b"
    assert vote_cells(cells, "score_weighted", ["a", "b"]) == "a"


@pytest.mark.parametrize(
    ("counts", "rule", "fragment"),
    [
        ({"L1": 1}, "unanimous", "unanimous"),
        ({"blast": 1}, "pathologist", "blast"),
        ({"L1": -1}, "pathologist", "-1"),
        ({"L1": float("nan")}, "plurality", "nan"),
        ({"L1": 1}, {"rule": "plurality", "tie": "L1"}, "tie"),
    ],
)
def test_mistakes_are_named(counts: dict[str, float], rule: object, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment):
        vote(counts, rule)  # type: ignore[arg-type]


def test_rule_must_fit_the_classes() -> None:
    with pytest.raises(InputError, match="L3"):
        make_rule("pathologist", ["neutrophil", "monocyte"])
    with pytest.raises(InputError, match="plasma"):
        vote_cells(CELLS.assign(**{"class": "plasma"}), "plurality", ["L1", "L2", "L3"])


@settings(deadline=None)
@given(
    counts=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 20), max_size=8),
    rule=st.sampled_from(sorted(set(RULES) - {"pathologist"})),
)
def test_the_winner_has_the_most_cells(counts: dict[str, int], rule: str) -> None:
    winner = vote(counts, rule)
    if sum(counts.values()) == 0:
        assert winner is None
    else:
        assert counts[winner] == max(counts.values())
        earlier = list(counts)[: list(counts).index(winner)]
        assert all(counts[name] < counts[winner] for name in earlier)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=30),
    rule=st.builds(
        VoteRule,
        st.just("made"),
        priority=st.lists(st.sampled_from("abcd"), max_size=2, unique=True).map(tuple),
        ties=st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(tuple),
    ),
)
def test_many_votes_equal_single_votes(rows: list[tuple[int, ...]], rule: VoteRule) -> None:
    names = list("abcd")
    together = vote_many(np.array(rows), rule, names)
    alone = [vote(dict(zip(names, row, strict=True)), rule) for row in rows]
    assert [None if winner < 0 else names[winner] for winner in together] == alone


@pytest.mark.parametrize("count", ["3", None, [1], "many"])
def test_a_count_that_is_no_number_is_named(count: object) -> None:
    with pytest.raises(InputError, match="class 'L2'"):
        vote({"L1": 1, "L2": count})  # type: ignore[dict-item]


@pytest.mark.parametrize("rule", [None, 3, ["pathologist"], {"rule": ["pathologist"]}, {"rule": None}])
def test_a_rule_that_is_no_rule_is_named(rule: object) -> None:
    with pytest.raises(InputError, match="pathologist, plurality"):
        vote({"L1": 1}, rule=rule)  # type: ignore[arg-type]


def test_counts_must_name_their_classes() -> None:
    with pytest.raises(InputError, match="by class"):
        vote([1, 2, 3])  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8, np.float32, bool])
def test_counts_of_any_number_type(kind: type) -> None:
    counts = {"L1": kind(1), "L2": kind(1), "L3": kind(0)}
    assert vote(counts) == "L2"
    assert vote(pd.Series(counts)) == "L2"  # type: ignore[arg-type]
