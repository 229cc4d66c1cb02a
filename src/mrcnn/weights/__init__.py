"""Weights files: where they come from, and how they are loaded by name."""
