"""Matterport's average precision against values recorded from the genuine code, and by hand."""

from pathlib import Path

import numpy as np
import pytest

from blastvote.evaluate import matterport_ap, matterport_ap_range
from blastvote.evaluate.scoring.matterport import average_precision, falling, mask_overlaps, match

GOLDEN = np.load(Path(__file__).resolve().parents[3] / "data" / "golden" / "map_cases.npz")
CASES = [str(name) for name in GOLDEN["names"]]
FIELDS = ("gt_boxes", "gt_class_ids", "gt_masks", "pred_boxes", "pred_class_ids", "pred_scores", "pred_masks")


@pytest.mark.parametrize("iou", ["0.50", "0.75"])
@pytest.mark.parametrize("case", CASES)
def test_recorded_cases(case: str, iou: str) -> None:
    inputs = [GOLDEN[f"{case}/{field}"] for field in FIELDS]
    assert matterport_ap(*inputs, iou=float(iou)) == pytest.approx(
        float(GOLDEN[f"{case}/{iou}/ap"]), abs=1e-12
    )
    overlaps = mask_overlaps(inputs[6], inputs[2])
    assert np.array_equal(overlaps, GOLDEN[f"{case}/{iou}/overlaps"])
    order = falling(inputs[5])
    found = match(overlaps[order], inputs[1], inputs[4][order], float(iou))
    assert found.tolist() == GOLDEN[f"{case}/{iou}/pred_match"].tolist()


@pytest.mark.parametrize("case", CASES)
def test_recorded_range(case: str) -> None:
    inputs = [GOLDEN[f"{case}/{field}"] for field in FIELDS]
    assert matterport_ap_range(*inputs) == pytest.approx(float(GOLDEN[f"{case}/ap_range"]), abs=1e-12)


def stripes(*columns: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes and masks of full-height stripes in a 10 x 40 image."""
    masks = np.zeros((10, 40, len(columns)), dtype=bool)
    for number, (start, stop) in enumerate(columns):
        masks[:, start:stop, number] = True
    boxes = np.array([[0, start, 10, stop] for start, stop in columns]).reshape(-1, 4)
    return boxes, masks


def test_the_order_of_the_input_does_not_matter() -> None:
    gt_boxes, gt_masks = stripes((0, 10), (20, 30))
    boxes, masks = stripes((0, 10), (11, 19), (20, 30))
    scores = np.array([0.7, 0.9, 0.8])
    expected = 2 / 3  # the envelope lifts precision 1/2 at the first hit to 2/3
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        got = matterport_ap(
            gt_boxes, [1, 1], gt_masks, boxes[order], [1, 1, 1], scores[order], masks[..., order]
        )
        assert got == pytest.approx(expected)


def test_an_iou_of_exactly_one_half_is_a_match() -> None:
    gt_boxes, gt_masks = stripes((0, 20))
    boxes, masks = stripes((0, 10))
    assert matterport_ap(gt_boxes, [1], gt_masks, boxes, [1], [0.9], masks) == 1.0
    assert matterport_ap(gt_boxes, [1], gt_masks, boxes, [1], [0.9], masks, iou=0.55) == 0.0


def test_a_detection_takes_the_second_best_cell_of_its_class() -> None:
    gt_boxes, gt_masks = stripes((0, 10), (2, 12))
    boxes, masks = stripes((0, 10))
    assert matterport_ap(gt_boxes, [2, 1], gt_masks, boxes, [1], [0.9], masks) == 0.5


def test_padding_rows_are_dropped() -> None:
    gt_boxes, gt_masks = stripes((0, 10))
    padded = np.vstack([gt_boxes, np.zeros((2, 4), dtype=int)])
    masks = np.concatenate([gt_masks, np.zeros((10, 40, 2), dtype=bool)], axis=-1)
    assert matterport_ap(padded, [1, 0, 0], masks, padded, [1, 0, 0], [0.9, 0, 0], masks) == 1.0


def test_nothing_there() -> None:
    nothing_boxes, nothing_masks = stripes()
    boxes, masks = stripes((0, 10))
    assert matterport_ap(nothing_boxes, [], nothing_masks, nothing_boxes, [], [], nothing_masks) == 0.0
    assert matterport_ap(nothing_boxes, [], nothing_masks, boxes, [1], [0.9], masks) == 0.0
    assert matterport_ap(boxes, [1], masks, nothing_boxes, [], [], nothing_masks) == 0.0


def test_area_under_the_envelope() -> None:
    assert average_precision([True, False, True], 2) == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert average_precision([False, True], 1) == pytest.approx(0.5)
    assert average_precision([], 3) == 0.0


def test_shapes_are_checked() -> None:
    boxes, masks = stripes((0, 10), (20, 30))
    with pytest.raises(ValueError, match="scores"):
        matterport_ap(boxes, [1, 1], masks, boxes, [1, 1], [0.9], masks)
    with pytest.raises(ValueError, match="gt_masks"):
        matterport_ap(boxes, [1, 1], masks[..., :1], boxes, [1, 1], [0.9, 0.8], masks)
    with pytest.raises(ValueError, match="pixels"):
        matterport_ap(boxes, [1, 1], masks[:5], boxes, [1, 1], [0.9, 0.8], masks)


@pytest.mark.parametrize("shape", [(0,), (0, 0), (0, 10, 40), (10, 40, 0), (0, 0, 0)])
def test_no_cells_come_in_any_empty_shape(shape: tuple[int, ...]) -> None:
    boxes, masks = stripes((0, 10))
    empty = np.zeros(shape)
    assert matterport_ap(boxes, [1], masks, [], [], [], empty) == 0.0
    assert matterport_ap([], [], empty, boxes, [1], [0.9], masks) == 0.0
    assert matterport_ap([], [], empty, np.zeros((0, 4)), [], [], []) == 0.0


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_masks_and_boxes_of_any_type(dtype: type) -> None:
    boxes, masks = stripes((0, 10), (20, 30))
    high = masks.astype(dtype) * (255 if dtype is np.uint8 else 1)
    ids = np.array([1, 2], dtype=np.int32)
    assert matterport_ap(boxes, ids, masks, boxes.astype(np.float32), ids, [0.9, 0.8], high) == 1.0
    assert matterport_ap(boxes, ids, high, boxes.tolist(), [1, 1], [0.9, 0.8], masks.astype(dtype)) == 0.5


def test_a_score_that_is_no_number_is_refused() -> None:
    boxes, masks = stripes((0, 10))
    with pytest.raises(ValueError, match="not a number"):
        matterport_ap(boxes, [1], masks, boxes, [1], [np.nan], masks)
