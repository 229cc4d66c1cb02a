"""ISAT: groups, layers, background."""

from ..documents import HOLE, ISLAND, OUTER, RING_AREA, areas, read
from ..samples.cell import HEIGHT, WIDTH


def test_isat_groups_and_background(tmp_path):
    part = {"category": "L1", "group": 1, "layer": 1.0, "iscrowd": False}
    objects = [
        part | {"segmentation": OUTER},
        part | {"segmentation": [[40, 10], [50, 10], [50, 20], [40, 20]]},
        part | {"segmentation": HOLE, "category": "__background__", "group": 2, "layer": 2.0},
        part | {"segmentation": ISLAND, "group": 3, "layer": 3.0, "iscrowd": True},
    ]
    info = {"description": "ISAT", "name": "a.png", "width": WIDTH, "height": HEIGHT}
    found = read(tmp_path, {"info": info, "objects": objects})
    assert areas(found) == [RING_AREA + 100, 16] and found.images["a.png"].cells[1].crowd
    assert {line.object: line.outcome for line in found.lines} == {"object 1": "joined", "object 2": "joined"}
