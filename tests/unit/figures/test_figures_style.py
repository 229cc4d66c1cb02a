import hashlib
import itertools
import math

import cv2
import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from blastvote.figures import empty_figure, map_by_method, save_figure
from blastvote.figures.palette import METHOD_COLOURS, class_colours, rgb
from blastvote.figures.style import method_styles, require
from blastvote.figures.words import count_text, shorten, wrap

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as it is seen with the deficiency.
SEEN = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def lab(colour: str, matrix: list | None = None) -> np.ndarray:
    srgb = np.array(rgb(colour)) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    if matrix is not None:
        linear = np.clip(np.array(matrix) @ linear, 0, 1)
    back = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(back.astype(np.float32).reshape(1, 1, 3), cv2.COLOR_RGB2LAB).ravel()


@pytest.mark.parametrize("kind", [None, *SEEN])
def test_the_first_eight_method_colours_stay_apart_for_colour_blind_eyes(kind):
    seen = [lab(colour, SEEN.get(kind)) for colour in METHOD_COLOURS[:8]]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 10  # just noticeable is about 2.3


def test_all_method_colours_differ_and_show_on_white():
    assert len(set(METHOD_COLOURS)) == 12
    assert all(lab(colour)[0] < 82 for colour in METHOD_COLOURS)


def test_a_method_keeps_its_look_whichever_methods_are_shown(made):
    every = method_styles(made.twelve, made.twelve)
    some = method_styles(["eff", "none"], made.twelve)
    assert list(some) == ["none", "eff"]  # the order of the config, not of the data
    assert some == {name: every[name] for name in some}
    looks = {(style.colour, style.marker) for style in method_styles(map(str, range(60))).values()}
    assert len(looks) == 60


def test_styles_skip_missing_methods_and_take_labels():
    styles = method_styles(["eff", np.nan, "mine"], ["none", "eff"], {"mine": "My method"})
    assert [style.label for style in styles.values()] == ["EFF", "My method"]
    assert method_styles([]) == {}


def test_class_colours_follow_the_order_of_the_config():
    assert class_colours(["L1", "L2"])["L2"] == class_colours(["x", "L2", "y"])["L2"]
    assert len(set(class_colours([f"c{i}" for i in range(8)]).values())) == 8


@pytest.mark.parametrize(
    ("text", "width", "lines", "expected"),
    [
        ("short", 10, 2, "short"),
        ("eff_opencv_port", 9, 3, "eff_\nopencv_\nport"),
        ("two words here", 9, 2, "two words\nhere"),
        ("one two three four five", 8, 2, "one two\nthree…"),
        ("abcdefghij", 4, 3, "abcd\nefgh\nij"),
        ("", 4, 2, ""),
    ],
)
def test_wrap(text, width, lines, expected):
    wrapped = wrap(text, width, lines)
    assert wrapped == expected
    assert all(len(line) <= width for line in wrapped.split("\n"))
    assert wrapped.count("\n") < lines


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([301, 301], "n = 301 images"),
        ([60, 1301], "n = 60–1,301 images"),
        ([1], "n = 1 image"),
        ([np.nan], ""),
        ([], ""),
    ],
)
def test_count_text(values, expected):
    assert count_text(values, "images") == expected


def test_require_names_what_is_missing():
    with pytest.raises(ValueError, match=r"table 9: column b is missing; there are a\."):
        require(pd.DataFrame({"a": [1]}), ["a", "b"], "table 9")


def test_an_empty_figure_says_why(texts):
    said = " ".join(texts(empty_figure("Title", "No image was evaluated."))).replace("\n", " ")
    assert "Title" in said
    assert "No image was evaluated." in said


def test_saving_twice_gives_the_same_bytes_and_no_date(made, tmp_path):
    def digests(fig: Figure, stem) -> list[str]:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in save_figure(fig, stem)]

    table = made.table1(made.five)
    fig = map_by_method(table, made.five)
    first = digests(fig, tmp_path / "new" / "table1.v2")
    assert (tmp_path / "new" / "table1.v2.svg").is_file()  # the dot in the stem is no suffix
    assert digests(fig, tmp_path / "again") == first
    assert digests(map_by_method(table, made.five), tmp_path / "rebuilt") == first
    names = [path.name for path in (tmp_path / "new").iterdir()]
    assert sorted(names) == ["table1.v2.pdf", "table1.v2.png", "table1.v2.svg"]
    assert b"/FontFile2" in (tmp_path / "new/table1.v2.pdf").read_bytes()  # its font is in it
    assert b"<dc:date>" not in (tmp_path / "again.svg").read_bytes()


def test_a_failed_save_leaves_nothing(tmp_path, monkeypatch):
    fig = empty_figure("Title", "reason")
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_figure(fig, tmp_path / "figure")
    assert list(tmp_path.iterdir()) == []


def test_building_and_saving_leave_the_settings_of_matplotlib_alone(made, tmp_path):
    before = dict(matplotlib.rcParams)
    save_figure(map_by_method(made.table1(["none"])), tmp_path / "f")
    assert dict(matplotlib.rcParams) == before


def test_the_png_has_the_size_it_promises(tmp_path):
    fig = empty_figure("Title", "reason")
    _, png, _ = save_figure(fig, tmp_path / "f")
    height, width = cv2.imread(str(png)).shape[:2]
    assert (width, height) == (700, 320)
    assert math.isclose(fig.get_figwidth() * 200, width)


def test_counts_keep_the_fractions_of_means():
    assert count_text([0.2, 0.4], "undetected") == "n = 0.2–0.4 undetected"
    assert count_text([1 / 3, 2.0], "undetected") == "n = 0.3–2 undetected"
    assert count_text([1, 1.0], "images") == "n = 1 image"
    assert count_text([1234, 301], "images") == "n = 301–1,234 images"


def test_variants_stay_apart_when_their_names_are_cut():
    assert shorten("clahe", 14) == "clahe"
    cut = [shorten(f"dhe_nakai2013_alpha_0.{digit}", 14) for digit in (5, 8)]
    assert cut[0] != cut[1]
    assert all(len(text) == 14 and "…" in text for text in cut)
