"""Annotation files written and read by tests, what is asked of the cells read, and rings with holes."""

import json

from blastvote.annotations import read_annotations

from .samples.cell import HEIGHT, WIDTH

OUTER = [[10, 10], [30, 10], [30, 30], [10, 30]]
HOLE = [[15, 15], [25, 15], [25, 25], [15, 25]]
ISLAND = [[18, 18], [22, 18], [22, 22], [18, 22]]
RING_AREA = 400 - 100
"""Pixels of `OUTER` without `HOLE`."""
BOX = "it is a box, and boxes are no outlines"
"""Why a box gives no cell."""


def write(path, content):
    """Write a text, or anything else as JSON; return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def read(tmp_path, document, name="a.json", **options):
    """Write a document and read it as annotations."""
    return read_annotations(write(tmp_path / name, document), **options)


def areas(found):
    """Return the pixels of each cell of the only image."""
    (image,) = found.images.values()
    return [int(cell.mask(HEIGHT, WIDTH).sum()) for cell in image.cells]


def classes(found):
    """Return the class of each cell."""
    return [cell.class_name for image in found.images.values() for cell in image.cells]


def reasons(found):
    """Return why objects gave no cell of their own."""
    return {line.object: line.reason for line in found.lines}


def xy(ring):
    """Return the points of a ring as Darwin writes them."""
    return [{"x": x, "y": y} for x, y in ring]


def flat(ring):
    """Return a ring as x, y, x, y ..."""
    return [value for point in ring for value in point]


def cvat_points(ring):
    """Return the points of a ring as CVAT writes them."""
    return ";".join(f"{x},{y}" for x, y in ring)


def cvat(inside, size=f'width="{WIDTH}" height="{HEIGHT}"'):
    """Return CVAT's document of one image."""
    return f'<annotations><meta/><image id="0" name="a.png" {size}>{inside}</image></annotations>'


def via_entry(name, regions, size=10, file_attributes=None, version=2):
    """Return VIA's entry of an image; `regions` are pairs of shape and attributes."""
    regions = [{"shape_attributes": s, "region_attributes": a} for s, a in regions]
    if version == 1:
        regions = {str(n): region for n, region in enumerate(regions)}
    return {
        f"{name}{size}": {
            "filename": name,
            "size": size,
            "regions": regions,
            "file_attributes": file_attributes or {},
        }
    }


def via_polygon(ring):
    """Return VIA's shape of a ring."""
    x, y = zip(*ring, strict=True)
    return {"name": "polygon", "all_points_x": list(x), "all_points_y": list(y)}
