"""From enhanced images to detections: the bridge between the data set and `mrcnn`."""

import os

# TensorFlow's C++ notes would drown the progress of a training; what fails still raises in Python.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's convolutions are a quarter faster here; TensorFlow turns them on by itself on newer processors only.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
