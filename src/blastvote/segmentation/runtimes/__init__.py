"""What runs the networks of a model when it predicts."""
