"""Detections that another tool made, or ours handed on: where they lie, how they are read, checked and written."""
