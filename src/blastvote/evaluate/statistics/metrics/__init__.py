"""The scores of pooled runs, for any weighting of the images."""
