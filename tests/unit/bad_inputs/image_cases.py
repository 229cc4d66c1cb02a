"""Photographs and mask images that cannot be used."""

import os
import socket
import struct
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from case import Case, group, png
from PIL import Image

from blastvote import io

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def encoded(kind: str, pixels: np.ndarray = PIXELS, **options) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def deep(suffix: str) -> bytes:
    return cv2.imencode(suffix, PIXELS.astype(np.uint16) * 257)[1].tobytes()


def pages(count: int) -> bytes:
    first, *others = [Image.fromarray(PIXELS[..., k % 3]) for k in range(count)]
    stream = BytesIO()
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


def listen(path: Path) -> None:
    os.chdir(path.parent)  # a socket's whole path may have 107 bytes
    socket.socket(socket.AF_UNIX).bind(path.name)


def wide_tiff(bits: int, samples: int = 1, planes: int = 1, kind: int = 3) -> bytes:
    """Return a TIFF of one pixel of so many bits a sample, as Pillow does not know them."""
    tags = [
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, bits),
        (259, 3, 1, 1),
        (262, 3, 1, 2 if samples > 1 else 1),
    ]
    tags += [
        (273, 4, 1, 200),
        (277, 3, 1, samples),
        (278, 3, 1, 1),
        (279, 4, 1, samples * bits // 8),
        (284, 3, 1, planes),
        (339, 3, 1, kind),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return (b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries).ljust(200, b"\0") + bytes(32)


DEEP_PLANES = wide_tiff(16, 3, planes=2, kind=1)
PHOTOGRAPHS = [
    ("nothing", lambda path: None, "there is no such image file"),
    ("a folder", lambda path: path.mkdir(), "is a folder; expected one image file"),
    ("a pipe", os.mkfifo, "is a pipe, a socket or a device"),
    ("a socket", listen, "is a pipe, a socket or a device"),
    ("a device", lambda path: path.symlink_to("/dev/zero"), "is a pipe, a socket or a device"),
    ("a link to nothing", lambda path: path.symlink_to("gone"), "there is no such image file"),
    ("a link to itself", lambda path: path.symlink_to(path.name), "cannot be read"),
    ("no bytes", b"", "is empty (0 bytes)"),
    ("text", "hello", "is not an image that can be read"),
    (
        "a TIFF of 64 bits",
        wide_tiff(64),
        "a TIFF of 64 bits a value cannot be read; expected 8 or 16. Save it as 16 bit.",
    ),
    (
        "a TIFF of three floating-point colours",
        wide_tiff(32, 3),
        "a TIFF of 32 bits a value cannot be read; expected 8 or 16",
    ),
    ("16-bit colours in planes", DEEP_PLANES, "a TIFF of 16-bit colours in separate planes cannot be read"),
    ("zero bytes", bytes(500), "is not an image that can be read"),
    ("EPS", encoded("EPS"), "is not an image that can be read"),
    ("PDF", b"%PDF-1.7\n", "is not an image that can be read"),
    ("SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>", "is not an image that can be read"),
    ("GIF", encoded("GIF"), "expected one of .png, .jpg"),
    ("PPM", encoded("PPM"), "is not an image that can be read"),
    ("ICO", encoded("ICO"), "is not an image that can be read"),
    ("JPEG 2000", encoded("JPEG2000"), "is not an image that can be read"),
    ("XPM", "/* XPM */", "is not an image that can be read"),
    ("only a PNG's first bytes", encoded("PNG")[:8], "is not an image that can be read"),
    ("half a PNG", half(encoded("PNG")), "the image is damaged"),
    ("half a JPEG", half(encoded("JPEG")), "the image is damaged"),
    ("half a TIFF", half(encoded("TIFF")), "the image is damaged"),
    (
        "half a compressed TIFF",
        half(encoded("TIFF", compression="tiff_lzw")),
        "is not an image that can be read",
    ),
    ("half a BMP", half(encoded("BMP")), "the image is damaged"),
    ("half a WebP", half(encoded("WEBP")), "the image is damaged"),
    ("half a 16-bit PNG", half(deep(".png")), "the image is damaged"),
    ("half a 16-bit TIFF", deep(".tiff")[:400], "image"),
    ("PNG data that end early", png(50, 40), "the image is damaged"),
    ("PNG without a side", png(0, 40), "image"),
    ("PNG of 50,000 x 50,000", png(50_000, 50_000), "the image is too large"),
    ("PNG of 2^31 pixels a side", png(2**31 - 1, 2**31 - 1), "image"),
    ("PNG of an unknown colour type", png(50, 40, 8, 5), "image"),
    ("PNG whose header lies", png(50, 40, 16, 2, bytes(40 * 151)), "the image is damaged"),
    ("32-bit floating point", encoded("TIFF", PIXELS[..., 0].astype(np.float32)), "has no known white point"),
    ("32-bit whole numbers", encoded("TIFF", PIXELS[..., 0].astype(np.int32)), "has no known white point"),
    ("two pages of one size", pages(2), "holds 2 images of one size"),
    ("three pages of one size", pages(3), "Save it as one RGB image"),
    ("seventy pages", pages(70), "holds more than 3 images of one size"),
    (
        "an animation",
        encoded("PNG", save_all=True, append_images=[Image.fromarray(255 - PIXELS)]),
        "is an animation of 2",
    ),
    ("a name with a zero byte", None, "cannot be read (embedded null byte)"),
    ("a name of 300 letters", None, "cannot be read (File name too long)"),
]
MASKS = [
    ("nothing", lambda path: None, "there is no such image file"),
    ("no bytes", b"", "is empty (0 bytes)"),
    ("colours", encoded("PNG"), "the mask image has colours; expected one channel"),
    ("floating point", encoded("TIFF", PIXELS[..., 0].astype(np.float32) / 3), "mask values are float32 and no whole numbers"),
    ("16-bit colours in planes", DEEP_PLANES, "a TIFF of 16-bit colours in separate planes cannot be read"),
    ("pages", pages(3), "the mask image has 3 pages; expected one"),
    ("half a file", half(encoded("PNG", PIXELS[..., 0])), "the image is damaged"),
    ("a pipe", os.mkfifo, "is a pipe, a socket or a device"),
]  # fmt: skip
ODD_NAMES = {"a name with a zero byte": "a\0b.png", "a name of 300 letters": "a" * 300}


def _reader(name: str, read):
    return (lambda path: read(path.with_name("x").parent / ODD_NAMES[name])) if name in ODD_NAMES else read


CASES = [
    *(
        Case(f"photograph: {name}", content or "", says, _reader(name, io.read_image), "x.png")
        for name, content, says in PHOTOGRAPHS
    ),
    *(
        Case(f"size: {name}", content, says, io.image_size, "x.png")
        for name, content, says in PHOTOGRAPHS
        if name in ("nothing", "a folder", "a pipe", "no bytes", "text", "EPS", "PNG of 50,000 x 50,000")
    ),
    *group(io.read_mask_image, "m.png", *MASKS),
]  # fmt: skip
