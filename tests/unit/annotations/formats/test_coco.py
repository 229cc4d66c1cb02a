"""COCO: kinds of segmentations, ids, and mistakes."""

import numpy as np
import pytest

from blastvote.annotations import read_annotations
from blastvote.errors import InputError
from blastvote.rle import encode

from ..documents import OUTER, classes, flat, write

BOX = np.zeros((6, 8), bool)
BOX[1:4, 2:5] = True
UNCOMPRESSED = {"size": [6, 8], "counts": [13, 3, 3, 3, 3, 3, 20]}


def coco(*annotations, **changes):
    return {
        "images": [{"id": 7, "file_name": "a.png", "width": 8, "height": 6}],
        "categories": [{"id": 3, "name": "L1"}],
        "annotations": [{"id": n, "image_id": 7, "category_id": 3} | a for n, a in enumerate(annotations)],
    } | changes


@pytest.mark.parametrize(
    "segmentation",
    [
        [[2, 1, 5, 1, 5, 4, 2, 4]],
        [[2, 1, 5, 1, 5, 2, 2, 2], [2, 2, 5, 2, 5, 4, 2, 4]],
        UNCOMPRESSED,
        encode(BOX),
    ],
)
def test_coco_segmentations(tmp_path, segmentation):
    found = read_annotations(write(tmp_path / "x.json", coco({"segmentation": segmentation, "iscrowd": 1})))
    (cell,) = found.images["a.png"].cells
    assert found.format == "coco" and cell.class_name == "L1" and cell.crowd
    assert np.array_equal(cell.mask(6, 8), BOX)
    assert (found.images["a.png"].width, found.images["a.png"].height) == (8, 6)


def test_coco_mistakes(tmp_path):
    path = tmp_path / "x.json"
    with pytest.raises(InputError, match=r"annotation 0 belongs to image_id 9"):
        read_annotations(write(path, coco({"segmentation": [], "image_id": 9})))
    with pytest.raises(InputError, match=r"category_id 9.*\{3: 'L1'\}"):
        read_annotations(write(path, coco({"segmentation": [], "category_id": 9})))
    with pytest.raises(InputError, match="add up to 47 pixels"):
        read_annotations(write(path, coco({"segmentation": {"size": [6, 8], "counts": [40, 7]}})))
    with pytest.raises(InputError, match="does not fill 6 x 9"):
        read_annotations(write(path, coco({"segmentation": encode(BOX) | {"size": [6, 9]}})))
    with pytest.raises(InputError, match="not well-formed COCO"):
        read_annotations(write(path, {"images": [{}], "annotations": []}))
    found = read_annotations(write(path, coco({"segmentation": []}, {"segmentation": [[1, 1, 2, 2]]})))
    assert not found.images["a.png"].cells and len(found.notes) == len(found.lines) == 2


def test_coco_ids_that_mean_two_things_are_refused(tmp_path):
    """Else cells of one image would land on another, or one class be taken for another."""
    path = tmp_path / "x.json"
    images = [{"id": 7, "file_name": "a.png"}, {"id": 7, "file_name": "b.png"}]
    with pytest.raises(InputError, match=r"x\.json: .*image id 7 .*'a\.png' and 'b\.png'"):
        read_annotations(write(path, coco(images=images)))
    categories = [{"id": 3, "name": "L1"}, {"id": 3, "name": "L2"}]
    with pytest.raises(InputError, match=r"x\.json: .*category id 3 .*'L1' and 'L2'"):
        read_annotations(write(path, coco(categories=categories)))
    assert read_annotations(write(path, coco(categories=categories[:1] * 2))).images


def test_panoptic_coco_is_refused(tmp_path):
    panoptic = coco() | {"annotations": [{"image_id": 7, "file_name": "a.png", "segments_info": []}]}
    with pytest.raises(InputError, match=r"panoptic annotations, whose masks are images in other files"):
        read_annotations(write(tmp_path / "x.json", panoptic))


@pytest.mark.parametrize(
    "segmentation",
    [
        [2, 1, 5, 1, 5, 4, 2, 4],
        [[2, 1], [5, 1], [5, 4], [2, 4]],
        [[[2, 1], [5, 1], [5, 4], [2, 4]]],
        [[[2, 1, 5, 1, 5, 4, 2, 4]]],
    ],
)
def test_a_coco_outline_is_a_polygon_however_it_is_wrapped(tmp_path, segmentation):
    path = write(tmp_path / "x.json", coco({"segmentation": segmentation}))
    (cell,) = read_annotations(path).images["a.png"].cells
    assert np.array_equal(cell.mask(6, 8), BOX)


def test_points_of_three_numbers_are_no_pairs(tmp_path):
    """As x, y, x, y ... four points with a confidence each would be six points elsewhere."""
    points = [[2, 1, 0.9], [5, 1, 0.9], [5, 4, 0.8], [2, 4, 0.7]]
    found = read_annotations(write(tmp_path / "x.json", coco({"segmentation": [points]})))
    assert not found.images["a.png"].cells
    assert found.lines[0].reason == "its points are not pairs of numbers"


def test_run_length_mask_of_another_size_is_refused(tmp_path):
    (cell,) = (
        read_annotations(write(tmp_path / "x.json", coco({"segmentation": encode(BOX)})))
        .images["a.png"]
        .cells
    )
    with pytest.raises(InputError, match="8x6 pixels, but its image is 9x6"):
        cell.mask(6, 9)
    with pytest.raises(InputError, match=r"size \[6, 8\], which is width before height"):
        cell.mask(8, 6)


def test_coco_ids_that_passed_through_a_table_of_floats(tmp_path):
    document = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 2, "name": "L1"}],
        "annotations": [{"id": 0, "image_id": "1.0", "category_id": 2.0, "segmentation": [flat(OUTER)]}],
    }
    assert classes(read_annotations(write(tmp_path / "a.json", document))) == ["L1"]


def test_coco_without_images_is_refused_with_the_cause(tmp_path):
    path = write(
        tmp_path / "a.json", [{"image_id": 1, "category_id": 1, "segmentation": [flat(OUTER)], "score": 0.9}]
    )
    with pytest.raises(InputError, match=r"a list of 1 COCO annotations or results without 'images'"):
        read_annotations(path)
