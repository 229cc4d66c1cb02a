"""Does what looks better detect better? Rank correlation of contrast measures with AP: `contrast_and_ap.csv`."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from blastvote.contrast.measures import MEASURES
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.resampling import Array, bootstrap
from blastvote.evaluate.statistics.sampling import make_sampling

COLUMNS = ("measure", "between", "correlation", "ci_images_low", "ci_images_high", "n_images", "n_methods")
BETWEEN = ("methods", "images")


def contrast_and_ap(analysis: Analysis, contrast: pd.DataFrame, subset: str = "unseen") -> pd.DataFrame:
    """Return `contrast_and_ap.csv`: Spearman correlations of each measure with the images' AP.

    AP is Matterport's of one image at IoU 0.5, mean over seeds. Between methods: both are ranked among the methods of
    each image, so that hard images play no part. Between images: both are ranked among the images of each method.
    The correlation is that of all ranks less their group's mean.

    Parameters
    ----------
    analysis
        The study.
    contrast
        `contrast.csv`: image_id, method and the columns `MEASURES`.
    subset
        `unseen` or `test`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. The interval is a bootstrap over images (patients); the trainings are held fixed. Missing
        where a measure never varies.
    """
    ap, image_ids = _image_ap(analysis, subset)
    if not image_ids:
        return pd.DataFrame(columns=list(COLUMNS))
    study = analysis.study
    labels = [study.labels.get(name, "") for name in image_ids]
    sampling = make_sampling(study.unit_of(image_ids), labels)
    rows = []
    for measure in MEASURES:
        table = contrast.pivot_table(index="image_id", columns="method", values=measure, dropna=False)
        values = table.reindex(index=image_ids, columns=list(study.methods)).to_numpy(dtype=np.float64)
        both = np.stack([values, ap])
        # A method that left the image as it was has no PSNR, and an image without cells no AP.
        both[:, ~np.isfinite(both).all(axis=0)] = np.nan
        drawn = bootstrap(
            lambda weights, both=both: np.stack([correlation(both, weights, way) for way in BETWEEN]),  # type: ignore[misc]
            sampling,
            analysis.settings.bootstrap,
        )
        for place, way in enumerate(BETWEEN):
            interval = (drawn.low[place], drawn.high[place])
            rows.append((measure, way, drawn.estimate[place], *interval, len(image_ids), len(study.methods)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _image_ap(analysis: Analysis, subset: str) -> tuple[Array, list[str]]:
    """Return the AP of each image and method, (N, K), mean over seeds, and the ids of the images."""
    pooled, study = analysis.detections(subset), analysis.study
    image_ids = next(iter(pooled.values())).images["image_id"].astype(str).tolist()
    ap = [
        np.mean([pooled[name, seed].images["ap_matterport"].to_numpy() for seed in study.seeds], axis=0)
        for name in study.methods
    ]
    return np.stack(ap, axis=1), image_ids


def correlation(both: Array, weights: NDArray[np.int64], between: str) -> Array:
    """Return the pooled rank correlation for every weighting of the images.

    Parameters
    ----------
    both : ndarray, (2, N, K)
        Measure and AP of N images after K methods; NaN in both where one is unknown.
    weights : ndarray, (B, N) int64
    between
        `methods` (ranks within an image) or `images` (ranks within a method; made once, of all images).

    Returns
    -------
    ndarray, (B,)
        NaN where one of the two never varies.
    """
    axis = 1 if between == "methods" else 0
    ranks = stats.rankdata(both, axis=axis + 1, nan_policy="omit")
    ranks = np.where(np.isnan(both), np.nan, ranks)
    known = np.isfinite(ranks[0]).astype(np.float64)
    if axis:
        number = known.sum(axis=1, keepdims=True)
        centred = ranks - np.nansum(ranks, axis=2, keepdims=True) / np.maximum(number, 1)
        x, y = np.nan_to_num(centred)
        sums = [weights @ part.sum(axis=1) for part in (x * y, x * x, y * y)]
    else:
        x, y = np.nan_to_num(ranks)
        # Sums over the drawn images of each method, and their centring.
        n, sx, sy, sxy, sxx, syy = (weights @ part for part in (known, x, y, x * y, x * x, y * y))
        n = np.maximum(n, 1)
        sums = [
            (total - one * other / n).sum(axis=1)
            for total, one, other in ((sxy, sx, sy), (sxx, sx, sx), (syy, sy, sy))
        ]
    spread = np.sqrt(np.maximum(sums[1], 0) * np.maximum(sums[2], 0))
    return np.divide(sums[0], spread, out=np.full(len(weights), np.nan), where=spread > 1e-9)
