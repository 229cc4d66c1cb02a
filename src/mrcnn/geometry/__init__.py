"""Anchors and boxes."""
