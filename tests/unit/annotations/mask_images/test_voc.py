"""The two masks of Pascal VOC: one of objects, one of classes."""

import numpy as np
import pytest
from PIL import Image

from blastvote.annotations import read_annotations
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_annotation
from blastvote.annotations.mask_images.names import mask_image_files
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.errors import InputError

from .discs import discs

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
