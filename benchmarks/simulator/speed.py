"""Measure how fast smears are simulated: images a second on one core, with and without writing files.

Usage: ``python benchmarks/simulator/speed.py [--size 640 480] [--pixel-size 0.18] [--images 30]``
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable

import cv2

from blastvote.simulate import SimulationSettings, image_ids, simulate_id, write_image_files


def measure(work: Callable[[], object], count: int) -> tuple[float, float]:
    """Return images a second of wall time and CPU seconds an image."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return count / (time.perf_counter() - wall), (time.process_time() - cpu) / count


def main() -> None:
    """Run the benchmark and print a line for each case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", nargs=2, type=int, default=(640, 480), metavar=("W", "H"))
    parser.add_argument("--pixel-size", type=float, default=0.18, help="micrometres")
    parser.add_argument("--images", type=int, default=30, help="number of images, rounded up to threes")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    settings = SimulationSettings(
        width=args.size[0],
        height=args.size[1],
        pixel_size_um=args.pixel_size,
        images_per_class=-(-args.images // 3),
    )
    ids = image_ids(settings)
    simulate_id(ids[0], settings)  # the first call loads libraries
    rate, cpu = measure(lambda: [simulate_id(i, settings) for i in ids], len(ids))
    print(f"simulate        {rate:5.1f} images/s, {cpu:.3f} CPU s an image")
    with tempfile.TemporaryDirectory() as folder:
        rate, cpu = measure(lambda: write_image_files(folder, settings, ids), len(ids))
    print(f"simulate, write {rate:5.1f} images/s, {cpu:.3f} CPU s an image")


if __name__ == "__main__":
    main()
