"""Draw the contrast methods side by side on real smears, at full size and in a crop, with what each did.

    python benchmarks/contrast/pictures.py FOLDER_WITH_JPEGS... --out docs/images/contrast_real.jpg

Prints the record of every image and method as CSV.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blastvote.contrast import enhance_and_describe

METHODS: list[tuple[str, str, dict[str, Any]]] = [
    ("none", "none", {}),
    ("HE", "he", {}),
    ("HE rgb (port)", "he", {"mode": "rgb"}),
    ("DHE wadud2007", "dhe", {}),
    ("DHE nakai2013 (port)", "dhe", {"variant": "nakai2013"}),
    ("CLAHE", "clahe", {}),
    ("EFF original", "eff", {}),
    ("EFF opencv_port", "eff", {"mode": "opencv_port"}),
]
COLUMNS = ["function", "k", "bad_share", "mean_abs_change", "changed_share", "clipped_share", "unchanged"]


def tile(image: np.ndarray, crop: tuple[int, int, int] | None, width: int, title: str) -> np.ndarray:
    """Return the whole image, or a square (y, x, side) of it, `width` pixels wide with a title bar."""
    if crop:
        y, x, side = crop
        image = image[y : y + side, x : x + side]
    height = round(width * image.shape[0] / image.shape[1])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    bar = np.full((22, width, 3), 255, np.uint8)
    cv2.putText(bar, title, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 0, 0), 1, cv2.LINE_AA)
    return np.pad(np.concatenate([bar, small]), ((0, 3), (0, 3), (0, 0)), constant_values=255)


def panel(path: Path, crop: tuple[int, int, int] | None, width: int, columns: int) -> np.ndarray:
    """Return all methods on one image, in rows of `columns`, and print their records."""
    image = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    tiles = []
    for title, method, params in METHODS:
        result, record = enhance_and_describe(image, method, **params)
        sys.stdout.write(",".join([path.name, title, *(str(record[c]) for c in COLUMNS)]) + "\n")
        note = f"{title}: {record['mean_abs_change']:.0f}" if method != "none" else f"{path.stem}: none"
        if method == "eff":
            note += f", k {record['k']:.2f}" if record["k"] else ", no k"
        tiles.append(tile(result, crop, width, note))
    rows = [np.concatenate(tiles[i : i + columns], axis=1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows)


def main() -> None:
    """Read the command line, draw and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", nargs="+", help="PATH or PATH:Y,X,SIDE for a crop")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--width", type=int, default=270)
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--quality", type=int, default=80)
    options = parser.parse_args()
    sys.stdout.write(",".join(["image", "method", *COLUMNS]) + "\n")
    panels = []
    for argument in options.images:
        path, _, crop = argument.partition(":")
        square = tuple(int(n) for n in crop.split(",")) if crop else None
        panels.append(panel(Path(path), square, options.width, options.columns))  # type: ignore[arg-type]
    sheet = cv2.cvtColor(np.concatenate(panels), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(options.out), sheet, [cv2.IMWRITE_JPEG_QUALITY, options.quality])


if __name__ == "__main__":
    main()
