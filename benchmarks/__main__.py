"""Run every benchmark, one after another: `make bench`. Takes about an hour; each prints a table."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = (
    "contrast/speed.py",
    "simulator/speed.py",
    "study/speed.py",
    "network/speed.py",
    "network/ablation.py",
)

if __name__ == "__main__":
    for script in SCRIPTS:
        print(f"\n## {script}\n", flush=True)
        subprocess.run([sys.executable, str(HERE / script)], check=True)
