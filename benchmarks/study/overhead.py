"""CPU seconds of a run whose images are no work: ``python -m benchmarks.study.overhead 301 [--set images_per_job=32]``.

Square photographs of 8 pixels a side (``--side``) under five methods (`enhanced`), so all that is measured is overhead:
planning, Snakemake's work for each job, and for each job a new Python with its imports.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.study.planning import ROOT, make_study


def enhance(folder: Path, config: Path, settings: list[str]) -> tuple[float, int]:
    """Enhance all images; return CPU seconds and the number of jobs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        *(sys.executable, "-m", "blastvote.cli", "run", "--cores", "2", "--scheduler", "greedy"),
        *("--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), "--configfile", str(config)),
        *(["--config", *settings] if settings else []),
        *("--", "enhanced"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, len(list((folder / "results/benchmarks").rglob("*.tsv")))


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=int)
    parser.add_argument("--side", type=int, default=8, help="pixels")
    parser.add_argument("--set", nargs="*", default=[], help="keys of the configuration, KEY=VALUE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = make_study(folder, options.images, seeds=1, side=options.side)
        cpu, jobs = enhance(folder, config, options.set)
    print(f"{options.images} images, {jobs} jobs: {cpu:.1f} CPU s")


if __name__ == "__main__":
    main()
