"""Classes of cells: unknown and missing ones, and aliases."""

import pytest

from blastvote.dataset.source.collect import collect, precheck
from blastvote.errors import InputError

from ..conftest import CLASSES, disc


def test_unknown_class_names_file_cell_value_and_remedy(three, rule):
    three.entries["b.png"]["regions"].append(disc(50, 30, 5, "l2"))
    with pytest.raises(InputError) as error:
        precheck(three.source(), CLASSES, rule)
    message = str(error.value)
    remedy = "dataset.class_aliases: {'l2'"
    for part in ("via.json", "'l2' (1 cells)", "cell 2 of b.png", "Did you mean 'L2'?", remedy):
        assert part in message, message


def test_aliases_translate_and_leave_out(three, rule):
    three.entries["b.png"]["regions"] += [disc(50, 30, 5, "L2b"), disc(50, 10, 4, "debris")]
    found = collect(three.source(class_aliases={"L2b": "L2", "debris": ""}), CLASSES, rule)
    assert [c.class_name for c in found.annotations["b"].cells] == ["L2", "L1", "L2"]
    assert any("1 cells of class 'debris' were left out" in note for note in found.notes)
    with pytest.raises(InputError, match=r"class_aliases' maps 'x' to 'L22'.*Did you mean 'L2'"):
        three.source(class_aliases={"x": "L22"})


def test_missing_class(three, rule):
    three.entries["a.png"]["regions"].append(disc(50, 30, 5, None))
    with pytest.raises(InputError, match=r"1 cells have no class; the first is cell 2 of a\.png"):
        precheck(three.source(), CLASSES, rule)
    found = collect(three.source(class_aliases={"": "L2"}), CLASSES, rule)
    assert found.annotations["a"].cells[2].class_name == "L2"
