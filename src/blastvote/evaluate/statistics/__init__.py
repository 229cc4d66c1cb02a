"""The runs of a study together: scores, resampling, intervals."""
