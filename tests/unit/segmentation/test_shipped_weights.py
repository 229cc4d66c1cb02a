"""The weight files that come with blastvote."""

import h5py
import numpy as np
import pytest

from blastvote.segmentation.settings import SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_weight_is_a_number(name):
    """Variances beyond 65504 once became infinite by storing them as float16."""
    bad = []

    def look(path, item):
        if isinstance(item, h5py.Dataset) and not np.isfinite(item[()]).all():
            bad.append(path)

    with h5py.File(SHIPPED[name]) as file:
        file.visititems(look)
    assert not bad
