"""CPU seconds and memory of planning (`snakemake -n`): ``python -m benchmarks.study.planning 301 3010 --seeds 1``.

The photographs are tiny files. Up to 600 of them a dry run looks at, beyond that at their headers alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from blastvote.io import write_image

ROOT = Path(__file__).resolve().parents[2]


def make_study(folder: Path, images: int, seeds: int, side: int = 64) -> Path:
    """Write square photographs of `side` pixels, annotations, labels and a configuration; return the configuration."""
    (folder / "smears").mkdir()
    rng = np.random.default_rng(0)
    shape = {"name": "circle", "cx": side // 2, "cy": side // 2, "r": side // 3}
    entries, rows = {}, []
    for number in range(images):
        name = f"cell_{number:05d}.png"
        write_image(folder / "smears" / name, rng.integers(0, 255, (side, side, 3)).astype(np.uint8))
        label = f"L{number % 3 + 1}"
        regions = [{"shape_attributes": shape, "region_attributes": {"class": label}}]
        entries[name] = {"filename": name, "size": -1, "regions": regions}
        rows.append(f"{name},{label},p{number}")
    (folder / "via.json").write_text(json.dumps(entries), encoding="utf-8")
    (folder / "labels.csv").write_text("\n".join(["image_id,label,patient_id", *rows]), encoding="utf-8")
    config = {
        "dataset": {"source": "local", "images": "smears", "annotations": "via.json", "labels": "labels.csv"},
        "seeds": list(range(1, seeds + 1)),
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder / "config.json"


def plan(folder: Path, config: Path) -> tuple[float, float]:
    """Run ``snakemake -n``; return its CPU seconds and its peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        *(sys.executable, "-m", "snakemake", "-n", "--quiet", "all", "--cores", "2", "--scheduler", "greedy"),
        *("--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), "--configfile", str(config)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, after.ru_maxrss / 1024


def main() -> None:
    """Print one line per number of images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "images", type=int, nargs="+", help="in increasing order: the memory is the most so far"
    )
    parser.add_argument("--seeds", type=int, default=1, help="5 methods: 25 seeds are 125 trainings")
    options = parser.parse_args()
    for images in options.images:
        with tempfile.TemporaryDirectory() as folder:
            cpu, memory = plan(Path(folder), make_study(Path(folder), images, options.seeds))
        print(f"{images} images, {5 * options.seeds} trainings: {cpu:.1f} CPU s, {memory:.0f} MB")


if __name__ == "__main__":
    main()
