"""From enhanced images to detections: the bridge between the data set and `mrcnn`."""

import os

# TensorFlow's C++ notes on start-up would drown the progress of a training; errors are still shown.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
