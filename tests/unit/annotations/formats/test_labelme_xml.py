"""XML of the web's LabelMe: boxes, masks in other files, deleted objects."""

from ..documents import BOX, OUTER, areas, read, reasons


def test_labelme_xml_boxes_and_deleted_objects(tmp_path):
    pts = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in OUTER)
    polygon = f"<polygon>{pts}</polygon>"
    objects = [
        f"<name>cell</name><attributes>subtype=L2, sure</attributes>{polygon}",
        f"<name>cell</name><deleted>1</deleted>{polygon}",
        f"<name>cell</name><type>bounding_box</type>{polygon}",
        "<name>cell</name><bndbox/>",
        "<name>cell</name><segm><mask>a_mask_0.png</mask></segm>",
    ]
    content = "".join(f"<object>{inside}</object>" for inside in objects)
    found = read(tmp_path, f"<annotation><filename>a.png</filename>{content}</annotation>", "a.xml")
    assert areas(found) == [400] and found.images["a.png"].cells[0].attributes == {
        "subtype": "L2",
        "sure": "",
    }
    assert reasons(found) == {
        "object 1": "it was deleted in the tool",
        "object 2": BOX,
        "object 3": BOX,
        "object 4": "its mask is an image in another file",
    }
