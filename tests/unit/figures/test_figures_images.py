"""Overlays, sheets of overlays, the grid of one image under all methods."""

import time

import numpy as np
import pytest

from blastvote.figures import (
    Cells,
    Look,
    example_sheet,
    find_missed,
    method_grid,
    overlay_cells,
    overlay_panel,
    save_figure,
)
from blastvote.figures.pictures.cells import mask_box, scaled_masks
from blastvote.figures.pictures.grid import brightness, shrink, surroundings
from blastvote.figures.style import MISSED, class_colours, rgb

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


def count_colour(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    """Count the pixels close to a colour: the edges of lines are smoothed."""
    return int((np.abs(image.astype(int) - np.array(colour)).max(-1) < 25).sum())


def test_mask_box_is_half_open():
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True
    assert mask_box(mask) == (2, 3, 5, 9)
    assert mask_box(np.zeros((4, 4), bool)) == (0, 0, 0, 0)


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


def test_overlay_outlines_in_the_colour_of_the_class(made):
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


def test_overlay_draws_truth_and_rings_missed_cells(made):
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


def test_labels_of_crowded_cells_do_not_hide_one_another():
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


def test_overlay_of_a_full_size_photograph_is_fast():
    image = np.full((2592, 3872, 3), 180, np.uint8)
    masks, boxes = [], []
    for i in range(20):
        mask = np.zeros(image.shape[:2], bool)
        y, x = 100 + 480 * (i // 5), 100 + 720 * (i % 5)
        mask[y : y + 300, x : x + 300] = True
        masks.append(mask)
        boxes.append((y, x, y + 300, x + 300))
    start = time.perf_counter()
    overlay(image, masks, np.array(boxes), ["L1"] * 20, [0.9] * 20)
    assert time.perf_counter() - start < 2  # about 0.15 s alone on one core


def test_find_missed_is_by_overlap_whatever_the_class(made):
    _, masks = made.cells_image()
    assert find_missed(masks, masks) == []
    assert find_missed(masks, masks[..., 1:]) == [0]
    assert find_missed(masks, np.zeros((120, 160, 0), bool)) == [0, 1, 2]
    half = masks[..., :1].copy()
    half[:60] = False  # IoU just below one half (the disc's middle row is cut off too)
    assert find_missed(masks[..., :1], half, 0.5) in ([], [0])
    assert find_missed(masks[..., :1], half, 0.6) == [0]
    assert find_missed(masks[..., :1], half, 0.4) == []


def test_panel_names_found_and_missed(made, texts, assert_readable):
    image, masks = made.cells_image()
    images = dict.fromkeys(made.five, image)
    predictions = {
        "none": Cells(masks[..., :1], ["L1"], [0.9]),
        "eff": Cells(masks, CLASSES, [0.9, 0.8, 0.7], np.array([mask_box(masks[..., i]) for i in range(3)])),
    }
    fig = overlay_panel(images, predictions, Cells(masks, CLASSES), class_names=CLASSES, methods=made.five)
    said = texts(fig)
    assert {"truth: n = 3 cells", "None: 1 detected, 2 missed", "HE: 0 detected, 3 missed"} <= set(said)
    assert "EFF: 3 detected, 0 missed" in said
    assert {"L1", "L2", "L3", "missed"} <= set(said)
    pictures = [ax.images[0].get_array() for ax in fig.axes if ax.images]
    ringed = [count_colour(np.asarray(picture), rgb(MISSED)) for picture in pictures]
    assert len(pictures) == 6
    assert ringed[0] == 0
    assert ringed[2] > ringed[1] > 0
    assert ringed[-1] == 0
    assert_readable(fig)


@pytest.mark.parametrize("count", [1, 2, 12])
def test_panel_is_readable_without_truth(made, assert_readable, texts, count):
    image, masks = made.cells_image()
    names = made.twelve[:count]
    cells = {name: Cells(masks, made.classes[:3], [0.9, 0.8, 0.7]) for name in names}
    fig = overlay_panel(dict.fromkeys(names, image), cells, class_names=made.classes, methods=made.twelve)
    assert not any("missed" in text for text in texts(fig))
    assert_readable(fig)


def test_panels_of_nothing_say_so(made, texts):
    assert any("No method" in text for text in texts(overlay_panel({}, {}, class_names=CLASSES)))
    assert any("No method" in text for text in texts(method_grid({})))
    assert any("no image" in text for text in texts(example_sheet({"L1": []}, CLASSES)))


def test_scaled_masks_keep_their_number(made):
    _, masks = made.cells_image()
    small = scaled_masks(masks, (60, 80))
    assert [mask.shape for mask in small] == [(60, 80)] * 3
    assert sum(mask.sum() for mask in small) == pytest.approx(masks.sum() / 4, rel=0.1)


@pytest.mark.parametrize("count", [1, 5, 12])
def test_grid_is_readable(made, assert_readable, artists, count):
    image, _ = made.cells_image()
    fig = method_grid(dict.fromkeys(made.twelve[:count], image), (10, 20, 60, 90), methods=made.twelve)
    assert len(artists(fig, "inset")) == count
    assert_readable(fig)


def test_grid_shows_the_inset_and_the_histogram(made, texts):
    image, _ = made.cells_image()
    dark = np.zeros_like(image)
    fig = method_grid({"none": image, "eff": dark}, (10, 20, 60, 90))
    pictures = [ax.images[0].get_array() for ax in fig.axes if ax.images]
    assert [picture.shape[:2] for picture in pictures] == [(120, 160), (120, 160), (105, 140), (105, 140)]
    assert any("mean 0\nblack 100.0%" in text for text in texts(fig))
    plain = method_grid({"none": image}, histograms=False)
    assert len(plain.axes) == 1


def test_grid_refuses_images_of_different_sizes(made):
    image, _ = made.cells_image()
    with pytest.raises(ValueError, match="sizes"):
        method_grid({"none": image, "eff": image[:50]})


@pytest.mark.parametrize(
    ("window", "margin", "expected"),
    [
        ((40, 60, 60, 100), 0.0, (35, 60, 65, 100)),  # grown to the proportions of the image
        ((40, 60, 60, 100), 0.5, (20, 40, 80, 120)),
        ((0, 0, 20, 20), 0.5, (0, 0, 40, 53)),  # pushed back into the image
        ((110, 150, 120, 160), 0.5, (100, 133, 120, 160)),
        ((0, 0, 120, 160), 0.5, (0, 0, 120, 160)),
    ],
)
def test_surroundings_keep_the_proportions_of_the_image(window, margin, expected):
    assert surroundings(window, (120, 160), margin) == expected


def test_shrink_and_brightness():
    image = np.zeros((100, 300, 3), np.uint8)
    image[:50] = 255
    assert shrink(image, 150).shape == (50, 150, 3)
    assert shrink(image, 400) is image
    shares = brightness(image)
    assert shares[[0, 255]].tolist() == [0.5, 0.5]
    assert shares.sum() == 1


def test_examples_have_a_row_a_class(made, assert_readable, texts, tmp_path):
    image, masks = made.cells_image()
    example = ("a rather long image name_0001.jpg", image, Cells(masks, CLASSES))
    fig = example_sheet({"L2": [example], "L1": [example] * 3}, CLASSES, "Simulated smears")
    assert_readable(fig)
    labels = [ax.get_ylabel() for ax in fig.axes if ax.get_ylabel()]
    assert labels == ["L1", "L2"]
    assert sum("(n = 3)" in text for text in texts(fig)) == 4
    first = [path.read_bytes() for path in save_figure(fig, tmp_path / "a")]
    assert [path.read_bytes() for path in save_figure(fig, tmp_path / "b")] == first
