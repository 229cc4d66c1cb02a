"""Weights by name, path and address, with a server on this machine."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mrcnn.weights.sources import KNOWN, DownloadError, resolve_weights

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    ranges = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            ranges.append(asked)
            start = int(asked.split("=")[1].rstrip("-")) if asked else 0
            code = 404 if "missing" in self.path else 206 if asked else 200
            self.send_response(code)
            self.send_header("Content-Length", str(len(CONTENT) - start))
            self.end_headers()
            self.wfile.write(CONTENT[start:])

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/w.h5", ranges
        http.shutdown()


def test_download_once_and_keep(server, tmp_path):
    url, ranges = server
    path = resolve_weights(url, "resnet50", sha256=SHA256, cache=tmp_path)
    assert path.read_bytes() == CONTENT
    assert resolve_weights(url, "resnet50", sha256=SHA256, cache=tmp_path) == path
    assert ranges == [None]


def test_an_interrupted_download_is_continued(server, tmp_path):
    url, ranges = server
    path = resolve_weights(url, "resnet50", sha256=SHA256, cache=tmp_path)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(CONTENT[:1000])
    path.unlink()
    assert resolve_weights(url, "resnet50", sha256=SHA256, cache=tmp_path).read_bytes() == CONTENT
    assert ranges[-1] == "bytes=1000-" and not part.exists()


def test_wrong_checksum(server, tmp_path):
    with pytest.raises(ValueError, match=f"sha256 is {SHA256}"):
        resolve_weights(server[0], "resnet50", sha256="0" * 64, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_offline(tmp_path):
    with pytest.raises(DownloadError, match=r"127.0.0.1:9/w.h5.*give its path"):
        resolve_weights("http://127.0.0.1:9/w.h5", "resnet50", sha256=SHA256, cache=tmp_path)


def test_address_without_file(server, tmp_path):
    with pytest.raises(DownloadError, match="Not Found"):
        resolve_weights(server[0].replace("w.h5", "missing.h5"), "resnet50", sha256=SHA256, cache=tmp_path)


def test_http_needs_a_checksum(server, tmp_path):
    with pytest.raises(ValueError, match=r"whoever carries http:// can change the file\. Give its sha256"):
        resolve_weights(server[0], "resnet50", cache=tmp_path)
    assert server[1] == [], "nothing is asked of the server"


def test_names_and_paths(tmp_path):
    assert resolve_weights("none", "resnet18") is None
    (tmp_path / "own.h5").write_bytes(CONTENT)
    assert resolve_weights(str(tmp_path / "own.h5"), "resnet18", sha256=SHA256) == tmp_path / "own.h5"
    with pytest.raises(FileNotFoundError, match="none of none, coco, imagenet"):
        resolve_weights(str(tmp_path / "gone.h5"), "resnet18")
    with pytest.raises(ValueError, match="resnet101, but the backbone is resnet18"):
        resolve_weights("coco", "resnet18")
    assert all(len(known.checksum.split(":")[1]) in (32, 64) for known in KNOWN.values())
