"""A study whose reference differs from itself says so first."""

import pandas as pd

from blastvote.report.answer import certainty


def comparisons(verdict: str) -> pd.DataFrame:
    row = {
        "method_a": "eff",
        "method_b": "none",
        "metric": "ap",
        "verdict": "differs",
        "smallest_detectable": 0.02,
    }
    rows = pd.DataFrame([row, row | {"method_a": "none again", "verdict": verdict}])
    return rows.assign(n_seeds=8, n_images=100)


def test_the_warning_stands_first_and_only_where_it_must() -> None:
    first = certainty(comparisons("differs"), 0.95)[0]
    assert first.startswith("Warning: the reference")
    assert "(ap)" in first
    assert not any("Warning" in sentence for sentence in certainty(comparisons("cannot tell"), 0.95))
