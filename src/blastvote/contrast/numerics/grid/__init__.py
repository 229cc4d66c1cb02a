"""The multigrid solver of the illumination map and its grid operations."""
