"""Cells drawn onto their image: tints, outlines, labels, and input that does not fit."""

import tracemalloc

import numpy as np
import pytest

from blastvote.figures import (
    Cells,
    Look,
    overlay_cells,
)
from blastvote.figures.palette import MISSED, class_colours, rgb
from blastvote.figures.pictures.cells import mask_box

CLASSES = ["L1", "L2", "L3"]


def overlay(image, masks, boxes=None, labels=(), scores=None, captions=None, **options):
    """Draw cells given one by one."""
    look = {key: options.pop(key) for key in ("opacity", "boxes", "text", "scale") if key in options}
    if "draw_boxes" in options:
        look["boxes"] = options.pop("draw_boxes")
    names = options.pop("class_names", None)
    return overlay_cells(
        image, Cells(masks, labels, scores, boxes, captions), names, look=Look(**look), **options
    )


def test_overlay_tints_the_cells_only_and_leaves_its_input(made):
    image, masks = made.cells_image()
    before = image.copy()
    out = overlay(image, masks, labels=CLASSES, class_names=CLASSES, draw_boxes=False, text=False)
    assert out.dtype == np.uint8
    assert out.shape == image.shape
    np.testing.assert_array_equal(image, before)
    centre = out[60, 27].astype(int)
    expected = 0.75 * np.array((120, 60, 160)) + 0.25 * np.array(rgb(class_colours(CLASSES)["L1"]))
    assert np.abs(centre - expected).max() <= 1
    assert (out[:5] == before[:5]).all()  # far from every cell


def test_overlay_outlines_in_the_colour_of_the_class(made, count_colour):
    image, masks = made.cells_image()
    out = overlay(image, masks, labels=["L3", "L3", "L1"], class_names=CLASSES, text=False)
    colours = class_colours(CLASSES)
    assert count_colour(out, rgb(colours["L3"])) > 100
    assert count_colour(out, rgb(colours["L1"])) > 50
    assert count_colour(out, rgb(colours["L2"])) == 0


def test_overlay_accepts_boxes_lists_and_no_labels(made):
    image, masks = made.cells_image()
    boxes = np.array([mask_box(masks[..., i]) for i in range(3)], np.float32)
    given = overlay(image, masks, boxes, CLASSES, [0.9, 0.8, 0.7], class_names=CLASSES)
    found = overlay(image, list(np.moveaxis(masks, -1, 0)), None, CLASSES, [0.9, 0.8, 0.7])
    np.testing.assert_array_equal(given, found)
    assert (overlay(image, masks) != image).any()


def test_overlay_of_nothing_is_the_image(made):
    image, _ = made.cells_image()
    np.testing.assert_array_equal(overlay(image, np.zeros((120, 160, 0), bool)), image)
    np.testing.assert_array_equal(overlay(image, [np.zeros((120, 160), bool)], labels=["L1"]), image)


def test_overlay_draws_truth_and_rings_missed_cells(made, count_colour):
    image, masks = made.cells_image()
    none = np.zeros((120, 160, 0), bool)
    white = overlay(image, none, truth=masks)
    assert count_colour(white, (255, 255, 255)) > 50
    ringed = overlay(image, none, missed=masks[..., :1])
    yellow = (ringed == np.array(rgb(MISSED), np.uint8)).all(-1)
    assert yellow.sum() > 100
    assert not (yellow & masks.any(-1)).any()  # around the cell, not over it
    assert np.flatnonzero(yellow.any(0)).max() < 80  # the first cell only


def test_overlay_places_labels_beside_the_cells(made):
    image, masks = made.cells_image((300, 600))
    bare = overlay(image, masks, labels=CLASSES, text=False)
    written = overlay(image, masks, labels=CLASSES, scores=[0.9, 0.8, 0.7])
    changed = (bare != written).any(-1)
    assert changed.sum() > 300
    assert (changed & masks.any(-1)).sum() == 0


def test_labels_of_crowded_cells_do_not_hide_one_another(count_colour):
    masks = np.zeros((400, 400, 4), bool)
    for i in range(4):
        masks[180:220, 100 + 45 * i : 140 + 45 * i, i] = True
    image = np.full((400, 400, 3), 128, np.uint8)
    plates = []
    for i in range(4):
        captions = [""] * 4
        captions[i] = "neutrophil 0.97"
        plates.append(captions)
    together = overlay(image, masks, labels=["a"] * 4, captions=["neutrophil 0.97"] * 4, scale=1)
    single = overlay(image, masks, labels=["a"] * 4, captions=plates[0], scale=1)
    colour = rgb(class_colours(["a"])["a"])
    without = overlay(image, masks, labels=["a"] * 4, text=False, scale=1)
    plate = count_colour(single, colour) - count_colour(without, colour)
    assert count_colour(together, colour) - count_colour(without, colour) > 3.5 * plate


def test_a_label_stays_inside_the_image_and_one_too_big_is_left_out():
    mask = np.zeros((60, 80), bool)
    mask[0:20, 60:80] = True
    image = np.full((60, 80, 3), 128, np.uint8)
    out = overlay(image, [mask], labels=["L1"], scores=[0.5], scale=0.7)
    assert (out != overlay(image, [mask], labels=["L1"], text=False, scale=0.7)).any()
    long = overlay(image, [mask], labels=["x" * 50], scale=0.7)
    np.testing.assert_array_equal(long, overlay(image, [mask], labels=["x" * 50], text=False, scale=0.7))


def test_overlay_writes_names_beyond_ascii(made):
    image, masks = made.cells_image()
    one = overlay(image, masks, labels=["łymfocyt"] * 3)
    other = overlay(image, masks, labels=["?ymfocyt"] * 3)
    assert (one != other).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": np.zeros((120, 160), np.uint8)}, "RGB"),
        ({"image": np.zeros((120, 160, 3), np.float32)}, "uint8"),
        ({"image": np.zeros((60, 160, 3), np.uint8)}, "size of the image"),
        ({"labels": ["L1"]}, "labels: 1 for 3 masks"),
        ({"scores": [1.0] * 4}, "scores: 4 for 3 masks"),
        ({"boxes": np.zeros((2, 4))}, "boxes: 2 for 3 masks"),
    ],
)
def test_overlay_refuses_what_does_not_fit(made, change, message):
    image, masks = made.cells_image()
    with pytest.raises(ValueError, match=message):
        overlay(**({"image": image, "masks": masks} | change))


def test_overlay_of_a_full_size_photograph_holds_one_copy_of_it():
    image = np.full((2592, 3872, 3), 180, np.uint8)
    masks, boxes = [], []
    for i in range(20):
        mask = np.zeros(image.shape[:2], bool)
        y, x = 100 + 480 * (i // 5), 100 + 720 * (i % 5)
        mask[y : y + 300, x : x + 300] = True
        masks.append(mask)
        boxes.append((y, x, y + 300, x + 300))
    tracemalloc.start()
    overlay(image, masks, np.array(boxes), ["L1"] * 20, [0.9] * 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.3 * image.nbytes  # a tint of the whole image for each cell would take a second copy
