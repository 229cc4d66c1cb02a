"""The registry, its schemas and the messages for mistakes."""

import re
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from blastvote.contrast import METHODS, enhance, find_methods, methods, validate_params
from blastvote.errors import InputError

IMAGE = np.full((6, 5, 3), 100, np.uint8)


def test_the_methods_of_the_study_and_the_extras_are_registered():
    assert {"none", "he", "dhe", "clahe", "eff", "gamma", "lime", "reinhard", "macenko"} <= set(METHODS)


def test_a_new_file_is_a_new_method(monkeypatch, tmp_path, repo_root: Path):
    """The example of docs/methods.md, dropped into a folder of methods, is there without another edit."""
    guide = (repo_root / "docs/methods.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", guide.partition("## Adding a method")[2], re.DOTALL)
    (tmp_path / "invert.py").write_text(example, encoding="utf-8")
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    try:
        find_methods()
        assert METHODS["invert"].summary == "Mix the image with its negative."
        assert (enhance(IMAGE, "invert", strength=1) == 155).all()
        assert enhance(IMAGE[..., 0], "invert").shape == (6, 5)
        with pytest.raises(InputError, match="strength"):
            validate_params("invert", {"strength": 2})
    finally:
        METHODS.pop("invert", None)
        sys.modules.pop(f"{methods.__name__}.invert", None)
    find_methods()  # the other files are not registered twice


@pytest.mark.parametrize("name", sorted(METHODS))
def test_schemas_are_valid_describe_everything_and_accept_their_defaults(name):
    schema = METHODS[name].params_schema
    jsonschema.Draft202012Validator.check_schema(schema)
    assert all(entry["description"] and "default" in entry for entry in schema["properties"].values())
    assert schema["additionalProperties"] is False
    assert validate_params(name, METHODS[name].defaults) == METHODS[name].defaults == validate_params(name)


@pytest.mark.parametrize(
    ("function", "params", "words"),
    [
        ("ef", {}, ["'ef'", "Did you mean 'eff'", "clahe"]),
        (3, {}, ["3", "known"]),
        ("eff", {"mod": "original"}, ["'mod'", "Did you mean 'mode'", "sigma"]),
        ("eff", {"mode": "opencv"}, ["'opencv'", "opencv_port", "original"]),
        ("eff", {"k": "automatic"}, ["k = 'automatic'", "'auto'"]),
        ("eff", {"k": 0}, ["k = 0", "above 0"]),
        ("eff", {"mu": float("nan")}, ["mu", "finite"]),
        ("eff", {"lam": 0.5, "lambda": 0.5}, ["one parameter"]),
        ("clahe", {"clip_limit": 0}, ["clip_limit", "above 0"]),
        ("clahe", {"tiles": 2.5}, ["tiles", "integer"]),
        ("none", {"strength": 1}, ["strength", "no parameters"]),
        ("dhe", {"variant": "nakai"}, ["nakai2013"]),
        ("he", "rgb", ["mapping"]),
        ("reinhard", {"mean": [float("nan"), 0, 0]}, ["mean", "finite"]),
        ("reinhard", {"std": [1e9, 1, 1]}, ["std", "128"]),
        ("macenko", {"concentrations": [1e9, 1]}, ["concentrations", "20"]),
    ],
)
def test_a_mistake_is_named_with_its_cure(function, params, words):
    with pytest.raises(InputError) as caught:
        validate_params(function, params)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_aliases_and_numpy_scalars_are_accepted():
    assert validate_params("eff", {"lambda": np.float32(0.25), "sigma": np.int64(7)})["lam"] == 0.25
    assert validate_params("eff", {"k": None})["k"] is None


@pytest.mark.parametrize(("name", "key"), [("eff", "sigma"), ("clahe", "tiles")])
@pytest.mark.parametrize("value", [4.0, np.float64(4), np.int16(4)])
def test_a_whole_number_may_be_written_as_a_float(name, key, value):
    """JSON schema takes 4.0 for an integer; OpenCV does not."""
    assert type(validate_params(name, {key: value})[key]) is int
    assert np.array_equal(enhance(IMAGE, name, **{key: value}), enhance(IMAGE, name, **{key: 4}))


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("clahe", "clip_limit", "this many times the mean"),
        ("dhe", "variant", "histogram of gradients"),
        ("eff", "mode", "most papers use (AndyHuang1995"),
        ("he", "mode", "as the widely used"),
    ],
)
def test_descriptions_that_go_over_lines_keep_their_blanks(name, key, words):
    assert words in METHODS[name].params_schema["properties"][key]["description"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("mode", ["original", "opencv_port"])
@pytest.mark.parametrize(("a", "b"), [(-5, -5), (5, -5), (-5, 5), (5, 5)])
@pytest.mark.parametrize("k", [1e-3, 100.0, "auto"])
def test_cameras_at_the_ends_of_their_range_do_not_overflow(mode, a, b, k):
    image = np.arange(300, dtype=np.uint8).reshape(10, 10, 3) // 2
    assert enhance(image, "eff", mode=mode, a=a, b=b, k=k).shape == image.shape


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ([[1, 2], [3, 4]], ["list", "read_image"]),
        (IMAGE.astype(float), ["float64", "uint8"]),
        (np.full((4, 4, 3), np.nan), ["float64", "48 NaN"]),
        (IMAGE.astype(np.uint16), ["uint16", "uint8"]),
        (np.zeros((4, 4, 4), np.uint8), ["(4, 4, 4)", "alpha"]),
        (np.zeros((2, 4, 4, 3), np.uint8), ["(2, 4, 4, 3)", "one image"]),
        (np.zeros((0, 4, 3), np.uint8), ["(0, 4, 3)", "no pixel"]),
        (np.zeros(7, np.uint8), ["(7,)", "RGB (H, W, 3)"]),
        (np.zeros((4, 5, 1), np.uint8), ["(4, 5, 1)", "image[..., 0]"]),
        (np.zeros((3, 40, 50), np.uint8), ["(3, 40, 50)", "np.moveaxis(image, 0, -1)"]),
        (np.zeros((4, 5, 2), np.uint8), ["(4, 5, 2)", "one channel or three"]),
        (np.zeros((4, 4), bool), ["bool", "image.astype(np.uint8) * 255"]),
    ],
)
def test_an_image_of_the_wrong_kind_is_refused(image, words):
    with pytest.raises(InputError) as caught:
        enhance(image, "none")
    assert all(word in str(caught.value) for word in words), str(caught.value)
