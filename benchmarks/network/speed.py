"""Training step and inference of `mrcnn` beside torchvision's Mask R-CNN, pair by pair.

    python benchmarks/network/speed.py [--peer-python PATH] [--cases r101-256 ...] [--rounds 3]

Without --peer-python the peer's environment (torch and torchvision, several GB) is made in benchmarks/.venv-torch. Each
figure is a fresh process with two threads; ours and the peer's take turns, so that a change of the machine's speed
meets both. Times are medians; `cpu` is the process's CPU seconds of all threads.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEER_PACKAGES = ("torch==2.14.1", "torchvision==0.29.1", "numpy")
ROWS = [
    ("r101-256", "step", "float32"),
    ("r101-256", "step", "bfloat16"),
    ("r101-256", "infer", "float32"),
    ("r101-256", "infer", "bfloat16"),
    ("r101-512", "step", "float32"),
    ("r101-512", "infer", "float32"),
    ("r101-512", "infer", "bfloat16"),
    ("r18-fpn64-256", "step", "float32"),
    ("r18-fpn64-256", "infer", "float32"),
]


def peer_environment() -> Path:
    """Make the peer's environment where it is missing; return its Python."""
    python = HERE.parent / ".venv-torch" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HERE.parent / ".venv-torch")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=True)
    return python


def run(python: Path, script: str, case: str, work: str, precision: str) -> dict[str, float]:
    """Return what one process measured."""
    command = [str(python), str(HERE / script), case, work, "--precision", precision]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--cases", nargs="*", default=sorted({row[0] for row in ROWS}))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    peer = options.peer_python or peer_environment()
    heading = "case, work, precision, ours wall / cpu s, torchvision wall / cpu s, ratio wall / cpu"
    columns = [*heading.split(", "), "first s", "peak GB ours / theirs"]
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for case, work, precision in ROWS:
        if case not in options.cases:
            continue
        pairs = [
            (run(Path(sys.executable), "ours.py", case, work, precision),
             run(peer, "torchvision_peer.py", case, work, precision))
            for _ in range(options.rounds)
        ]  # fmt: skip
        (ow, oc, of, op), (tw, tc, _, tp) = (
            [
                statistics.median(pair[side][key] for pair in pairs)
                for key in ("wall", "cpu", "first", "peak_gb")
            ]
            for side in (0, 1)
        )
        ratios = [statistics.median(a[key] / b[key] for a, b in pairs) for key in ("wall", "cpu")]
        cells = [case, work, precision, f"{ow:.2f} / {oc:.2f}", f"{tw:.2f} / {tc:.2f}"]
        cells += [f"{ratios[0]:.2f} / {ratios[1]:.2f}", f"{of:.1f}", f"{op:.1f} / {tp:.1f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
