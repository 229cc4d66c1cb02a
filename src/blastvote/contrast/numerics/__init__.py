"""Solvers and pixel arithmetic of the methods, with numba or NumPy alone."""
