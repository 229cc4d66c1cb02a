"""The steps of the Containerfile, by buildah without a daemon; on the image that it names, or on a stand-in."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from debian import UnavailableError, install

Buildah = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def buildah(tmp_path: Path) -> Iterator[Buildah]:
    """Return a function that runs buildah with a storage of its own; it is removed afterwards (some 4 GB)."""
    try:
        install(["buildah", "debootstrap"], ["buildah", "debootstrap"])
    except UnavailableError as reason:
        pytest.skip(str(reason))
    storage = tmp_path / "storage"
    options = ["--storage-driver", "vfs", "--root", str(storage / "root"), "--runroot", str(storage / "run")]

    def run(*arguments: str, timeout: int = 1800) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["buildah", *options, *arguments], capture_output=True, text=True, check=False, timeout=timeout
        )

    yield run
    shutil.rmtree(storage)


def base_image(buildah: Buildah, name: str, folder: Path) -> None:
    """Have the image `name`: from its registry, else Debian with its own Python under that name, else skip."""
    if buildah("pull", name).returncode == 0:
        return
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates,python3,python3-pip", "bookworm", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"neither {name} nor Debian can be had: {made.stdout.strip()[-200:]}")
    # As in the image of Python: `python` is its name, and pip may install for all.
    (folder / "usr/bin/python").symlink_to("python3")
    for marker in (folder / "usr/lib").glob("python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    container = buildah("from", "scratch").stdout.strip()
    for command in (["copy", "--quiet", container, str(folder), "/"], ["commit", "--rm", container, name]):
        done = buildah(*command)
        assert done.returncode == 0, done.stderr[-2000:]
    shutil.rmtree(folder)


def package_sources() -> list[str]:
    """Return what pip needs inside as outside: certificates, its settings, and the local folders that they name."""
    settings = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    folders = re.findall(r"(?:file://|find-links=')(/[^\s']+)", settings)
    return [path for path in ("/etc/ssl/certs", "/etc/pip.conf", *folders) if Path(path).exists()]


@pytest.mark.slow
@pytest.mark.full
def test_the_image_is_built_and_plans_the_demo(buildah: Buildah, tmp_path: Path, repo_root: Path) -> None:
    name = re.findall(
        r"^FROM (\S+)", (repo_root / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE
    )[0]
    base_image(buildah, name, tmp_path / "debian")
    mounts = [word for path in package_sources() for word in ("--volume", f"{path}:{path}:ro")]
    built = buildah(
        *("build", "--isolation", "chroot", "--network", "host", "--pull-never", *mounts),
        *("--file", str(repo_root / "Containerfile"), "--tag", "blastvote", str(repo_root)),
    )
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    container = buildah("from", "--pull-never", "localhost/blastvote").stdout.strip()
    planned = buildah(
        "run", "--isolation", "chroot", container, "--", "blastvote", "run", "-n", "--cores", "2"
    )
    assert planned.returncode == 0, planned.stdout[-2000:] + planned.stderr[-2000:]
    assert "jobs done" in planned.stdout
