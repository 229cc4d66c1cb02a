"""What made these results: configuration, code, versions, machine and input files."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from blastvote.io import sha256

PACKAGES = (
    "blastvote",
    "h5py",
    "keras",
    "matplotlib",
    "numba",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pycocotools",
    "scipy",
    "snakemake",
    "statsmodels",
    "tensorflow",
    "tensorflow-cpu",
)


def provenance(
    config: Mapping[str, Any], code: Path | str, files: Mapping[str, Path | str]
) -> dict[str, Any]:
    """Describe a finished study so that another can repeat it.

    Parameters
    ----------
    config
        The resolved configuration.
    code
        The checkout that ran.
    files
        Name to path of the files whose checksums tell the data apart (manifest, splits, tables).

    Returns
    -------
    dict
        Keys ``config``, ``code``, ``packages``, ``machine``, ``files``. It has no time and no host name: the same
        study on the same machine gives the same bytes.
    """
    return {
        "config": dict(config),
        "code": {
            "commit": _git(code, "rev-parse", "HEAD"),
            "changed": bool(_git(code, "status", "--porcelain")),
        },
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
        "files": {name: sha256(path) for name, path in sorted(files.items())},
    }


def _git(folder: Path | str, *command: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *command], cwd=folder, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None  # an installed copy or a machine without git
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()
