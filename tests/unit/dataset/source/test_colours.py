"""Colour-coded masks: each colour is a class, each connected piece of it a cell."""

import numpy as np
import pytest
from PIL import Image

from blastvote import io
from blastvote.annotations.mask_images.colours import parse_colour
from blastvote.dataset.check.checks import check_dataset
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ..conftest import CLASSES

RED, GREEN, GREY = (255, 0, 0), (0, 255, 0), (128, 128, 128)


@pytest.fixture
def data(folder):
    """A photograph and a mask with two red cells and a green one."""
    folder.add("a.png")
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[4:14, 4:14] = pixels[4:14, 24:34] = RED
    pixels[20:40, 20:40] = GREEN
    path = folder.root / "masks/a.png"
    io.write_image(path, pixels)
    return {"images": str(folder.images), "annotations": str(path.parent)}, path, pixels


def counts(config, rule):
    collection = collect(open_source(config, CLASSES), CLASSES, rule)
    report, _ = check_dataset(collection, CLASSES, rule)
    return report.counts


def test_pieces_of_colours_are_cells_of_classes(data, rule):
    config, *_ = data
    found = counts(config | {"mask_colours": {"#ff0000": "L1", "0,255,0": "L2"}}, rule)
    assert (found["cells L1"], found["cells L2"]) == (2, 1)
    found = counts(config | {"mask_colours": {"red": "L1", "#0f0": ""}}, rule)
    assert (found["cells L1"], found["cells L2"]) == (2, 0)


def test_names_of_colours_are_translated(data, rule):
    config, *_ = data
    colours = {"#ff0000": "blast", "#00ff00": "background"}
    found = counts(config | {"mask_colours": colours, "class_aliases": {"blast": "L3"}}, rule)
    assert found["cells L3"] == 2


def test_palette_images_count_by_their_colours(data, rule):
    config, path, pixels = data
    Image.fromarray(pixels).quantize(4).save(path)
    found = counts(config | {"mask_colours": {"#ff0000": "L1", "#00ff00": "L2"}}, rule)
    assert (found["cells L1"], found["cells L2"]) == (2, 1)


def test_a_colour_without_a_class_is_refused(data, rule):
    config, path, pixels = data
    pixels[44:46, 50:60] = GREY
    io.write_image(path, pixels)
    with pytest.raises(
        InputError, match=r"a\.png: 2 colours are not in .*\(dataset\.mask_colours\): 0,255,0 \(400 pixels"
    ):
        counts(config | {"mask_colours": {"#ff0000": "L1"}}, rule)


def test_colours_without_a_table_are_refused_with_the_remedy(data, rule):
    config, *_ = data
    with pytest.raises(InputError, match=r"the mask image has colours.*dataset\.mask_colours"):
        counts(config | {"class_aliases": {"": "L1"}}, rule)


def test_the_table_of_cvat_beside_the_masks(data, rule):
    config, path, _ = data
    table = "# label:color_rgb:parts:actions\nL1:255,0,0::\nbackground:0,0,0::\nL2:0,255,0::\n"
    (path.parent.parent / "labelmap.txt").write_text(table)
    found = counts(config, rule)
    assert (found["cells L1"], found["cells L2"]) == (2, 1)


def test_a_colour_coded_jpeg_is_refused(data, rule):
    config, path, pixels = data
    path.unlink()
    io.write_image(path.with_suffix(".jpg"), pixels)
    with pytest.raises(InputError, match="JPEG"):
        counts(config | {"mask_colours": {"#ff0000": "L1"}, "masks": "binary"}, rule)


@pytest.mark.parametrize("text", ["reddish", "1,2", "1,2,300", "#12", "", "1,2,x"])
def test_what_is_no_colour(text):
    with pytest.raises(InputError, match=r"dataset\.mask_colours: .* is no colour"):
        parse_colour(text)
