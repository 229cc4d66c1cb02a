"""Files of several pages, bit depths and orientations: read right or refused, never dark or grey in silence."""

import cv2
import numpy as np
import pytest
from PIL import Image

from blastvote import io
from blastvote.dataset.source.photographs import list_images
from blastvote.errors import InputError
from blastvote.io import ReadSettings

OME = (
    '<?xml version="1.0"?><OME><Image><Pixels SizeC="{c}" SizeT="1" SizeX="9" SizeZ="{z}">{channels}</Pixels>'
)
RGB_COLOURS = "".join(
    f'<Channel ID="{k}" Color="{c}" SamplesPerPixel="1"/>' for k, c in enumerate((-16776961, 16711935, 65535))
)
BGR_NAMES = "".join(f'<Channel ID="{name}" Name="{name}"/>' for name in ("Blue", "Green", "Red"))
DYES = "".join(f'<Channel ID="{name}" Name="{name}"/>' for name in ("DAPI", "FITC", "TRITC"))


@pytest.fixture
def planes() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (3, 7, 9), dtype=np.uint8)


def save(path, pages, description=None, **options):
    first, *others = [Image.fromarray(page) for page in pages]
    info = {270: description} if description else {}
    first.save(path, save_all=True, append_images=others, tiffinfo=info, **options)


@pytest.mark.parametrize("factor", [1, 257])
@pytest.mark.parametrize(
    ("description", "order"),
    [
        ("ImageJ=1.54\nimages=3\nchannels=3\nmode=composite\n", (0, 1, 2)),
        (OME.format(c=3, z=1, channels=RGB_COLOURS), (0, 1, 2)),
        (OME.format(c=3, z=1, channels=BGR_NAMES), (2, 1, 0)),
    ],
)
def test_three_pages_that_are_called_red_green_and_blue_are_colours(
    tmp_path, planes, description, order, factor
):
    dtype = np.uint8 if factor == 1 else np.uint16
    save(tmp_path / "x.tif", planes.astype(dtype) * dtype(factor), description)
    assert np.array_equal(io.read_image(tmp_path / "x.tif"), np.dstack([planes[k] for k in order]))


@pytest.mark.parametrize(
    ("count", "description", "told"),
    [
        (3, None, "holds 3 images of one size"),
        (2, None, "holds 2 images"),
        (9, None, "holds more than 3 images"),
        (3, "ImageJ=1.54\nimages=3\nslices=3\n", "focal planes"),
        (3, "ImageJ=1.54\nimages=3\nchannels=3\nmode=grayscale\n", "RGB Color"),
        (3, OME.format(c=3, z=1, channels=DYES), "holds 3 images"),
        (1, OME.format(c=1, z=5, channels=""), "holds 5 images"),
        (1, OME.format(c=3, z=1, channels=RGB_COLOURS), "holds 3 images"),
        (1, "ImageJ=1.54\nimages=12\n", "holds 12 images"),
    ],
)
def test_pages_that_nothing_explains_are_refused(tmp_path, planes, count, description, told):
    save(tmp_path / "x.tif", [planes[k % 3] for k in range(count)], description)
    with pytest.raises(InputError, match=rf"x\.tif: .*{told}"):
        io.read_image(tmp_path / "x.tif")


def test_one_page_of_colour_is_no_stack(tmp_path, planes):
    photo = np.dstack(list(planes))
    one = OME.format(c=3, z=1, channels='<Channel ID="0" SamplesPerPixel="3"/>')
    save(tmp_path / "x.tif", [photo], one)
    assert np.array_equal(io.read_image(tmp_path / "x.tif"), photo)


def test_previews_behind_the_photograph_do_not_count_but_a_larger_page_does(tmp_path, planes):
    photo = np.dstack(list(planes))
    save(tmp_path / "pyramid.tif", [photo, photo[::2, ::2].copy(), photo[::4, ::4].copy()])
    assert np.array_equal(io.read_image(tmp_path / "pyramid.tif"), photo)
    save(tmp_path / "preview.tif", [photo[::2, ::2].copy(), photo])
    with pytest.raises(InputError, match=r"page 2 \(9x7 pixels\) is larger than the first \(5x4\)"):
        io.read_image(tmp_path / "preview.tif")


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_animations_are_refused(tmp_path, planes, suffix):
    save_all = {"save_all": True, "append_images": [Image.fromarray(planes[1]).convert("RGB")]}
    Image.fromarray(planes[0]).convert("RGB").save(tmp_path / f"x.{suffix}", **save_all)
    with pytest.raises(InputError, match="is an animation of 2 images"):
        io.read_image(tmp_path / f"x.{suffix}")


def test_a_mask_of_several_pages_is_refused(tmp_path, planes):
    save(tmp_path / "m.tif", planes)
    with pytest.raises(InputError, match="the mask image has 3 pages"):
        io.read_mask_image(tmp_path / "m.tif")


def test_the_white_level_of_twelve_bits(tmp_path):
    deep = np.array([[[0, 16, 4095], [2048, 5000, 8]]], dtype=np.uint16)
    cv2.imwrite(str(tmp_path / "x.png"), deep[..., ::-1])
    found = io.read_photograph(tmp_path / "x.png", ReadSettings(white_level=4095))
    assert found.pixels.tolist() == [[[0, 1, 255], [128, 255, 0]]]
    assert found.brightest == 5000
    assert io.read_photograph(tmp_path / "x.png").pixels.max() == 19


def test_where_zero_is_white_photographs_are_inverted_and_masks_are_not(tmp_path, planes):
    deep = planes[0].astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.tif", tiffinfo={262: 0})  # Pillow stores 16 bits as given
    assert np.array_equal(io.read_image(tmp_path / "deep.tif")[..., 0], 255 - planes[0])
    assert np.array_equal(io.read_mask_image(tmp_path / "deep.tif"), deep)
    Image.fromarray(planes[0]).save(tmp_path / "x.tif", tiffinfo={262: 0})  # and 8 bits inverted
    assert np.array_equal(io.read_image(tmp_path / "x.tif")[..., 0], planes[0])
    assert np.array_equal(io.read_mask_image(tmp_path / "x.tif"), 255 - planes[0])


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """What a viewer shows, from the definition in the EXIF standard."""
    quarter = {5: 1, 6: -1, 7: -1, 8: 1}.get(orientation, 0)
    pixels = np.rot90(pixels, quarter) if quarter else pixels
    if orientation in (2, 3):
        pixels = pixels[:, ::-1]
    return pixels[::-1] if orientation in (3, 4, 5, 7) else pixels


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["RGB", "L", "I;16"])
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_size_pixels_and_masks_agree_in_every_orientation(tmp_path, planes, suffix, kind, orientation):
    if suffix == "jpg" and kind == "I;16":
        pytest.skip("JPEG has 8 bits")
    grey = np.repeat(np.repeat(planes[0], 8, 0), 8, 1)
    stored = {"RGB": np.dstack([grey] * 3), "L": grey, "I;16": grey.astype(np.uint16) * 257}[kind]
    exif = Image.Exif()
    exif[0x0112] = orientation
    tags = {"tiffinfo": {0x0112: orientation}} if suffix == "tif" else {"exif": exif}
    path = tmp_path / f"x.{suffix}"
    Image.fromarray(stored).save(
        path, **tags, **({"quality": 100, "subsampling": 0} if suffix == "jpg" else {})
    )
    near = 6 if suffix == "jpg" else 0
    for exif_setting, expected in (("apply", turned(grey, orientation)), ("ignore", grey)):
        settings = ReadSettings(exif=exif_setting)
        found = io.read_photograph(path, settings)
        assert found.orientation == orientation
        assert found.pixels.shape[:2] == expected.shape
        assert np.abs(found.pixels[..., 1].astype(int) - expected).max() <= near
        assert io.image_size(path, settings) == expected.shape[::-1]
        if suffix != "jpg" and kind != "RGB":
            mask = io.read_mask_image(path, settings)
            assert np.array_equal(mask, expected.astype(int) * (257 if kind == "I;16" else 1))


def test_content_decides_and_other_formats_start_no_program(tmp_path, monkeypatch):
    """EPS would be handed to Ghostscript."""
    monkeypatch.setattr("subprocess.check_call", lambda *_, **__: pytest.fail("a program was started"))
    Image.new("RGB", (20, 20)).save(tmp_path / "x.eps")
    (tmp_path / "x.png").write_bytes((tmp_path / "x.eps").read_bytes())
    with pytest.raises(InputError, match=r"x\.png: is not an image that can be read"):
        io.read_image(tmp_path / "x.png")


def test_a_folder_that_may_not_be_listed_is_not_called_empty(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", refuse)
    with pytest.raises(InputError, match=r"its content cannot be listed \(Permission denied\)"):
        list_images(tmp_path)
