"""Read and write files.

Images are RGB ``uint8`` arrays of shape ``(H, W, 3)`` everywhere else. Whatever is written here appears whole
or not at all, and has the same bytes for the same content. pandas is imported by the functions of tables alone: jobs
that handle images start in half the time without it.
"""

from blastvote.io.images import (
    Photograph,
    ReadSettings,
    image_size,
    read_image,
    read_photograph,
    write_image,
)
from blastvote.io.mask_images import is_single_channel, read_mask_image
from blastvote.io.opening import IMAGE_SUFFIXES, file_state, real_path
from blastvote.io.own_files import own_file, read_own_image, read_own_json
from blastvote.io.reading import parse_json, read_json, read_text, sha256
from blastvote.io.tables import numbers, read_table, whole_numbers
from blastvote.io.writing import atomic_path, write_csv, write_json, write_text
from blastvote.io.yaml_files import parse_yaml, read_yaml

__all__ = [
    "IMAGE_SUFFIXES",
    "Photograph",
    "ReadSettings",
    "atomic_path",
    "file_state",
    "image_size",
    "is_single_channel",
    "numbers",
    "own_file",
    "parse_json",
    "parse_yaml",
    "read_image",
    "read_json",
    "read_mask_image",
    "read_own_image",
    "read_own_json",
    "read_photograph",
    "read_table",
    "read_text",
    "read_yaml",
    "real_path",
    "sha256",
    "whole_numbers",
    "write_csv",
    "write_image",
    "write_json",
    "write_text",
]
