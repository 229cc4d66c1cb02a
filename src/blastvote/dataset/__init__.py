"""The data set: images and their true cells from any source, checks, splits, flips and leakage."""
