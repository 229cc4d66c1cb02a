"""Made-up results in the form of the project's tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

FIVE = ["none", "he", "dhe", "clahe", "eff"]
TWELVE = [
    *FIVE,
    "clahe_clip4",
    "eff_opencv_port_k3",
    "dhe_nakai2013_alpha_0.5",
    "gamma_0.8",
    "retinex multi-scale with a long name",
    "he_luminance",
    "homomorphic",
]
CLASSES = [
    "neutrophil (segmented)",
    "lymphocyte",
    "monocyte",
    "eosinophil granulocyte",
    "basophil",
    "smudge cell",
]
PAPER_MAP = {"none": 0.8196, "he": 0.6059, "dhe": 0.7582, "clahe": 0.7853, "eff": 0.8365}


class Made:
    """Tables with made-up numbers, the same every time."""

    five, twelve, classes = FIVE, TWELVE, CLASSES

    def __init__(self) -> None:
        self.rng = np.random.default_rng(20221)

    def table1(self, methods: Sequence[str], splits: Sequence[str] = ("test",)) -> pd.DataFrame:
        rows = []
        for split in splits:
            for method in methods:
                row = {"method": method, "split": split, "n_images": 60, "n_cells": 412}
                for metric, drop in (("ap50_matterport", 0), ("ap50", 0.02), ("ap75", 0.2), ("ap", 0.3)):
                    value = self.rng.uniform(0.65, 0.9) - drop
                    row |= {
                        metric: value,
                        f"{metric}_ci_low": value - 0.06,
                        f"{metric}_ci_high": value + 0.05,
                    }
                rows.append(row | {"paper": PAPER_MAP.get(method, np.nan)})
        return pd.DataFrame(rows)

    def table2(self, methods: Sequence[str], subsets: Sequence[str] = ("test",)) -> pd.DataFrame:
        rows = []
        for convention in ("paper", "strict"):
            for subset in subsets:
                for method in methods:
                    row = {"method": method, "convention": convention, "subset": subset}
                    row |= {"n_images": 301, "n_undetected": int(self.rng.integers(0, 14))}
                    for metric in ("accuracy", "precision", "sensitivity"):
                        value = self.rng.uniform(0.7, 0.9)
                        row |= {
                            metric: value,
                            f"{metric}_ci_low": value - 0.05,
                            f"{metric}_ci_high": value + 0.04,
                        }
                        row[f"paper_{metric}"] = 0.8 if method in FIVE else np.nan
                    rows.append(row)
        return pd.DataFrame(rows)

    def table3(self, names: Sequence[str]) -> pd.DataFrame:
        k = len(names)
        counts = self.rng.integers(0, 6, (k, k)) + np.diag(self.rng.integers(20, 80, k))
        table = pd.DataFrame(counts, columns=list(names))
        table.insert(0, "actual", list(names))
        table["FN"] = counts.sum(1) - counts.diagonal()
        table["undetected"] = self.rng.integers(0, 5, k)
        wrong = dict(zip(names, counts.sum(0) - counts.diagonal(), strict=True))
        return pd.concat([table, pd.DataFrame([{"actual": "FP", **wrong}])], ignore_index=True)

    def history(self, methods: Sequence[str], seeds: int = 2, epochs: int = 8) -> pd.DataFrame:
        epoch = np.arange(1, epochs + 1)
        return pd.concat(
            pd.DataFrame(
                {
                    "method": method,
                    "seed": seed,
                    "fold": 0,
                    "epoch": epoch,
                    "loss": 3 * np.exp(-epoch / 4) + self.rng.normal(0.5, 0.05, epochs),
                    "val_loss": 3 * np.exp(-epoch / 4) + self.rng.normal(0.8, 0.05, epochs),
                    "val_ap50_matterport": 0.9 * (1 - np.exp(-epoch / 3)),
                    "improved": (epoch <= epochs - 2).astype(int),
                }
            )
            for method in methods
            for seed in range(seeds)
        )

    def sweep(self, methods: Sequence[str]) -> pd.DataFrame:
        threshold = np.linspace(0.05, 0.99, 12)
        lost = np.maximum(0, threshold - 0.6)
        columns = {
            "min_confidence": threshold,
            "accuracy": 0.9 - 0.5 * lost,
            "sensitivity_strict": 0.88 - 0.6 * lost,
            "undetected_share": 0.5 * lost,
            "n_images": 301,
        }
        return pd.concat(pd.DataFrame({"method": method, **columns}) for method in methods)

    def comparisons(self, methods: Sequence[str]) -> pd.DataFrame:
        rows = []
        for metric in ("ap50_matterport", "ap50", "accuracy", "sensitivity"):
            for method in methods[1:]:
                d = self.rng.normal(0, 0.05)
                p = 0.01 if abs(d) > 0.05 else 0.4
                row = {"method_a": method, "method_b": methods[0], "metric": metric, "difference": d}
                rows.append(
                    row
                    | {"ci_low": d - 0.05, "ci_high": d + 0.06, "p_value": p, "p_adjusted": p, "n_images": 60}
                )
        return pd.DataFrame(rows)

    def contrast(self, methods: Sequence[str], images: int = 20) -> pd.DataFrame:
        rows = []
        for method in methods:
            for i in range(images):
                idle = method == "none" or (method == "eff" and i < 8)
                row = {"image_id": f"i{i}", "method": method, "clipped_share": 0.001 * i, "k": np.nan}
                row |= {"mean_abs_change": 0.0 if idle else 5.0 + i, "bad_share": np.nan}
                if method == "eff":
                    row |= {"k": np.nan if idle else 2 + 0.1 * i, "bad_share": 0.0 if idle else 0.002 * i}
                rows.append(row)
        return pd.DataFrame(rows)

    def curves(self, methods: Sequence[str], classes: Sequence[str]) -> pd.DataFrame:
        recall = np.linspace(0, 1, 21)
        return pd.concat(
            pd.DataFrame(
                {
                    "method": m,
                    "class": c,
                    "recall": recall,
                    "precision": 1 - recall**3,
                    "iou": 0.5,
                    "n_cells": 90,
                }
            )
            for m in methods
            for c in classes
        )

    def calibration(self, methods: Sequence[str]) -> pd.DataFrame:
        score = np.arange(0.05, 1, 0.1)
        columns = {"mean_score": score, "share_correct": score**1.5, "n": 1200, "ece": 0.053}
        return pd.concat(pd.DataFrame({"method": method, **columns}) for method in methods)

    def by_run(self, methods: Sequence[str], seeds: int = 3) -> pd.DataFrame:
        names = ("ap50_matterport", "ap50", "ap", "accuracy", "precision", "sensitivity")
        return pd.DataFrame(
            {"method": m, "seed": s, "fold": 0, **{name: self.rng.normal(0.8, 0.02) for name in names}}
            for m in methods
            for s in range(seeds)
        )

    def manifest(self, classes: Sequence[str], images: int = 12) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "image_id": f"{place}_{i:03d}",
                "label": name,
                "n_cells": int(self.rng.poisson(9)) + 1,
                "width": 2592 if i % 4 else 1280,
                "height": 1944 if i % 4 else 960,
                "patient_id": f"p{i}",
            }
            for place, name in enumerate(classes)
            for i in range(images)
        )

    def splits(self, manifest: pd.DataFrame) -> pd.DataFrame:
        ids = manifest["image_id"]
        parts = [
            ("test", ids, "none"),
            ("train", ids[::3], "none"),
            ("train", ids[::3], "both"),
            ("val", ids[1::6], "none"),
        ]
        return pd.concat(
            pd.DataFrame({"image_id": part, "fold": 0, "role": role, "flip": flip})
            for role, part, flip in parts
        )

    def cells_image(self, size: tuple[int, int] = (120, 160), n: int = 3) -> tuple[np.ndarray, np.ndarray]:
        """Return an image (H, W, 3) and the masks (H, W, n) of discs in a row."""
        image = np.full((*size, 3), 200, np.uint8)
        y, x = np.mgrid[: size[0], : size[1]]
        centres = [((i + 0.5) * size[1] / n, size[0] / 2) for i in range(n)]
        masks = np.stack([(x - cx) ** 2 + (y - cy) ** 2 < (size[1] / n / 3) ** 2 for cx, cy in centres], -1)
        image[masks.any(-1)] = (120, 60, 160)
        return image, masks
