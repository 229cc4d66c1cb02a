"""The same cell in every format comes back as the same pixels, and damage is survived or explained."""

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastvote.annotations import read_annotations
from blastvote.annotations.model import AnnotationSet
from blastvote.errors import InputError

from .samples import SAMPLES, write_sample
from .samples.cell import HEIGHT, MASK, WIDTH


@pytest.mark.parametrize("name", SAMPLES)
def test_round_trip(tmp_path, name):
    found = read_annotations(write_sample(tmp_path, name))
    ((image_name, image),) = found.images.items()
    assert image_name == SAMPLES[name].image
    (cell,) = image.cells
    assert cell.class_name == SAMPLES[name].class_name and cell.file and cell.object
    assert (image.width, image.height) in ((WIDTH, HEIGHT), (None, None))
    mask = cell.mask(HEIGHT, WIDTH)
    assert (mask & MASK).sum() / (mask | MASK).sum() >= 0.99


def damaged_json(document, data):
    """Return a JSON document with one or two values deleted or replaced by others."""
    document = copy.deepcopy(document)
    values = [None, True, -1, 0, 1.5, 1e308, "", "x", [], {}, [1], [[1, 2]], {"a": 1}, [None], "NaN", 10**30]
    for _ in range(data.draw(st.integers(1, 2))):
        nodes, waiting = [], [document]
        while waiting:
            node = waiting.pop()
            keys = (
                list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
            )
            nodes += [(node, key) for key in keys]
            waiting += [node[key] for key in keys]
        if not nodes:
            break
        node, key = data.draw(st.sampled_from(nodes))
        if data.draw(st.booleans()):
            node[key] = copy.deepcopy(data.draw(st.sampled_from(values)))
        else:
            del node[key]
    return json.dumps(document).encode()


def damaged_bytes(content, data):
    """Return a text or binary file cut off, or with a few characters replaced."""
    raw = bytearray(content if isinstance(content, bytes) else content.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        new = data.draw(
            st.sampled_from([b"", b"-", b"9", b"nan", b"<", b'"', b",", b" ", b"\0", b"1e999", b"\xff"])
        )
        raw[start : start + data.draw(st.integers(0, 3))] = new
    return bytes(raw if data.draw(st.booleans()) else raw[: data.draw(st.integers(0, len(raw)))])


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_is_survived_or_explained(tmp_path_factory, name, data):
    sample = SAMPLES[name]
    path = write_sample(tmp_path_factory.mktemp("damaged"), name)
    is_json = not isinstance(sample.content, str | bytes)
    path.write_bytes((damaged_json if is_json else damaged_bytes)(sample.content, data))
    try:
        found = read_annotations(path)
    except InputError as error:
        assert str(path) in str(error) and "\n" not in str(error)
        return
    assert isinstance(found, AnnotationSet)
    for image in found.images.values():
        for cell in image.cells:
            try:
                mask = cell.mask(HEIGHT, WIDTH)
            except InputError:
                continue
            assert mask.shape == (HEIGHT, WIDTH) and mask.dtype == bool


def test_the_true_disc_has_pixels():
    assert MASK.sum() == pytest.approx(np.pi * 144, rel=0.03)
