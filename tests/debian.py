"""Debian packages that tests install themselves, on throw-away machines where they are root."""

import os
import shutil
import subprocess
from collections.abc import Sequence


class UnavailableError(Exception):
    """What a test needs cannot be had here; the message says why."""


def install(programs: Sequence[str], packages: Sequence[str]) -> None:
    """Install packages where their programs are not there; raise UnavailableError if they cannot be had."""
    if os.geteuid() != 0:
        raise UnavailableError(f"{packages[0]} needs root")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if all(map(shutil.which, programs)):
        return
    if not shutil.which("apt-get"):
        raise UnavailableError(f"no apt-get to install {', '.join(packages)} with")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-qq", *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise UnavailableError(
                f"Debian's packages {', '.join(packages)} cannot be had: {done.stderr.strip()[-200:]}"
            )
