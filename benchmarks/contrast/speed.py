"""Time and peak memory of the contrast methods against other implementations, and cost against pixels.

    python benchmarks/contrast/speed.py [--peer-python PATH] [--plot docs/images/contrast_cost.png]
    [--skip-slow-peers]

Each row is a fresh process with one thread. Times are CPU seconds of the process, so that a busy machine
disturbs them less; with one thread they are what an idle machine's clock would show. The picture is made
here, the same each time.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 2592, 1944
HERE = Path(__file__).resolve().parent
THREADS = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

# name, method, parameters, peer, (width, height) the peer is run at; its time is scaled by the pixels
ROWS: list[tuple[str, str, dict[str, Any], str | None, tuple[int, int]]] = [
    ("none", "none", {}, None, (WIDTH, HEIGHT)),
    ("HE luminance", "he", {}, None, (WIDTH, HEIGHT)),
    ("HE rgb", "he", {"mode": "rgb"}, "he", (WIDTH, HEIGHT)),
    ("CLAHE", "clahe", {}, "clahe", (WIDTH, HEIGHT)),
    ("DHE wadud2007", "dhe", {}, None, (WIDTH, HEIGHT)),
    ("DHE nakai2013 (DHECI)", "dhe", {"variant": "nakai2013"}, "dheci", (320, 240)),
    ("EFF original", "eff", {}, "eff", (WIDTH, HEIGHT)),
    ("EFF opencv_port", "eff", {"mode": "opencv_port"}, "eff", (WIDTH, HEIGHT)),
    ("EFF original, no numba", "eff", {"_solver": "numpy"}, "eff", (WIDTH, HEIGHT)),
    ("gamma", "gamma", {}, None, (WIDTH, HEIGHT)),
    ("LIME", "lime", {}, None, (WIDTH, HEIGHT)),
    ("Reinhard", "reinhard", {}, None, (WIDTH, HEIGHT)),
    ("Macenko", "macenko", {}, None, (WIDTH, HEIGHT)),
]
MEGAPIXELS = [0.3, 0.75, 1.5, 3.0, 5.0, 8.0, 12.0]


def picture(width: int, height: int) -> np.ndarray:
    """Return a dim, smear-like picture, uint8 (H, W, 3): uneven light, discs with nuclei, noise."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    light = 0.55 + 0.25 * np.sin(2.2 * x / width + 0.4) * np.cos(1.7 * y / height - 0.5)
    image = light[..., None] * np.array([0.92, 0.84, 0.95], np.float32)
    for _ in range(max(1, width * height // 40000)):
        cy, cx, radius = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(25, 60)
        box = np.s_[
            max(0, int(cy - radius)) : int(cy + radius) + 1, max(0, int(cx - radius)) : int(cx + radius) + 1
        ]
        distance = np.hypot(y[box] - cy, x[box] - cx)
        colour = np.array([0.93, 0.72, 0.8]) if rng.random() < 0.7 else np.array([0.55, 0.4, 0.75])
        image[box] *= np.where((distance < radius)[..., None], colour, 1.0).astype(np.float32)
    image += rng.normal(0, 0.012, image.shape).astype(np.float32)
    return (np.clip(image, 0, 1) * 255).astype(np.uint8)


def worker(method: str, params: dict[str, Any], path: str, repeats: int) -> dict[str, Any]:
    """Run one of our methods in this process; return CPU seconds a call, the first apart, and peak MB."""
    import cv2

    from blastvote.contrast import enhance
    from blastvote.contrast.methods.eff import enhance_original

    cv2.setNumThreads(1)
    image = np.load(path)
    plain = params.pop("_solver", None)
    times = []
    for _ in range(repeats + 1):
        start = time.process_time()
        if plain:
            enhance_original(image, 0.5, 0.5, 5, -0.3293, 1.1258, None, solver=plain)
        else:
            enhance(image, method, **params)
        times.append(time.process_time() - start)
    # Not ru_maxrss: a child inherits its parent's.
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    return {"first": times[0], "times": times[1:], "peak_mb": peak}


def run(command: list[str]) -> dict[str, Any]:
    """Run a command with one thread and return the JSON it prints last."""
    done = subprocess.run(command, env={**os.environ, **THREADS}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(method: str, params: dict[str, Any], path: Path, repeats: int) -> dict[str, Any]:
    """Measure one of our methods in a fresh process."""
    return run([sys.executable, __file__, "--worker", method, json.dumps(params), str(path), str(repeats)])


def table(folder: Path, repeats: int, peer_python: str | None, skip_slow: bool) -> None:
    """Print the table of methods and peers at 2592 x 1944."""
    full = folder / "full.npy"
    np.save(full, picture(WIDTH, HEIGHT))
    peers: dict[str, dict[str, Any]] = {}
    print("| method | s (median) | s (best) | first call s | peak MB | peer s | peer MB | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for name, method, params, peer, size in ROWS:
        result = ours(method, params, full, repeats)
        median = float(np.median(result["times"]))
        row = f"| {name} | {median:.3f} | {min(result['times']):.3f} | {result['first']:.2f} |"
        row += f" {result['peak_mb']:.0f} |"
        if peer_python and peer and not (skip_slow and peer == "eff"):
            if peer not in peers:
                peers[peer] = run_peer(peer_python, peer, size, folder)
            scale = WIDTH * HEIGHT / (size[0] * size[1])
            seconds = min(peers[peer]["times"]) * scale
            note = "*" if scale != 1 else ""
            memory = "" if note else f"{peers[peer]['peak_mb']:.0f}"
            row += f" {seconds:.2f}{note} | {memory} | {seconds / median:.0f} |"
        else:
            row += " | | |"
        print(row, flush=True)


def run_peer(peer_python: str, peer: str, size: tuple[int, int], folder: Path) -> dict[str, Any]:
    """Measure a peer in its own environment, once if it is slow."""
    path = folder / f"peer_{size[0]}.npy"
    np.save(path, picture(*size))
    repeats = "1" if peer in ("eff", "dheci") else "3"
    return run([peer_python, str(HERE / "peers.py"), peer, str(path), repeats])


def plot(folder: Path, repeats: int, target: Path) -> None:
    """Draw CPU seconds against megapixels, and print the exponent of cost in pixels."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
    chosen = [row for row in ROWS if row[1] in ("he", "clahe", "dhe", "eff")]
    for name, method, params, _, _ in chosen:
        sizes, seconds = [], []
        for megapixels in MEGAPIXELS:
            width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
            image = picture(width, round(width * 3 / 4))
            np.save(folder / "size.npy", image)
            sizes.append(image.shape[0] * image.shape[1] / 1e6)
            seconds.append(min(ours(method, dict(params), folder / "size.npy", repeats)["times"]))
        exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
        print(f"| {name} | " + " | ".join(f"{s:.3f}" for s in seconds) + f" | {exponent:.2f} |", flush=True)
        axes.plot(
            sizes, seconds, marker="o", markersize=3, linewidth=1.2, label=f"{name} (exponent {exponent:.2f})"
        )
    axes.set(xscale="log", yscale="log", xlabel="megapixels", ylabel="CPU seconds, one thread")
    axes.grid(True, which="both", linewidth=0.3)
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(target, dpi=130)


def main() -> None:
    """Read the command line and run what it asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--peer-python", help="Python of the environment made by peers.sh")
    parser.add_argument(
        "--skip-slow-peers", action="store_true", help="leave out the sparse solver (minutes, 6 GB)"
    )
    parser.add_argument("--plot", type=Path, help="also measure 0.3 to 12 megapixels and draw them here")
    parser.add_argument("--no-table", action="store_true")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        method, params, path, repeats = options.worker
        print(json.dumps(worker(method, json.loads(params), path, int(repeats))))
        return
    with tempfile.TemporaryDirectory() as name:
        if not options.no_table:
            table(Path(name), options.repeats, options.peer_python, options.skip_slow_peers)
        if options.plot:
            plot(Path(name), 3, options.plot)


if __name__ == "__main__":
    main()
