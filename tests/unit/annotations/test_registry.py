"""A format is one file that is found by itself; each file of a known format is known to one format only."""

import json
from pathlib import Path

import pytest

from blastvote.annotations import formats, read_annotations
from blastvote.annotations.contents import open_file
from blastvote.annotations.registry import FORMATS, AnnotationFile, annotation_format, find_formats
from blastvote.errors import InputError

from .samples import SAMPLES, write_sample


def test_every_file_of_the_folder_registers_a_format():
    find_formats()
    modules = {found.read.__module__.rpartition(".")[2] for found in FORMATS.values()}
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules == files and files
    assert all(found.read.__doc__ for found in FORMATS.values())


def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        annotation_format("coco", "", "json", lambda file: False)(lambda file: None)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_known_to_one_format(tmp_path, name):
    path = write_sample(tmp_path, name)
    file = open_file(path, None, [])
    known = [f.name for f in find_formats().values() if f.content == file.content and f.recognises(file)]
    assert known == [SAMPLES[name].format]
    assert isinstance(file, AnnotationFile)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_content_tells_the_format_not_the_ending(tmp_path, name):
    path = write_sample(tmp_path, name)
    other = path.rename(path.with_suffix(".dat"))
    file = open_file(other, None, [])
    assert [f.name for f in find_formats().values() if f.content == file.content and f.recognises(file)] == [
        SAMPLES[name].format
    ]


REFUSED = {
    "voc.xml": (
        "<annotation><object><bndbox/></object></annotation>",
        "Pascal VOC XML with 1 boxes.*no outlines",
    ),
    "unknown.xml": ("<svg/>", r"format is not known \(XML with the root <svg>\)"),
    "cut.xml": ("<annotations><image name='a.png'", "not well-formed XML"),
    "entity.xml": ('<!DOCTYPE x [<!ENTITY e "boom">]><annotations><meta/>&e;</annotations>', "document type"),
    "file.xml": ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><annotations/>', "document type"),
    "deep.xml": ("<a>" * 99, "nested more than 64 deep"),
    "seg.npy": (b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}", "never opened.*Save masks as PNG/TIF"),
    "rois.zip": (b"PK\x03\x04\x00\x00", "zip archive without ImageJ's ROIs.*unpack"),
    "one.roi": (b"Iout\x00\xe4\x00\x07", "ROI 'one' is damaged.*ROI Manager"),
    "notes.txt": ("hello there", "a text that begins with 'hello there'"),
    "table.csv": ("a,b\n1,2\n", r"a table with the columns \['a', 'b'\]"),
    "list.json": ("[1, 2]", r"format is not known \(a list\)"),
    "via3.json": (json.dumps({"project": {}, "file": {}, "metadata": {}}), "VIA 3"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cause(tmp_path, name):
    content, message = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message) as caught:
        read_annotations(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_pipe_is_no_annotation_file(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        read_annotations(tmp_path / "pipe")
