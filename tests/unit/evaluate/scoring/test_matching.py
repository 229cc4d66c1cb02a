"""Matching statistics on stripes whose overlaps are known by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blastvote.dataset.truth import TrueImage
from blastvote.evaluate.scoring.matching import COUNTS, ImageMatch, Overlap, match_image


def stripes(*columns: tuple[int, int]) -> np.ndarray:
    """Return full-height stripes (10, 100, N)."""
    masks = np.zeros((10, 100, len(columns)), dtype=bool)
    for number, (start, stop) in enumerate(columns):
        masks[:, start:stop, number] = True
    return masks


def true_image(masks: np.ndarray) -> TrueImage:
    return TrueImage.from_masks("a", "a.png", masks, ["c"] * masks.shape[-1])


def statistics(
    true: np.ndarray, true_class: list[int], found: np.ndarray, found_class: list[int]
) -> ImageMatch:
    flat_true = true.reshape(1000, true.shape[-1]).astype(float)
    flat_found = found.reshape(1000, found.shape[-1]).astype(float)
    common = flat_found.T @ flat_found
    size = np.diag(common)
    overlap = Overlap(
        class_index=np.array(found_class, dtype=np.int64),
        areas=size,
        true_class=np.array(true_class, dtype=np.int64),
        true_areas=flat_true.sum(axis=0),
        shared=flat_found.T @ flat_true,
    )
    between = common / (size[:, None] + size[None, :] - common)
    return match_image(overlap, true_image(true).touching_pairs(), between, n_classes=2)


def check(found: ImageMatch, **expected: int) -> None:
    counts = found.counts
    assert {name: counts[name] for name in expected} == expected
    assert tuple(counts) == COUNTS
    assert counts["correct"] + counts["wrong_class"] + counts["missed"] == counts["n_true"]
    detected = counts["correct"] + counts["wrong_class"] + counts["duplicates"] + counts["false_positives"]
    assert detected == counts["n_detected"]


def test_correct_wrong_class_missed_and_false() -> None:
    found = statistics(
        stripes((0, 10), (30, 40), (60, 70)), [0, 0, 1], stripes((1, 11), (30, 40), (80, 90)), [0, 1, 1]
    )
    check(found, correct=1, wrong_class=1, missed=1, false_positives=1, touching_pairs=0)
    assert sorted(map(tuple, found.pairs.tolist())) == [(0, 0), (0, 1), (1, 2), (2, 1)]


def test_a_second_detection_of_a_cell_is_a_duplicate() -> None:
    found = statistics(stripes((0, 10)), [0], stripes((0, 10), (1, 10)), [0, 0])
    check(found, correct=1, duplicates=1, false_positives=0, split_cells=0)


def test_two_touching_cells_taken_for_one() -> None:
    found = statistics(stripes((0, 10), (10, 20)), [0, 0], stripes((0, 20)), [0])
    # The IoU with either half is exactly 0.5: one of the two is found, the pair is not separated.
    check(found, merged_detections=1, correct=1, missed=1, touching_pairs=1, touching_pairs_separated=0)


def test_two_touching_cells_told_apart() -> None:
    found = statistics(stripes((0, 10), (10, 20)), [0, 0], stripes((0, 9), (11, 20)), [0, 1])
    check(found, merged_detections=0, correct=1, wrong_class=1, touching_pairs=1, touching_pairs_separated=1)


def test_cells_apart_are_not_merged() -> None:
    found = statistics(stripes((0, 10), (14, 24)), [0, 0], stripes((0, 24)), [0])
    check(found, merged_detections=0, touching_pairs=0, missed=2, false_positives=1)


def test_a_cell_taken_for_two() -> None:
    found = statistics(stripes((0, 20)), [0], stripes((0, 9), (11, 20)), [0, 0])
    check(found, split_cells=1, correct=0, missed=1, false_positives=2, duplicates=0)


def test_touching_reaches_two_pixels() -> None:
    # Stripes end before `stop`: columns 9 and 11 are two apart, 9 and 12 three.
    assert len(true_image(stripes((0, 10), (11, 20))).touching_pairs()) == 1
    assert len(true_image(stripes((0, 10), (12, 20))).touching_pairs()) == 0
    pairs = true_image(stripes((0, 10), (50, 60), (10, 20), (20, 50))).touching_pairs()
    assert pairs.tolist() == [[0, 2], [1, 3], [2, 3]]


def test_nothing_found_or_nothing_there() -> None:
    check(statistics(stripes((0, 10)), [0], stripes(), []), missed=1, n_detected=0)
    check(statistics(stripes(), [], stripes((0, 10)), [1]), n_true=0, false_positives=1)
    check(statistics(stripes(), [], stripes(), []), n_true=0, n_detected=0)


@given(masks=arrays(bool, (12, 14, 2), elements=st.booleans(), fill=st.just(False)))
@settings(deadline=None)
def test_touching_is_a_distance_of_two_pixels(masks: np.ndarray) -> None:
    one, other = (np.argwhere(masks[..., number]) for number in range(2))
    distance = np.abs(one[:, None] - other[None]).max(axis=2) if len(one) and len(other) else np.array([99])
    assert len(true_image(masks).touching_pairs()) == int(distance.min() <= 2)


def test_half_a_cell_is_enough_to_merge_and_less_is_not() -> None:
    cells = stripes((0, 10), (10, 20))
    check(statistics(cells, [0, 0], stripes((5, 15)), [0]), merged_detections=1)
    check(statistics(cells, [0, 0], stripes((6, 15)), [0]), merged_detections=0)
