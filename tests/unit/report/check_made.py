"""A small data set with findings of several kinds, checked."""

import json
from functools import partial
from pathlib import Path

import numpy as np

from blastvote import io
from blastvote.dataset.check.checks import check_dataset
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.report.check.build import Checked
from blastvote.report.check.gallery import Gallery
from blastvote.vote import vote

CLASSES = ["L1", "L2", "L3"]
NASTY = "<img src=x onerror=alert(1)>\"&'<script>"
"""A patient and a photograph are called so."""
CENTRES = [(50, 60), (160, 40), (80, 150)]


def smear(seed: int, light: float = 1.0) -> np.ndarray:
    """Return a photograph with dark cells at `CENTRES`, ``uint8 (200, 240, 3)``."""
    rng = np.random.default_rng(seed)
    image = np.kron(rng.integers(170, 250, (10, 12, 3)), np.ones((20, 20, 1)))
    y, x = np.mgrid[:200, :240] + 0.5
    for cx, cy in CENTRES:
        image[(x - cx) ** 2 + (y - cy) ** 2 < 22**2] = (110, 60, 140)
    return np.clip(image * light + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def write(folder: Path, count: int = 6, photograph: str = "last") -> dict:
    """Write photographs, one of which was mirrored, one dim and one broken; return the section ``dataset``."""
    shapes = [{"name": "circle", "cx": x, "cy": y, "r": 22} for x, y in CENTRES]
    names = [f"a{n}.png" for n in range(count)] + [
        "mirrored.png",
        "dim.png",
        "broken.png",
        f"{photograph}.png",
    ]
    for seed, name in enumerate(names):
        image = smear(seed, 0.15 if name == "dim.png" else 1.0)
        io.write_image(folder / "photos" / name, image[:, ::-1] if name == "mirrored.png" else image)
    (folder / "photos/broken.png").write_bytes(b"no image")
    entries = {}
    for n, name in enumerate(names):
        label = {"region_attributes": {"class": CLASSES[n % 3]}}
        tiny = [{"name": "circle", "cx": 200, "cy": 180, "r": 1}] if n == 0 else []
        regions = [{"shape_attributes": shape} | label for shape in shapes + tiny]
        entries[name] = {"filename": name, "size": 1, "regions": regions, "file_attributes": {}}
    (folder / "via.json").write_text(json.dumps(entries), encoding="utf-8")
    patients = "\n".join(f'a{n},"{NASTY.replace(chr(34), chr(34) * 2)}"' for n in range(2))
    (folder / "labels.csv").write_text(f"image_id,patient_id\n{patients}\n", encoding="utf-8")
    return {
        "images": str(folder / "photos"),
        "annotations": str(folder / "via.json"),
        "labels": str(folder / "labels.csv"),
    }


def checked(folder: Path, count: int = 6, stop_on=(), threads: int = 1) -> Checked:
    """Write and check the data set."""
    rule = partial(vote, rule="pathologist")
    dataset = write(folder, count, NASTY)
    collection = collect(open_source(dataset, CLASSES), CLASSES, rule)
    gallery = Gallery(len(collection.images))
    report, facts = check_dataset(collection, CLASSES, rule, threads, stop_on, gallery.add)
    return Checked(report, facts, collection, CLASSES, gallery.pictures)
