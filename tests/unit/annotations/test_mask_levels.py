"""What values of mask images cannot be cells, and the two masks of Pascal VOC."""

import cv2
import numpy as np
import pytest
from PIL import Image

from blastvote import io
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_annotation
from blastvote.annotations.mask_images.label_maps import cells_of_label_map
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.annotations.read import read_annotations
from blastvote.errors import InputError


def discs(values=(1, 2, 3), size=(60, 90)):
    y, x = np.mgrid[: size[0], : size[1]]
    labels = np.zeros(size, np.int32)
    for value, (cx, cy) in zip(values, ((15, 15), (45, 30), (72, 42)), strict=True):
        labels[(x - cx) ** 2 + (y - cy) ** 2 < 100] = value
    return labels


def smoothed():
    return cv2.GaussianBlur((discs() > 0).astype(np.uint8) * 255, (0, 0), 1.2).astype(np.int32)


@pytest.mark.parametrize("mode", ["label_map", "semantic"])
def test_grey_levels_of_smoothed_edges_are_no_cells(mode):
    with pytest.raises(
        InputError, match=r"a\.png holds \d+ grey levels that are only thin lines .*components"
    ):
        cells_of_label_map(smoothed(), mode, image="a.png", journal=Journal("masks"))


@pytest.mark.parametrize(("mode", "count"), [("components", 3), ("binary", 1)])
def test_smoothed_masks_end_where_they_are_half_as_bright(mode, count):
    journal = Journal()
    cells = cells_of_label_map(smoothed(), mode, journal=journal)
    mask = np.any([cell.mask(60, 90) for cell in cells], axis=0)
    true = discs() > 0
    assert len(cells) == count and (mask & true).sum() / (mask | true).sum() > 0.95
    assert "grey along edges" in journal.notes[0]


def test_thin_values_among_solid_ones_stay_cells():
    labels = discs()
    labels[50:52, 5:80] = 4
    assert len(cells_of_label_map(labels)) == 4


@pytest.mark.parametrize("background", [1, 255])
def test_the_background_of_a_map_without_0_is_told_by_its_extent(background):
    labels = np.where(discs() == 0, background, discs() + 1)
    journal = Journal()
    assert len(cells_of_label_map(labels, journal=journal)) == 3
    assert [line.object for line in journal.lines] == [f"value {background}"]
    assert "there is no 0" in journal.lines[0].reason
    assert len(cells_of_label_map(labels, ignore=())) == 4  # as configured


def test_pieces_of_an_inverted_mask_are_cells():
    journal = Journal()
    inverted = np.where(discs() == 0, 255, 0)
    cells = cells_of_label_map(inverted, "components", image="a.png", journal=journal)
    assert len(cells) == 3 and "the mask is inverted: value 255 covers 8" in journal.warnings[0]
    assert len(cells_of_label_map(inverted, "components", ignore=())) == 1  # as configured
    assert len(cells_of_label_map(np.where(discs() == 0, 0, 255), "components")) == 3


def test_negative_values_are_refused():
    with pytest.raises(InputError, match=r"negative values \(-1\), so 0 may be a cell"):
        cells_of_label_map(discs() - 1)


def test_a_border_of_another_value_is_told_with_the_setting():
    labels = discs()
    rim = (cv2.dilate((labels > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & (labels == 0)
    journal = Journal()
    cells_of_label_map(np.where(rim, 254, labels), image="a.png", journal=journal)
    assert len(journal.warnings) == 1 and "set dataset.ignore_values to [254]" in journal.warnings[0]
    assert len(cells_of_label_map(np.where(rim, 65535, labels))) == 3


@pytest.mark.parametrize(("scale", "readable"), [(1, True), (0.3, False)])
def test_label_maps_of_fiji_are_floats(tmp_path, scale, readable):
    Image.fromarray((discs() * scale).astype(np.float32)).save(tmp_path / "a.tif")
    if readable:
        assert np.array_equal(io.read_mask_image(tmp_path / "a.tif"), discs())
    else:
        with pytest.raises(InputError, match="no whole numbers"):
            io.read_mask_image(tmp_path / "a.tif")


def test_pieces_of_jpeg_masks_are_cells(tmp_path):
    Image.fromarray((discs() > 0).astype(np.uint8) * 255).save(tmp_path / "a.jpg", quality=75)
    found = read_mask_annotation(tmp_path / "a.jpg", "a", MaskSettings("components"), Journal())
    assert len(found.cells) == 3


COLOURS = {"background": (0, 0, 0), "L1": (250, 50, 83), "L2": (50, 183, 250)}


def voc(root, palette=False, void=False):
    """Write the two masks of CVAT's export (or of Pascal VOC, with palettes) of three cells, of which two touch."""
    labels = discs((0, 2, 3))
    labels[:, 45:][labels[:, 45:] == 2] = 1
    kinds = np.select([labels == 2, labels > 0], [2, 1], 0)
    if void:
        labels[:3] = kinds[:3] = 255
    for folder, values in (("SegmentationObject", labels), ("SegmentationClass", kinds)):
        table = np.zeros((256, 3), np.uint8)
        table[:4] = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0)]
        table[255] = (224, 224, 192)
        if folder == "SegmentationClass" and not palette:
            table[:3] = list(COLOURS.values())
        (root / folder).mkdir()
        image = Image.fromarray(values.astype(np.uint8))
        image.putpalette(table.ravel().tolist())
        (image if palette else image.convert("RGB")).save(root / folder / "a.png")
    if not palette:
        lines = [f"{name}:{','.join(map(str, colour))}::" for name, colour in COLOURS.items()]
        (root / "labelmap.txt").write_text(
            "\n".join(["# label:color_rgb:parts:actions", *lines]), encoding="utf-8"
        )


@pytest.mark.parametrize(("palette", "names"), [(False, ["L1", "L1", "L2"]), (True, ["1", "1", "2"])])
@pytest.mark.parametrize("place", ["SegmentationObject", ""])
def test_instances_and_classes_of_pascal_voc(tmp_path, place, palette, names):
    voc(tmp_path, palette, void=palette)
    if place:
        found = read_annotations(tmp_path / place).images["a"]
    else:
        from blastvote.annotations.mask_images.names import mask_image_files

        (path,) = mask_image_files(tmp_path)
        found = read_mask_annotation(path, "a", MaskSettings(), Journal())
    assert (found.width, found.height) == (90, 60)
    assert sorted(str(cell.class_name) for cell in found.cells) == names


def test_mistakes_in_pascal_voc(tmp_path):
    voc(tmp_path)
    path = tmp_path / "SegmentationObject/a.png"
    (tmp_path / "labelmap.txt").write_text("L1:250,50,83::\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"the colour #32b7fa of a class is not in the table of colours"):
        read_annotations(path.parent)
    Image.new("RGB", (9, 9)).save(tmp_path / "SegmentationClass/a.png")
    with pytest.raises(InputError, match=r"is 9x9 pixels, but .* is 90x60"):
        read_annotations(path.parent)
    (tmp_path / "SegmentationClass/a.png").unlink()
    assert {cell.class_name for cell in read_annotations(path.parent).images["a"].cells} == {None}
