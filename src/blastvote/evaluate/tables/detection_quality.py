"""How good the masks are beside AP: `detection_quality.csv`."""

import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.study import SPLITS
from blastvote.evaluate.tables.paper_tables import LIMITS, interval_rows

COLUMNS = ("method", "split", "metric", "iou", "mean", *LIMITS, "sd_over_seeds", "n_seeds", "n_images")


def detection_quality(analysis: Analysis) -> pd.DataFrame:
    """Return `detection_quality.csv`: F1, panoptic quality and boundary distances of every method and split.

    Of the detections from the minimum confidence on.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`: one row a method, split, metric (`mask_quality.quality_metrics`) and least IoU of a match.
        Distances in micrometres have rows where a pixel size is known.
    """
    frames = []
    for split in SPLITS:
        n_images = len(next(iter(analysis.detections(split).values())).images)
        if not n_images:
            continue
        intervals = analysis.quality_intervals(split)
        frame = interval_rows(analysis.study, intervals, {"split": split}, list(intervals.metrics))
        frame[["metric", "iou"]] = frame["metric"].str.split(" ", expand=True)
        frame["iou"] = frame["iou"].astype(float)
        unknown = frame["metric"].str.endswith("_um") & frame["mean"].isna()
        frames.append(frame[~unknown].assign(n_images=n_images))
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))
    return frame[list(COLUMNS)]
