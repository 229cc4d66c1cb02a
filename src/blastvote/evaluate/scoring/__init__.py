"""One run against the truth: detections, true cells, matching, APs, cells and votes."""
