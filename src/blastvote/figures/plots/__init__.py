"""Plots of tables."""
