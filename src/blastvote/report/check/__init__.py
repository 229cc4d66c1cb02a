"""The check's report: a page with every image and its outlines, and the same as tables."""
