"""One training of the study: samples, tiles, the run and its validation."""
