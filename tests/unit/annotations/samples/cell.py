"""The one cell of every sample: its outline, its mask, and a box around it."""

import numpy as np

from blastvote.annotations.shapes.raster import rasterise

WIDTH, HEIGHT = 80, 60
DISC = np.array([[30 + 12 * np.cos(t), 25 + 12 * np.sin(t)] for t in np.arange(24) * np.pi / 12])
"""The outline of the one cell, class L1, of image a.png, ``x, y`` in pixels."""
FLAT = [round(float(value), 2) for value in DISC.ravel()]
PAIRS = [FLAT[i : i + 2] for i in range(0, len(FLAT), 2)]
XY = [{"x": x, "y": y} for x, y in PAIRS]
PERCENT = [[x * 100 / WIDTH, y * 100 / HEIGHT] for x, y in PAIRS]
MASK = rasterise([DISC], HEIGHT, WIDTH)
TOP, LEFT, BOTTOM, RIGHT = 12, 17, 39, 44
"""A box around the disc."""
