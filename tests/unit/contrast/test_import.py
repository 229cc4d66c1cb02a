"""What importing costs, and the compiler's cache."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from blastvote.contrast import enhance
from blastvote.contrast.numerics import backend
from blastvote.contrast.numerics.compiled import compiled

HEAVY = ("tensorflow", "keras", "numba", "scipy", "jsonschema", "PIL", "matplotlib", "pandas")


def test_importing_loads_nothing_heavy_and_a_plain_method_of_a_small_image_needs_nothing_more():
    code = (
        "import sys, numpy, blastvote.contrast as c; c.describe(numpy.zeros((512, 1024, 3), 'uint8'), 'clahe'); "
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_eff_without_numba_gives_the_same_within_a_level(monkeypatch):
    image = np.random.default_rng(0).integers(20, 120, (40, 60, 3), np.uint8)
    expected = enhance(image, "eff", k=3.0)
    monkeypatch.setitem(sys.modules, "blastvote.contrast.numerics.grid.stencil_numba", None)
    monkeypatch.setitem(sys.modules, "blastvote.contrast.numerics.pixels_numba", None)
    assert backend.load("pixels", "auto").__name__.endswith("pixels_numpy")
    assert np.abs(enhance(image, "eff", k=3.0).astype(int) - expected).max() <= 1
    with pytest.raises(ImportError):
        backend.load("pixels", "numba")


def test_a_function_is_compiled_without_a_cache_where_nothing_can_be_written(monkeypatch):
    genuine = numba.njit

    def refuse(**options):
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function 'double': no locator available")
        return genuine(**options)

    monkeypatch.setattr(numba, "njit", refuse)

    @compiled()
    def double(x):
        return 2 * x

    assert double(21) == 42


@pytest.mark.slow
def test_code_from_the_cache_gives_the_bits_of_code_just_compiled(tmp_path):
    """Functions that LLVM inlined differed: which copy ran, and so the order of sums, hung on the cache."""
    code = (
        "import hashlib, numpy as np; from blastvote.contrast.numerics.illumination import smooth; "
        "plane = np.random.default_rng(0).random((301, 203), np.float32); "
        "print(hashlib.sha256(smooth(plane).tobytes()).hexdigest())"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    results = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert results[0].stdout == results[1].stdout


@pytest.mark.slow
def test_processes_that_start_together_share_one_cache(tmp_path):
    code = (
        "import numpy as np; from blastvote.contrast import enhance; "
        "print(int(enhance(np.arange(2700, dtype='uint8').reshape(30, 30, 3) // 3, 'eff', k=2.0).sum()))"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    results = {process.communicate()[0].strip() for process in running}
    assert all(process.returncode == 0 for process in running)
    assert len(results) == 1
    assert results != {""}
    assert list(tmp_path.rglob("*.nbi"))
