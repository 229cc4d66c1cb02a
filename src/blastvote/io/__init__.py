"""Read and write files.

Images are RGB ``uint8`` arrays of shape ``(H, W, 3)`` everywhere else. Whatever is written here appears whole
or not at all, and has the same bytes for the same content.
"""

from blastvote.io.images import (
    IMAGE_SUFFIXES,
    image_size,
    is_single_channel,
    read_image,
    read_mask_image,
    write_image,
)
from blastvote.io.reading import read_json, read_table, read_text, sha256
from blastvote.io.writing import atomic_path, write_csv, write_json, write_text

__all__ = [
    "IMAGE_SUFFIXES",
    "atomic_path",
    "image_size",
    "is_single_channel",
    "read_image",
    "read_json",
    "read_mask_image",
    "read_table",
    "read_text",
    "sha256",
    "write_csv",
    "write_image",
    "write_json",
    "write_text",
]
