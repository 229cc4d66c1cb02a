"""The methods against the outputs of their sources, on one synthetic image."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from blastvote.contrast import describe, enhance
from blastvote.contrast.methods.eff import enhance_original
from blastvote.contrast.methods.eff_port import enhance_port

GOLDEN = Path(__file__).parents[2] / "data" / "golden" / "contrast"
K_ORIGINAL, K_PORT = 3.8723507956776446, 3.5453491297555337
DEFAULTS = {"mu": 0.5, "lam": 0.5, "sigma": 5, "a": -0.3293, "b": 1.1258, "k": None}


def read(name: str) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(GOLDEN / f"{name}.png")), cv2.COLOR_BGR2RGB)


def difference(result: np.ndarray, reference: str) -> tuple[int, float]:
    distance = np.abs(result.astype(int) - read(reference))
    return int(distance.max()), float((distance > 0).mean())


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return read("syn320a")


@pytest.mark.parametrize(
    ("method", "params", "reference"),
    [
        ("dhe", {"variant": "nakai2013"}, "syn320a.dhe_port"),
        ("dhe", {"x": 0}, "syn320a.dhe_classic_x0"),
        ("dhe", {"x": 1}, "syn320a.dhe_classic_x1"),
        ("dhe", {"x": 2}, "syn320a.dhe_classic_x2"),
        ("he", {"mode": "rgb"}, "syn320a.he_port"),
    ],
)
def test_histogram_methods_are_identical_to_their_sources(image, method, params, reference):
    assert difference(enhance(image, method, **params), reference) == (0, 0.0)


@pytest.mark.parametrize(
    ("mode", "reference", "k", "share"),
    [
        ("original", "syn320a.eff_matlab_direct", K_ORIGINAL, 0.005),
        ("opencv_port", "syn320a.eff_port", K_PORT, 0.002),
    ],
)
def test_eff_is_within_one_level(image, mode, reference, k, share):
    most, differing = difference(enhance(image, "eff", mode=mode), reference)
    assert most <= 1
    assert differing <= share
    assert describe(image, "eff", mode=mode)["k"] == pytest.approx(k, abs=1e-9)


@pytest.mark.parametrize(
    ("enhancer", "reference", "k"),
    [(enhance_original, "syn320a.eff_matlab_direct", K_ORIGINAL), (enhance_port, "syn320a.eff_port", K_PORT)],
)
def test_eff_with_an_exact_solver_is_identical(image, enhancer, reference, k):
    result, details = enhancer(image, **DEFAULTS, solver="exact")
    assert details["k"] == pytest.approx(k, abs=1e-12)
    assert difference(result, reference) == (0, 0.0)
