"""COCO, LabelMe, GeoJSON and mask images."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from blastvote.annotations import read_annotations
from blastvote.annotations.mask_images.files import read_mask_folder
from blastvote.annotations.mask_images.label_maps import cells_of_label_map
from blastvote.annotations.mask_images.names import photograph_stem
from blastvote.errors import InputError
from blastvote.rle import encode


def write(path, document):
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------ COCO

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


# ------------------------------------------------------------------------------------------ LabelMe


def labelme(*shapes, **changes):
    return {
        "version": "5.5",
        "imagePath": "..\\photos\\a.png",
        "imageWidth": 30,
        "imageHeight": 20,
        "shapes": list(shapes),
    } | changes


def test_labelme_shapes(tmp_path):
    png = io.BytesIO()
    Image.fromarray(np.ones((3, 4), bool)).save(png, "PNG")
    shapes = [
        {"label": "L1", "points": [[1, 1], [5, 1], [5, 4], [1, 4]], "shape_type": "polygon"},
        {"label": "L2", "points": [[5, 4], [1, 1]], "shape_type": "rectangle"},
        {"label": "L3", "points": [[10, 10], [10, 15]], "shape_type": "circle"},
        {
            "label": "L1",
            "points": [[28, 5], [31, 7]],
            "shape_type": "mask",
            "mask": base64.b64encode(png.getvalue()).decode(),
        },
        {"label": "L1", "points": [[1, 1]], "shape_type": "point"},
        {"label": "", "points": [[1, 1], [2, 2]], "shape_type": "polygon"},
    ]
    path = write(tmp_path / "a.json", labelme(*shapes, flags={"L1": True, "blurred": False}))
    found = read_annotations(path)
    image = found.images["a.png"]
    assert found.format == "labelme" and image.label == "L1" and (image.width, image.height) == (30, 20)
    assert [cell.class_name for cell in image.cells] == ["L1", "L2", "L3", "L1"]
    areas = [cell.mask(20, 30).sum() for cell in image.cells]
    assert areas[:2] == [12, 12] and areas[2] == pytest.approx(25 * np.pi, rel=0.05) and areas[3] == 6
    assert len(found.notes) == 2


def test_labelme_groups_are_one_cell(tmp_path):
    part = {"label": "L1", "shape_type": "polygon", "group_id": 1}
    shapes = [
        part | {"points": [[0, 0], [2, 0], [2, 2], [0, 2]]},
        part | {"points": [[5, 0], [7, 0], [7, 2], [5, 2]]},
        part | {"points": [[9, 0], [11, 0], [11, 2], [9, 2]], "group_id": None},
    ]
    cells = read_annotations(write(tmp_path / "a.json", labelme(*shapes))).images["a.png"].cells
    assert [cell.mask(20, 30).sum() for cell in cells] == [8, 4]


def test_a_file_of_no_known_format_in_a_folder_is_warned_of(tmp_path):
    square = {"label": "L1", "points": [[1, 1], [5, 1], [5, 4], [1, 4]], "shape_type": "polygon"}
    write(tmp_path / "settings.json", {"zoom": 3})
    with pytest.raises(InputError, match=r"settings\.json: the format is not known"):
        read_annotations(tmp_path)
    write(tmp_path / "a.json", labelme(square))
    found = read_annotations(tmp_path)
    assert found.n_cells == 1 and "settings.json: the format is not known" in found.warnings[0]


def test_a_folder_of_files_is_one_set(tmp_path):
    square = {"label": "L1", "points": [[1, 1], [5, 1], [5, 4], [1, 4]], "shape_type": "polygon"}
    write(tmp_path / "a.json", labelme(square))
    write(tmp_path / "b.json", labelme(square, imagePath="b.png"))
    assert sorted(read_annotations(tmp_path).images) == ["a.png", "b.png"]


# ------------------------------------------------------------------------------------------ GeoJSON


def feature(coordinates, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def ring(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]


def test_geojson_of_qupath(tmp_path):
    features = [
        feature([ring(0, 0, 6, 6), ring(1, 1, 3, 3)], classification={"name": "L1", "color": [1, 2, 3]}),
        feature([[ring(0, 0, 2, 2)], [ring(4, 4, 6, 6)]], "MultiPolygon", classification={"names": ["L2"]}),
        feature([1, 2], "Point"),
        feature([ring(0, 0, 0, 0)]),
    ]
    for number, document in enumerate([{"type": "FeatureCollection", "features": features}, features]):
        path = write(tmp_path / f"slide {number}.geojson", document)
        found = read_annotations(path)
        cells = found.images[f"slide {number}"].cells
        assert found.format == "geojson" and [c.class_name for c in cells] == ["L1", "L2"]
        assert [c.mask(8, 8).sum() for c in cells] == [32, 8]
        assert any("Point has no area" in n for n in found.notes)
    single = write(tmp_path / "one.geojson", feature([ring(0, 0, 6, 6)], stage="L3"))
    assert read_annotations(single, class_attribute="stage").images["one"].cells[0].class_name == "L3"
    with pytest.raises(InputError, match="'features' is not a list"):
        read_annotations(write(single, {"type": "FeatureCollection"}))


def test_an_island_in_a_hole_is_part_of_the_cell(tmp_path):
    parts = [[ring(0, 0, 8, 8), ring(2, 2, 6, 6)], [ring(3, 3, 5, 5)]]
    document = feature(parts, "MultiPolygon", classification={"name": "L1"})
    (cell,) = read_annotations(write(tmp_path / "a.geojson", document)).images["a"].cells
    mask = cell.mask(8, 8)
    assert mask.sum() == 64 - 16 + 4 and mask[3:5, 3:5].all() and not mask[2, 2:6].any()


# ------------------------------------------------------------------------------------------ mask images


def test_label_map_and_binary():
    labels = np.array([[0, 128, 128], [255, 0, 3]])
    cells = cells_of_label_map(labels)
    assert [c.attributes["value"] for c in cells] == [3, 128, 255]
    assert [c.mask(2, 3).sum() for c in cells] == [1, 2, 1]
    (cell,) = cells_of_label_map(labels, "binary")
    assert np.array_equal(cell.mask(2, 3), labels != 0)
    assert (
        cells_of_label_map(np.zeros((2, 2), int)) == cells_of_label_map(np.zeros((2, 2), int), "binary") == ()
    )
    with pytest.raises(InputError, match="'instances' is not known"):
        cells_of_label_map(labels, "instances")


def test_mask_folder(tmp_path):
    Image.fromarray(np.full((4, 4), 2, np.uint8)).save(tmp_path / "a_mask.png")
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "b.png")
    found = read_annotations(tmp_path)
    assert found.format == "masks" and sorted(found.images) == ["a", "b"]
    assert len(found.images["a"].cells) == 1 and "b.png: the mask is empty" in found.notes[0]


def test_masks_beside_photographs_are_told_by_their_channels(tmp_path):
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "007.bmp")
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "007.png")
    assert len(read_annotations(tmp_path).images["007"].cells) == 1
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "007.tif")
    with pytest.raises(InputError, match="2 of the files"):
        read_annotations(tmp_path)


def test_masks_in_jpeg_files(tmp_path):
    """JPEG leaves grey noise along edges: no label map survives it, one cell does."""
    mask = np.zeros((64, 64), np.uint8)
    mask[10:43, 13:50] = 255
    Image.fromarray(mask).save(tmp_path / "a.jpg", quality=60)
    assert (np.asarray(Image.open(tmp_path / "a.jpg")) > 0).sum() > 33 * 37  # the noise is there
    with pytest.raises(InputError, match=r"a\.jpg: .*JPEG.*PNG.*'binary'"):
        read_annotations(tmp_path)
    found = read_mask_folder(tmp_path, "binary")
    assert np.array_equal(found.images["a"].cells[0].mask(64, 64), mask > 0)
    assert any("a.jpg" in note and "JPEG" in note for note in found.notes)


def test_folder_without_anything(tmp_path):
    with pytest.raises(InputError, match="holds no annotation files"):
        read_annotations(tmp_path)


@pytest.mark.parametrize(
    ("stem", "expected"), [("a_mask", "a"), ("a_cp_masks", "a"), ("mask", "mask"), ("x", "x")]
)
def test_stems(stem, expected):
    assert photograph_stem(stem) == expected


def test_real_masks(shared_dir):
    found = read_annotations(shared_dir / "data" / "zxaoyou_wbc" / "Dataset 2")
    assert len(found.images) == 60
    values = [{cell.attributes["value"] for cell in image.cells} for image in found.images.values()]
    assert sum(v <= {128, 255} for v in values) == 56  # four masks have stray grey levels
