"""First weights by name (``coco``, ``imagenet``), path or address; downloaded once, checked, resumable."""

import hashlib
import logging
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

from mrcnn.files import cache_folder

LOGGER = logging.getLogger(__name__)
TIMEOUT_S = 30
_CHUNK = 1 << 20


@dataclass(frozen=True)
class KnownFile:
    """A file of published weights: its address, its checksum (``sha256:...`` or ``md5:...``) and its backbones."""

    url: str
    checksum: str
    backbones: tuple[str, ...]


KNOWN = {
    # COCO weights of Matterport's release 2.0 (81 classes). The checksum is the one packagers publish.
    "coco": KnownFile(
        "https://github.com/matterport/Mask_RCNN/releases/download/v2.0/mask_rcnn_coco.h5",
        "sha256:ab8f779d74d790abe4fcf3f60ab368129df5ee866262c439c6bae5af13afaf56",
        ("resnet101",),
    ),
    # The ImageNet weights that Matterport's code starts from; its checksum is stated there.
    "imagenet": KnownFile(
        "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/"
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "md5:a268eb855778b3df3c7506639542a6af",
        ("resnet50", "resnet101"),
    ),
}


class DownloadError(OSError):
    """Weights could not be fetched; the message names the address, the reason and what to do."""


def resolve_weights(
    source: str, backbone: str, sha256: str | None = None, cache: str | Path | None = None
) -> Path | None:
    """Return the path of a weight file, downloading it first where needed.

    Parameters
    ----------
    source
        ``none``, ``coco``, ``imagenet``, a path, or an ``https://`` or ``http://`` address.
    backbone
        Of the network, to refuse weights of another one.
    sha256
        Expected checksum of the file at a path or an address (hexadecimal); needed for ``http://``.
    cache
        Folder of downloads; by default `mrcnn.files.cache_folder`.

    Returns
    -------
    pathlib.Path or None
        None for ``none``.

    Raises
    ------
    DownloadError
        If there is no connection, or the address gives no file.
    FileNotFoundError
        If a path leads nowhere.
    ValueError
        If weights and backbone do not belong together, or the checksum is wrong or missing.
    """
    if source == "none":
        return None
    checksum = f"sha256:{sha256}" if sha256 else None
    if source in KNOWN:
        known = KNOWN[source]
        if backbone not in known.backbones:
            raise ValueError(
                f"weights {source!r} are of {' or '.join(known.backbones)}, but the backbone is {backbone}; "
                "take weights 'none', a file of your own, or another backbone"
            )
        return _fetch(known.url, checksum or known.checksum, Path(cache or cache_folder()))
    scheme = urlparse(source).scheme
    if scheme == "http" and checksum is None:
        raise ValueError(
            f"weights {source!r}: whoever carries http:// can change the file. Give its sha256, or take https://"
        )
    if scheme in ("http", "https"):
        return _fetch(source, checksum, Path(cache or cache_folder()))
    path = Path(source).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f"weights {source!r}: there is no such file, and it is none of none, {', '.join(KNOWN)}, https://..."
        )
    _verify(path, checksum)
    return path


def _fetch(url: str, checksum: str | None, folder: Path) -> Path:
    """Return the cached file of an address; a part left by an interrupted download is continued."""
    name = Path(urlparse(url).path).name or "weights.h5"
    target = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:8]}-{name}"
    if target.is_file():
        _verify(target, checksum)
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        _download(url, part)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise DownloadError(
            f"cannot download weights from {url} ({getattr(error, 'reason', error)}). Without a connection, fetch the "
            f"file elsewhere and give its path, or save it as {target}. What has arrived is kept and continued."
        ) from error
    try:
        _verify(part, checksum)
    except ValueError:
        part.unlink()
        raise
    part.replace(target)
    return target


def _download(url: str, part: Path) -> None:
    """Append to `part` what is missing of it."""
    done = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    LOGGER.info("Downloading %s%s", url, f", continued at byte {done}" if done else "")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            # 206: the server continues; else it sends everything again.
            with part.open("ab" if answer.status == 206 else "wb") as file:
                shutil.copyfileobj(answer, file, _CHUNK)
            expected = answer.headers.get("Content-Length")
            got = part.stat().st_size - (done if answer.status == 206 else 0)
            if expected and got != int(expected):
                raise ConnectionError(f"{got} of {expected} bytes arrived")
    except urllib.error.HTTPError as error:
        if error.code != 416:  # nothing is missing any more
            raise


def _verify(path: Path, checksum: str | None) -> None:
    if not checksum:
        return
    kind, expected = checksum.split(":")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != expected.lower():
        raise ValueError(
            f"{path}: its {kind} is {found}, but {expected} is expected; the file is damaged or another one: delete it "
            "and try again"
        )
