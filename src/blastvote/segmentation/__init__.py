"""From enhanced images to detections: the bridge between the data set and `mrcnn`."""
