"""Plots of classes: the vote by method, confusion, calibration."""
