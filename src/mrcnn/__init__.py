"""Mask R-CNN on Keras 3 / TensorFlow 2, faithful to Matterport."""
