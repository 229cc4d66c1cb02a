"""Tables of labels as people and spreadsheets write them, and mistakes in them."""

import numpy as np
import pytest

from blastvote import io
from blastvote.dataset.source.collect import collect, labels_table
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError

from ...conftest import CLASSES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image_id,label\na,l11\n", r"line 2 labels 'a' as 'l11'; expected one of .*Did you mean 'L1'"),
        ("image_id,label\n\n,,\na,l11\n", "line 4 labels 'a' as 'l11'"),
        ("image_id,label\n", "has a header and no line below it"),
        ("image_id,label,label\na,L1,L2\n", "columns 2 and 3 are both called 'label'"),
        ("image_id,label,Label\na,L1,L2\n", "columns 'label' and 'Label' have the same name"),
        ("image_id,L1,L2\na,1,1\n", "line 2 marks L1 and L2; expected one class"),
        ("image_id,label\na,L\0001\n", "line 2 holds a NUL byte"),
        ('image_id,label\na,"L1\n', "line 2: not a well-formed CSV table"),
        ("image_id,label\na,L1\na,L2\n", "line 3 names 'a' again"),
        ("image_id,label\nzzz,L1\n", "none of its 1 lines names one of the 3 images"),
        ("what,else\na,L1\n", "name no image or no label"),
        ("", "the table is empty"),
    ],
)
def test_bad_tables(three, rule, text, message):
    with pytest.raises(InputError, match=rf"labels\.csv.*{message}"):
        labels_table(three.source(labels=three.table(text)), CLASSES, rule)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (b"image,label\na.png,L1\nb.png,L2,\nc.png,L3,,\n", ""),
        (b'image;label;note\r\na;L1;"x, y"\r\nb;L2;\r\nc;L3\r\n;;\r\n', ""),
        (b"sep=;\r\nimage;label\r\na;L1\r\nb;L2\r\nc;L3\r\n", ""),
        (b"\xef\xbb\xbfimage,label\na,L1\nb,L2\nc,L3\n", "UTF-8 with a byte-order mark"),
        ("image\tlabel\na\tL1\nb\tL2\nc\tL3\n".encode("utf-16"), "UTF-16"),
        ("image\tlabel\na\tL1\nb\tL2\nc\tL3\n".encode("utf-16-le"), "UTF-16 without"),
        ("image,label,arzt\na,L1,M\u00fcller\nb,L2,\nc,L3,\n".encode("latin-1"), "Latin-1"),
        (b"image,label\na,l1\nb, L2 \n\nc,L3\n", "'l1' is read as 'L1'"),
        (b'image,diagnosis\na,1.0\nb,"2,0"\nc,3\n', "'1.0' is read as 'L1'"),
        (b"image,L1,L2,L3\na,1,0,0\nb,0,1.0,\nc,,,x\n", "one for each class"),
    ],
)
def test_tables_as_spreadsheets_write_them(three, rule, text, note):
    path = three.root / "labels.csv"
    path.write_bytes(text)
    source = three.source(labels=str(path), class_aliases={"1": "L1", "2": "L2", "3": "L3"})
    found = collect(source, CLASSES, rule)
    assert found.labels["label"].tolist() == ["L1", "L2", "L3"]
    assert found.labels["image_id"].tolist() == ["a", "b", "c"]
    notes = [text for text in found.notes if text.startswith(f"{path}: ")]
    assert (not notes and not note) or any(note in text for text in notes)


def test_names_that_became_numbers_in_a_spreadsheet(tmp_path, rule):
    for name in ("001", "002"):
        io.write_image(tmp_path / f"{name}.png", np.zeros((40, 40, 3), np.uint8))
    (tmp_path / "labels.csv").write_text("image;label\n1,0;L1\n2,0;L2\n")
    source = open_source({"images": str(tmp_path), "labels": str(tmp_path / "labels.csv")}, CLASSES)
    assert labels_table(source, CLASSES, rule)["label"].tolist() == ["L1", "L2"]


def test_a_workbook_is_no_csv(three, rule):
    (three.root / "labels.csv").write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(InputError, match=r"labels\.csv: is a workbook.*Save the sheet as CSV"):
        labels_table(three.source(labels=str(three.root / "labels.csv")), CLASSES, rule)
