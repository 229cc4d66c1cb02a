"""Between which values a metric lies."""

import numpy as np

RANGES = {"mcc": (-1.0, 1.0), "n_images": (-np.inf, np.inf), "n_undetected": (-np.inf, np.inf)}
"""Those of the metrics that are not fractions; distances (`boundary_`) have no largest."""


def range_of(metric: str) -> tuple[float, float]:
    """Return the least and the largest value of a metric."""
    return (0.0, np.inf) if metric.startswith("boundary_") else RANGES.get(metric, (0.0, 1.0))
