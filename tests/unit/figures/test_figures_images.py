"""Overlays, sheets of overlays, the grid of one image under all methods."""

import numpy as np
import pytest

from blastvote.figures import (
    Cells,
    example_sheet,
    find_missed,
    method_grid,
    overlay_panel,
    save_figure,
)
from blastvote.figures.palette import MISSED, rgb
from blastvote.figures.pictures.cells import mask_box, scaled_masks
from blastvote.figures.pictures.grid import brightness, shrink, surroundings

CLASSES = ["L1", "L2", "L3"]


def test_mask_box_is_half_open():
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True
    assert mask_box(mask) == (2, 3, 5, 9)
    assert mask_box(np.zeros((4, 4), bool)) == (0, 0, 0, 0)


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


def test_panel_names_found_and_missed(made, texts, assert_readable, count_colour):
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
