"""`blastvote predict` by TensorFlow and by ONNX Runtime, in turns: time, memory, and what differs in the results.

Each call is a process of its own; its CPU seconds, wall seconds and peak memory are the system's. "Cold" is the first
call with a model under ONNX Runtime, which makes its files with TensorFlow.

Usage: ``python benchmarks/starter/runtimes.py [--rounds 3] [--data ../shared/data]``
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from blastvote import rle

RUNTIMES = ("tensorflow", "onnx")


def predicted(images: Sequence[Path], runtime: str, out: Path, cache: Path) -> tuple[float, float, float]:
    """Predict in a new process; return its CPU seconds, wall seconds and peak memory in GB."""
    command = [sys.executable, "-m", "blastvote.cli", "predict", *map(str, images), "--out", str(out)]
    environment = {**os.environ, "MRCNN_CACHE": str(cache)}
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, "--runtime", runtime], env=environment, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(said.read().decode())
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 2**20


def records(out: Path) -> dict[str, dict[str, Any]]:
    """Return the records of a prediction by image id."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((out / "records").glob("*.json"))}


def differences(one: Path, other: Path) -> str:
    """Return how many photographs and cells two predictions have, and what differs."""
    first, second = records(one), records(other)
    unlike, score, chance, pixels, area, cells, confidence = [], 0.0, 0.0, 0, 0, 0, 0.0
    for name, record in first.items():
        twin = second[name]
        plain = [[(c["class"], c["box"]) for c in r["cells"]] for r in (record, twin)]
        if (plain[0], record["vote"]) != (plain[1], twin["vote"]):
            unlike.append(name)
            continue
        confidence = max(confidence, abs((record["confidence"] or 0) - (twin["confidence"] or 0)))
        for cell, same in zip(record["cells"], twin["cells"], strict=True):
            score = max(score, abs(cell["score"] - same["score"]))
            chance = max(chance, np.abs(np.subtract(cell["probabilities"], same["probabilities"])).max())
            masks = [rle.crop(c["rle"], tuple(c["box"])) for c in (cell, same)]
            pixels += int((masks[0] != masks[1]).sum())
            area += cell["area_px"]
            cells += 1
    return (
        f"{len(first)} photographs, {cells} cells; other cells, boxes, classes or votes in {unlike or 'none'}; scores "
        f"within {score:.0e}, probabilities {chance:.0e}, confidences {confidence:.0e}; {pixels} of {area} mask pixels "
        "differ"
    )


def main() -> None:
    """Measure in turns, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args()
    five = sorted((options.data / "peybey_all").glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        home, calls = Path(folder), 0

        def call(images: Sequence[Path], runtime: str, cache: str = "cache") -> tuple[float, float, float]:
            nonlocal calls
            calls += 1
            return predicted(images, runtime, home / f"{len(images)}_{runtime}_{calls}", home / cache)

        print("| photographs | runtime | CPU s | wall s | peak GB |\n|---|---|---|---|---|")
        measured = {("1, cold", "onnx"): [call(five[:1], "onnx", f"cold{k}") for k in range(options.rounds)]}
        call(five[:1], "onnx")
        for images in (five[:1], five):
            for _ in range(options.rounds):
                for runtime in RUNTIMES:
                    measured.setdefault((str(len(images)), runtime), []).append(call(images, runtime))
        for (what, runtime), values in measured.items():
            cpu, wall, memory = np.median(values, axis=0)
            spread = f"{min(v[0] for v in values):.1f} to {max(v[0] for v in values):.1f}"
            print(f"| {what} | {runtime} | {cpu:.1f} ({spread}) | {wall:.1f} | {memory:.2f} |", flush=True)
        fields = sorted((options.data / "bccd/JPEGImages").glob("*.jpg"))
        for images in (five, fields):
            outs = [home / f"compared_{len(images)}_{runtime}" for runtime in RUNTIMES]
            for runtime, out in zip(RUNTIMES, outs, strict=True):
                predicted(images, runtime, out, home / "cache")
            print(differences(*outs), flush=True)


if __name__ == "__main__":
    main()
