"""numba's compiler with a cache that works in installed, read-only and shared places."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles a function at its first call and keeps the machine code on disk.

    numba writes beside the source if it can, else below the user's cache folder, or where ``NUMBA_CACHE_DIR``
    says; each file is replaced at once, so processes may start together. Where none of these can be written,
    as in a container without a home, the function is compiled anew in each process.
    """
    settings = {"error_model": "numpy", "nogil": True, **options}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        try:
            return numba.njit(cache=True, **settings)(function)
        except RuntimeError:  # "no locator available": there is no folder to write to
            return numba.njit(**settings)(function)

    return decorate
