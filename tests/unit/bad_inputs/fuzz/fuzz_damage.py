"""Damage to files for the fuzz: to bytes, and to the values of a file that stays well-formed, so that it gets past the parser."""

import copy
import csv
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

import yaml
from fuzz_arrays import parse_hdf5, parse_npz, write_hdf5, write_npz
from hypothesis import strategies as st

PIECES = [
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xd8\x00", b'"', b"'", b"[", b"]", b"{", b"}", b",", b":", b"-", b"\n", b"\r",
    b"NaN", b"-Infinity", b"1e400", b"9" * 5000, b"null", b"true", b"\\ud800", b"[" * 2000, b'{"a":' * 2000, b"&a ", b"*a",
    b"<a>" * 200, b"<!DOCTYPE a [", b"&lt;", b"\x1b[2J", b"=1+1", b"\xc3\xa9", b"\xe9", b"4294967296", b"-1", b"0", b"\xff" * 8,
]  # fmt: skip
VALUES = [
    None, True, False, 0, 1, -1, 2, 7, 19, 0.5, -0.0, 255, 256, 2**31, 2**53 + 1, 2**64, -(2**63), 10**4000, 1e308, -1e-320,
    float("nan"), float("inf"), float("-inf"), "", " ", "a", "L1", "0", "-1", "1.5", "NaN", "1e999", "9" * 5000, "../../a.png",
    "/etc/passwd", "a.png", "a\x1b[2J", "=1+1", "a\nb", "\ud800", "\u202ea", "é", "²", "x" * 3000, "a,b;c", "1,1;2,2", "0 0 9",
    "polygon", "mask", "ellipse", "rle", [], {}, [[]], [None], [0] * 6, [1, 1, 9, 1, 9, 9], [[1, 1], [9, 1], [9, 9]], {"a": 1},
]  # fmt: skip
"""What may stand in place of any value of a file."""


@st.composite
def damaged_bytes(draw: st.DrawFn, seeds: st.SearchStrategy[bytes]) -> bytes:
    """Return a file with bytes cut out, doubled, overwritten or put in."""
    data = draw(seeds)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 4, 9, 40, 10**6])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


@st.composite
def damaged_values(
    draw: st.DrawFn, seeds: Sequence[bytes], parse: Callable[[bytes], Any], write: Callable[[Any], bytes]
) -> bytes:
    """Return a file with up to three of its values replaced, dropped, doubled, renamed or changed."""
    root = [parse(draw(st.sampled_from(seeds)))]
    for _ in range(draw(st.integers(1, 3))):
        holder, key = _place(draw, root)
        _change(draw, holder, key)
        if not root:
            break
    return write(root[0] if root else None)


def _place(draw: st.DrawFn, root: list[Any]) -> tuple[Any, Any]:
    """Return a value's list or dictionary and its index there; on the way down every branch is as likely."""
    holder, key = root, 0
    while isinstance(holder[key], list | dict) and holder[key] and draw(st.integers(0, 7)):
        holder = holder[key]
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        key = keys[draw(st.integers(0, len(keys) - 1))]
    return holder, key


def _change(draw: st.DrawFn, holder: Any, key: Any) -> None:
    value = holder[key]
    how = draw(st.sampled_from(["replace", "replace", "alter", "alter", "drop", "double", "rename", "wrap"]))
    if how == "alter" and isinstance(value, bytes):
        holder[key] = draw(damaged_bytes(st.just(value)))
    elif how == "alter" and isinstance(value, str):
        holder[key] = draw(damaged_bytes(st.just(value.encode("utf-8", "replace")))).decode(
            "utf-8", "replace"
        )
    elif how == "alter" and isinstance(value, int | float):
        holder[key] = draw(
            st.sampled_from([-value, value * 10, value - 1, value % 1000 + 0.5, str(value), [value]])
        )
    elif how == "drop":
        del holder[key]
    elif how == "double":
        twin = copy.deepcopy(value)
        holder.insert(key, twin) if isinstance(holder, list) else holder.update({f"{key}_": twin})
    elif how == "rename" and isinstance(holder, dict):
        holder[draw(st.sampled_from([*map(str, holder), "id", "", "a"]))] = holder.pop(key)
    elif how == "wrap":
        holder[key] = [value]
    else:
        holder[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))  # lists among them may be changed next


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _rows(tree: Any) -> list[list[str]]:
    """Return a table, whatever has become of it, as rows of texts."""
    rows = tree if isinstance(tree, list) else [tree]
    return [[str(cell) for cell in (row if isinstance(row, list) else [row])] for row in rows]


def parse_table(data: bytes) -> Any:
    return [list(row) for row in csv.reader(io.StringIO(data.decode()))]


def write_table(tree: Any) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(_rows(tree))
    return _utf8(stream.getvalue())


def parse_words(data: bytes) -> Any:
    return [line.split(" ") for line in data.decode().splitlines()]


def write_words(tree: Any) -> bytes:
    return _utf8("\n".join(" ".join(row) for row in _rows(tree)) + "\n")


def parse_xml(data: bytes) -> Any:
    def tree(element: ElementTree.Element) -> Any:
        return [element.tag, dict(element.attrib), element.text or "", [tree(child) for child in element]]

    return tree(ElementTree.fromstring(data.decode()))


def write_xml(tree: Any) -> bytes:
    """Write what `parse_xml` returns; what has become no element is written as text."""

    def escaped(value: Any) -> str:
        return str(value).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

    def text(node: Any) -> str:
        if not (isinstance(node, list) and len(node) == 4 and isinstance(node[1], dict)):
            return escaped(node)
        tag, attributes, inside, children = node
        named = "".join(f' {name}="{escaped(value)}"' for name, value in attributes.items())
        below = "".join(map(text, children)) if isinstance(children, list) else escaped(children)
        return f"<{tag}{named}>{escaped(inside)}{below}</{tag}>"

    return _utf8(text(tree))


def parse_zip(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [[name, archive.read(name)] for name in archive.namelist()]


def _pairs(tree: Any) -> list[tuple[str, bytes]]:
    """Return named pieces of bytes, whatever has become of them."""
    pairs = [row for row in tree if isinstance(row, list) and len(row) == 2] if isinstance(tree, list) else []
    return [
        (str(name), data if isinstance(data, bytes) else str(data).encode("utf-8", "replace"))
        for name, data in pairs
    ]


def write_zip(tree: Any) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in dict(_pairs(tree)).items():
            name = name.encode("utf-8", "replace").decode().replace("\0", "")  # zipfile writes no such names
            archive.writestr(name[:60000] or "a", data)
    return stream.getvalue()


def parse_png(data: bytes) -> Any:
    chunks, start = [], 8
    while start < len(data):
        (size,) = struct.unpack(">I", data[start : start + 4])
        body = data[start + 8 : start + 8 + size]
        name = data[start + 4 : start + 8].decode()
        chunks.append([name, zlib.decompress(body) if name == "IDAT" else body])
        start += 12 + size
    return chunks


def write_png(tree: Any) -> bytes:
    """Write chunks with the right checksums, so that a reader comes to their content."""
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in _pairs(tree):
        body = zlib.compress(body) if name == "IDAT" else body
        kind = name.encode("utf-8", "replace")[:4].ljust(4, b"a")
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data


def _json(tree: Any) -> bytes:
    return json.dumps(tree, default=str).encode()


def _yaml(tree: Any) -> bytes:
    return _utf8(yaml.safe_dump(tree, sort_keys=False))


FORMS: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes]]] = {
    "json": (json.loads, _json),
    "yaml": (yaml.safe_load, _yaml),
    "xml": (parse_xml, write_xml),
    "table": (parse_table, write_table),
    "words": (parse_words, write_words),
    "zip": (parse_zip, write_zip),
    "png": (parse_png, write_png),
    "hdf5": (parse_hdf5, write_hdf5),
    "npz": (parse_npz, write_npz),
}
"""How files of a kind are parsed into values that can be damaged, and written again."""


def damaged(form: str, seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return damage to the values of files, to their bytes, or to both."""
    values = damaged_values(seeds, *FORMS[form])
    return st.one_of(values, values, damaged_bytes(st.sampled_from(seeds)), damaged_bytes(values))
