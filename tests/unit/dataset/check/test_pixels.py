"""What the check says of turned photographs, and of bits that are not used."""

import cv2
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from blastvote import io, rle
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.annotations.shapes.raster import ellipse_polygon, rasterise
from blastvote.dataset.check.measure import examine
from blastvote.dataset.check.pixels.brightness import pixel_findings
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.photographs import links_outside
from blastvote.dataset.source.source import open_source
from blastvote.io import ReadSettings

SQUARE = np.array([[30, 6], [50, 6], [50, 26], [30, 26]], dtype=float)


def texts(facts, kind: str) -> list[str]:
    return [finding.text for finding in facts if finding.kind == kind]


IGNORE = ReadSettings(exif="ignore")


def photograph(tmp_path, orientation: int, dark: tuple[slice, slice]):
    """A bright image of 60 x 50 pixels with one dark square, as it is stored."""
    pixels = np.random.default_rng(0).normal(200, 6, (50, 60, 3)).clip(0, 255).astype(np.uint8)
    pixels[dark] -= 120
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    return tmp_path / "a.png"


def annotation(width=None, height=None) -> ImageAnnotation:
    return ImageAnnotation("a.png", width, height, cells=(Cell("L1", (SQUARE,)),))


@pytest.mark.parametrize("orientation", [2, 3, 4, 5, 6, 7, 8])
def test_outlines_that_fit_the_stored_pixels_are_warned_of(tmp_path, orientation):
    path = photograph(tmp_path, orientation, np.s_[6:26, 30:50])
    (warning,) = texts(examine("a", path, annotation()).findings, "exif_stored")
    assert f"EXIF orientation ({orientation})" in warning and "--exif ignore" in warning
    assert not examine("a", path, annotation(), IGNORE).findings


def test_outlines_on_the_upright_pixels_are_fine_and_warned_of_where_exif_is_ignored(tmp_path):
    path = photograph(tmp_path, 3, np.s_[24:44, 10:30])
    assert not examine("a", path, annotation()).findings
    (warning,) = texts(examine("a", path, annotation(), IGNORE).findings, "exif_stored")
    assert "--exif apply" in warning


def test_outlines_that_fit_neither_way_are_not_blamed_on_exif(tmp_path):
    path = photograph(tmp_path, 3, np.s_[6:26, 5:25])
    assert not texts(examine("a", path, annotation()).findings, "exif_stored")


def test_exif_is_the_one_cause_where_outlines_fit_the_stored_pixels_by_their_edges_alone(tmp_path):
    """Cells of the mean light of the photograph: no contrast of insides, but edges all around."""
    rng = np.random.default_rng(3)
    image = np.full((120, 160, 3), 150.0)
    mask = np.zeros((120, 160), bool)
    for x, y in ((30, 30), (75, 40), (40, 90), (125, 25)):
        mask |= rasterise([ellipse_polygon((x, y), (14, 12))], 120, 160)
    image[mask] = (210, 150, 90)
    pixels = np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[274] = 3
    Image.fromarray(pixels).save(path, quality=95, exif=exif)
    parts = ndimage.label(mask)[0]
    cells = tuple(Cell("L1", rle=rle.encode(parts == number)) for number in range(1, parts.max() + 1))
    facts = examine("a", path, ImageAnnotation("a.jpg", cells=cells))
    assert [f.kind for f in facts.findings] == ["exif_stored"]
    ignored = examine("a", path, ImageAnnotation("a.jpg", cells=cells), io.ReadSettings("ignore"))
    assert not ignored.findings


@pytest.mark.parametrize(
    ("size", "told"), [((120, 160), "width and height exchanged"), ((320, 240), "2 times as large")]
)
def test_another_size_is_explained_where_it_can_be(tmp_path, size, told):
    path = tmp_path / "a.png"
    io.write_image(path, np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8))
    facts = examine("a", path, ImageAnnotation("a.png", *size))
    assert [f.kind for f in facts.findings] == ["size_differs"] and told in facts.findings[0].text


def test_a_size_that_is_that_of_the_stored_pixels_names_exif(tmp_path):
    path = photograph(tmp_path, 6, np.s_[6:26, 30:50])
    (error,) = texts(examine("a", path, annotation(60, 50)).findings, "size_turned")
    assert error.startswith("the image is 50x60 pixels as its EXIF orientation (6) turns it")
    assert "made on 60x50" in error and "--exif ignore" in error
    facts = examine("a", path, annotation(60, 50), IGNORE)
    assert not facts.unusable and facts.n_cells == 1
    (error,) = texts(examine("a", path, annotation(50, 60), IGNORE).findings, "size_turned")
    assert "--exif apply" in error
    (error,) = texts(examine("a", path, annotation(61, 50)).findings, "size_differs")
    assert "EXIF" not in error


def test_turned_photographs_are_noted(tmp_path):
    path = photograph(tmp_path, 3, np.s_[6:26, 30:50])
    facts = [examine("a", path, None)]
    assert texts(pixel_findings(facts, {"a": path}, ReadSettings()), "exif") == [
        "EXIF orientations were applied to 1 of 1 photographs: a.png (3)."
    ]
    assert "ignored (dataset.exif)" in texts(pixel_findings(facts, {"a": path}, IGNORE), "exif")[0]


@pytest.mark.parametrize(("brightest", "bits"), [(255, 8), (900, 10), (4095, 12), (3776, 12), (16000, 14)])
def test_bits_that_are_not_used_are_warned_of_with_the_setting(tmp_path, brightest, bits):
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.linspace(0, brightest, 40 * 40).astype(np.uint16).reshape(40, 40))
    facts = [examine("a", path, None)]
    (warning,) = texts(pixel_findings(facts, {"a": path}, ReadSettings()), "dark")
    level = 2**bits - 1
    assert f"brightest {brightest} of 65535 (a.png: {brightest}). If they hold {bits} bits" in warning
    assert f"dataset.white_level to {level} (--white-level {level})" in warning
    assert pixel_findings(facts, {"a": path}, ReadSettings(white_level=level)) == []
    if bits > 8:
        (warning,) = texts(
            pixel_findings(facts, {"a": path}, ReadSettings(white_level=brightest - 1)), "above_white"
        )
        assert f"brighter than dataset.white_level {brightest - 1}" in warning


@pytest.mark.parametrize(
    ("darkest", "brightest", "level", "kind"),
    [(2048, 6143, 65535, "dark"), (2048, 6143, 16383, "narrow"), (60000, 65000, 65535, "narrow")],
)
def test_values_that_begin_far_above_0_are_warned_of_with_the_numbers(
    tmp_path, darkest, brightest, level, kind
):
    path = tmp_path / "a.png"
    values = np.linspace(darkest, brightest, 40 * 50).astype(np.uint16)
    values[0] = 0  # a dead pixel
    cv2.imwrite(str(path), values.reshape(40, 50))
    facts = [examine("a", path, None)]
    (finding,) = pixel_findings(facts, {"a": path}, ReadSettings(white_level=level))
    low = facts[0].darkest
    assert finding.kind == kind and darkest <= low <= darkest + 10
    assert f"If {low} is black, save them as 8 bit with {low} as 0 and {brightest} as 255" in finding.text
    assert kind == "dark" or f"(a.png: {low} to {brightest})" in finding.text


def test_photographs_that_use_their_bits_are_not_warned_of(tmp_path):
    deep, plain = tmp_path / "a.png", tmp_path / "b.png"
    cv2.imwrite(str(deep), np.full((40, 40), 60000, np.uint16))
    cv2.imwrite(str(plain), np.full((40, 40), 15, np.uint8))
    facts = [examine("a", deep, None), examine("b", plain, None)]
    assert pixel_findings(facts, {"a": deep, "b": plain}, ReadSettings()) == []


def test_links_that_leave_the_folder_are_said(tmp_path):
    folder = tmp_path / "smears"
    folder.mkdir()
    inside, outside = folder / "a.png", tmp_path / "elsewhere.png"
    for path in (inside, outside):
        cv2.imwrite(str(path), np.zeros((40, 40), np.uint8))
    (folder / "b.png").symlink_to(inside)
    assert links_outside([inside, folder / "b.png"]) == []
    (folder / "c.png").symlink_to(outside)
    assert links_outside(sorted(folder.iterdir())) == [
        f"1 photographs are links to files outside their folder: c.png -> {outside.resolve()}."
    ]


@pytest.mark.parametrize("exif", ["apply", "ignore"])
def test_photograph_and_mask_with_one_orientation_agree(tmp_path, exif):
    """A tool that copies the photograph's EXIF data to the mask turns both."""
    photo = photograph(tmp_path, 6, np.s_[6:26, 30:50])
    mask = np.zeros((50, 60), np.uint8)
    mask[6:26, 30:50] = 1
    tags = Image.Exif()
    tags[0x0112] = 6
    (tmp_path / "masks").mkdir()
    Image.fromarray(mask).save(tmp_path / "masks" / "a.png", exif=tags)
    dataset = {
        "images": f"{tmp_path}/*.png",
        "annotations": str(tmp_path / "masks"),
        "exif": exif,
        "class_aliases": {"": "L1"},
    }
    collection = collect(open_source(dataset, ["L1", "L2"]), ["L1", "L2"], max)
    facts = examine("a", photo, collection.annotations["a"], collection.reading)
    assert facts.n_cells == 1 and not facts.findings
