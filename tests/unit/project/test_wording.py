"""Lists and nearest names in messages."""

from blastvote.wording import listed, suggest


def test_suggestions():
    assert suggest("cel", ["cell", "nucleus"]) == " Did you mean 'cell'?"
    assert suggest("l1", ["L1", "L2"]) == " Did you mean 'L1'?"
    assert suggest("qqq", ["L1"]) == ""


def test_lists_say_how_many_more_there_are():
    assert listed("abc") == "a, b, c"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
