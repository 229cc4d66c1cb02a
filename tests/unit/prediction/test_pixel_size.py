import cv2
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from blastvote.errors import InputError
from blastvote.io import read_image, write_image
from blastvote.scale.enlargement import enlargement
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.scale.pixel_size import RED_CELL_UM, PixelSize, estimate_pixel_size
from blastvote.scale.tags import tagged_pixel_size
from blastvote.simulate import SimulationSettings, simulate_image
from blastvote.simulate.cells.redcells import DIAMETER_UM


@pytest.mark.parametrize("pixel_size", [0.1, 0.2])
def test_red_cells_of_simulated_smears_tell_the_pixel_size(pixel_size):
    ratios = []
    for seed in range(4):
        settings = SimulationSettings(width=700, height=600, pixel_size_um=pixel_size, lighting_severity=0)
        size = estimate_pixel_size(simulate_image(seed, "L2", settings).image)
        assert 0.03 < size.uncertainty < 0.15
        ratios.append(size.um / pixel_size * DIAMETER_UM / RED_CELL_UM)
    assert np.median(ratios) == pytest.approx(1, abs=0.1)


def test_low_magnification_on_a_large_sensor():
    """Reduced to 720 pixels, red cells would be 7 pixels wide: too small to be measured, blasts were taken for them."""
    settings = SimulationSettings(
        width=1200, height=900, pixel_size_um=0.5, cells=(30, 40), lighting_severity=0, realism="wide"
    )
    size = estimate_pixel_size(simulate_image(7, "L2", settings).image)
    assert size.um == pytest.approx(0.5, rel=0.12)
    assert size.cells > 100


def test_single_sizes_are_no_estimate():
    """Four pieces of four sizes: the commonest is one alone, which tells nothing."""
    image = np.full((500, 500, 3), 230, np.uint8)
    for centre, radius in (((100, 100), 12), ((350, 100), 26), ((100, 350), 40), ((350, 350), 60)):
        cv2.circle(image, centre, radius, (205, 140, 150), -1)
    with pytest.raises(InputError, match="too few of them alike"):
        estimate_pixel_size(image)


def test_red_cells_contradict_a_stated_size(tmp_path):
    settings = SimulationSettings(width=700, height=600, pixel_size_um=0.2, lighting_severity=0)
    image = simulate_image(1, "L2", settings).image
    path = tmp_path / "1.png"
    sizes = PixelSizes(0.2, [path])
    assert sizes.doubt(PixelSize(0.2), path, image) == ""
    assert sizes.doubt(PixelSize(0.09, source="red cells"), path, image) == ""
    told = sizes.doubt(PixelSize(0.4, source="tags"), path, image)
    assert "its tags say 0.4 µm" in told and "would then be 15" in told


def test_an_empty_slide_tells_nothing():
    with pytest.raises(InputError, match="round red cells"):
        estimate_pixel_size(np.full((300, 300, 3), 220, np.uint8))


@pytest.mark.parametrize(
    ("tags", "um"),
    [
        ({270: '<OME><Pixels PhysicalSizeX="0.065" PhysicalSizeXUnit="&#181;m"/></OME>'}, None),
        ({270: '<OME><Pixels PhysicalSizeX="65" PhysicalSizeXUnit="nm"/></OME>'}, 0.065),
        ({270: '<OME><Pixels PhysicalSizeX="0.065"/></OME>'}, 0.065),
        ({282: 100000.0, 296: 3}, 0.1),
        ({282: 254000.0, 296: 2}, 0.1),
        ({282: 72.0, 296: 2}, None),  # for printers
        ({270: "ImageJ=1.53\nunit=micron\n", 282: 10.0, 296: 1}, 0.1),
        ({270: '<OME><Pixels PhysicalSizeX="1.2.3"/></OME>'}, None),
        ({270: '<OME><Pixels PhysicalSizeX="e"/></OME>'}, None),
        ({}, None),
    ],
)
def test_tags_of_tiff_files(tmp_path, tags, um):
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        directory[tag] = value
    path = tmp_path / "a.tif"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path, tiffinfo=directory)
    size = tagged_pixel_size(path)
    if um is None:
        assert size is None or "&#181;" in str(tags.get(270))
    else:
        assert size is not None
        assert size.um == pytest.approx(um)


def test_real_photographs_within_15_percent(shared_dir):
    """Where the scale can be argued: see docs/starter.md."""
    folder = shared_dir / "data" / "peybey_all"
    paths = sorted(folder.glob("*.jpg"))
    sizes = PixelSizes("auto", paths)
    for path in paths:
        assert sizes.of(path, read_image(path)).um == pytest.approx(0.0322, rel=0.15)


def test_neighbours_of_the_same_size_help(tmp_path):
    settings = SimulationSettings(width=700, height=600, pixel_size_um=0.2, lighting_severity=0)
    empty = np.full((600, 700, 3), 220, np.uint8)
    write_image(tmp_path / "0.png", empty)
    write_image(tmp_path / "1.png", simulate_image(1, "L2", settings).image)
    write_image(tmp_path / "2.png", empty[:500])
    paths = sorted(tmp_path.glob("*.png"))
    sizes = PixelSizes("auto", paths)
    assert sizes.of(paths[0], empty).um == pytest.approx(0.2, rel=0.15)
    with pytest.raises(InputError, match="--pixel-size"):
        sizes.of(paths[2], empty[:500])
    assert PixelSizes(0.1, paths).of(paths[2], empty).um == 0.1


def test_a_pixel_size_that_is_far_too_large_is_refused():
    assert enlargement(0.36, 0.18, 20000) == 2.0
    with pytest.raises(InputError) as refused:
        enlargement(1.0, 0.18, 3872, PixelSize(0.0311, source="red cells"))
    for part in ("1 µm", "5.56 times", "7.5 pixels", "at most 0.72 µm", "red cells say 0.0311 µm", "or auto"):
        assert part in str(refused.value)
    with pytest.raises(InputError, match="40000 pixels would become 80000; expected at most 60000"):
        enlargement(0.36, 0.18, 40000)
