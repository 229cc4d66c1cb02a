import numpy as np

from blastvote.segmentation.subtypes import CROP, PIXEL_SIZE_UM, cut_cell


def test_a_cell_is_cut_out_at_a_fixed_scale_and_its_neighbours_are_blanked():
    image = np.full((300, 300, 3), 240, np.uint8)
    image[100:160, 100:160] = 60
    image[100:160, 170:220] = 0
    mask = np.ones((60, 60), bool)
    crop = cut_cell(image, mask, np.array([100, 100, 160, 160]), PIXEL_SIZE_UM / 2)
    assert crop.shape == (CROP, CROP, 4)
    assert abs(crop[..., 3].sum() - 30 * 30) < 60
    assert np.allclose(crop[40, 40, :3], 60 / 240, atol=0.02)
    assert np.allclose(crop[40, 65, :3], 0.5)


def test_cells_at_the_border_and_larger_than_the_crop():
    image = np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    for box in ([0, 0, 30, 30], [170, 170, 200, 200], [0, 0, 200, 200]):
        mask = np.ones((box[2] - box[0], box[3] - box[1]), bool)
        crop = cut_cell(image, mask, np.array(box), PIXEL_SIZE_UM)
        assert crop.shape == (CROP, CROP, 4)
        assert crop[..., 3].max() == 1
