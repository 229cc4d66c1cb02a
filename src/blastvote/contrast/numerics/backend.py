"""The one place that chooses between numba and NumPy for the heavy loops.

``grid.stencil`` (the grid operations of `grid.multigrid`), ``pixels`` (the full-size steps of EFF and LIME), ``hsv``
(that of DHECI) and ``measures`` (the loops of `blastvote.contrast.measures`) exist twice, with the same functions:
``*_numba`` compiled, ``*_numpy`` for machines without numba and for images too small for its import.
"""

from __future__ import annotations

import importlib
from types import ModuleType

SOLVERS = ("auto", "numba", "numpy", "exact")
"""``auto`` is numba if it can be imported, else NumPy; ``exact`` too, with the direct solver of `illumination`."""


def load(name: str, solver: str = "auto") -> ModuleType:
    """Import a part (``grid.stencil``, ``pixels``, ``hsv``, ``measures``) as `solver`, one of `SOLVERS`, wants it.

    Raises
    ------
    ImportError
        If ``numba`` is asked for and is not there.
    """
    if solver != "numpy":
        try:
            return importlib.import_module(f"{__package__}.{name}_numba")
        except ImportError:
            if solver == "numba":
                raise
    return importlib.import_module(f"{__package__}.{name}_numpy")
