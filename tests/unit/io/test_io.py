"""Reading and writing: colours, EXIF, damage, atomicity and stable bytes."""

import json

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from blastvote import io
from blastvote.errors import InputError


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (21, 34, 3), dtype=np.uint8)


def test_png_round_trip_is_exact_and_stable(tmp_path, photo):
    io.write_image(tmp_path / "a.png", photo)
    io.write_image(tmp_path / "b.png", photo.copy())
    assert np.array_equal(io.read_image(tmp_path / "a.png"), photo)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert io.read_image(tmp_path / "a.png").flags.c_contiguous


def test_colour_order_is_rgb(tmp_path):
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    io.write_image(tmp_path / "r.png", red)
    assert Image.open(tmp_path / "r.png").getpixel((0, 0)) == (255, 0, 0)


def test_jpeg_and_non_ascii_path(tmp_path, photo):
    path = tmp_path / "三西线 #1.jpg"
    io.write_image(path, photo)
    assert io.read_image(path).shape == photo.shape


def test_grey_and_16_bit_masks_are_written(tmp_path):
    labels = np.arange(12, dtype=np.uint16).reshape(3, 4) * 1000
    io.write_image(tmp_path / "m.png", labels)
    assert np.array_equal(io.read_mask_image(tmp_path / "m.png"), labels)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1"])
def test_other_modes_become_three_channels(tmp_path, photo, mode):
    image = Image.fromarray(photo).convert(mode)
    image.save(tmp_path / "x.png")
    out = io.read_image(tmp_path / "x.png")
    assert out.shape == photo.shape and out.dtype == np.uint8
    if mode == "RGBA":
        assert np.array_equal(out, photo)


def test_alpha_is_dropped_not_blended(tmp_path):
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[..., 1] = 200
    Image.fromarray(rgba).save(tmp_path / "x.png")
    assert (io.read_image(tmp_path / "x.png")[..., 1] == 200).all()


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bit_colour_is_scaled(tmp_path, suffix):
    deep = np.array([[[0, 257, 65535], [128, 129, 65406]]], dtype=np.uint16)
    cv2.imwrite(str(tmp_path / f"x{suffix}"), deep[..., ::-1])
    assert io.read_image(tmp_path / f"x{suffix}").tolist() == [[[0, 1, 255], [0, 1, 254]]]


def test_16_bit_grey_is_scaled(tmp_path):
    cv2.imwrite(str(tmp_path / "x.png"), np.array([[0, 65535]], dtype=np.uint16))
    assert io.read_image(tmp_path / "x.png").tolist() == [[[0] * 3, [255] * 3]]


def test_exif_orientation_is_applied_and_size_agrees(tmp_path, photo):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn 90 degrees clockwise to see it upright
    Image.fromarray(photo).save(tmp_path / "x.png", exif=exif)
    out = io.read_image(tmp_path / "x.png")
    assert np.array_equal(out, np.rot90(photo, -1))
    assert io.image_size(tmp_path / "x.png") == (out.shape[1], out.shape[0])


def test_missing_empty_wrong_and_truncated_files(tmp_path, photo):
    with pytest.raises(InputError, match=r"gone\.png: there is no such image"):
        io.read_image(tmp_path / "gone.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(InputError, match=r"empty\.png: is empty"):
        io.read_image(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(InputError, match="is not an image"):
        io.read_image(tmp_path / "text.png")
    with pytest.raises(InputError, match="is a folder"):
        io.read_image(tmp_path)
    for suffix in (".png", ".jpg"):
        io.write_image(tmp_path / f"whole{suffix}", photo)
        data = (tmp_path / f"whole{suffix}").read_bytes()
        (tmp_path / f"cut{suffix}").write_bytes(data[: len(data) // 2])
        with pytest.raises(InputError, match=rf"cut\{suffix}: the image is damaged"):
            io.read_image(tmp_path / f"cut{suffix}")


def test_float_images_are_refused(tmp_path):
    Image.fromarray(np.ones((3, 3), np.float32)).save(tmp_path / "x.tiff")
    with pytest.raises(InputError, match="32 bit"):
        io.read_image(tmp_path / "x.tiff")


def test_write_image_refuses_wrong_arrays(tmp_path, photo):
    with pytest.raises(ValueError, match="float64"):
        io.write_image(tmp_path / "x.png", photo.astype(float))
    with pytest.raises(InputError, match=r"\.gif"):
        io.write_image(tmp_path / "x.gif", photo)
    assert list(tmp_path.iterdir()) == []


def test_mask_image_keeps_palette_indices_and_refuses_colours(tmp_path, photo):
    labels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    image = Image.fromarray(labels)
    image = image.convert("P")
    image.putdata(labels.ravel().tolist())
    image.save(tmp_path / "p.png")
    assert np.array_equal(io.read_mask_image(tmp_path / "p.png"), labels)
    Image.fromarray(np.dstack([labels] * 3)).save(tmp_path / "rgb.png")
    assert np.array_equal(io.read_mask_image(tmp_path / "rgb.png"), labels)
    io.write_image(tmp_path / "c.png", photo)
    with pytest.raises(InputError, match="has colours"):
        io.read_mask_image(tmp_path / "c.png")


def test_atomic_path_leaves_nothing_behind_on_failure(tmp_path):
    target = tmp_path / "sub" / "x.txt"
    with pytest.raises(RuntimeError), io.atomic_path(target) as temporary:
        assert temporary.suffix == ".txt" and temporary.parent == target.parent
        temporary.write_text("half")
        raise RuntimeError
    assert list(target.parent.iterdir()) == []
    target.write_text("old")
    with io.atomic_path(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new" and len(list(target.parent.iterdir())) == 1


def test_csv_contract(tmp_path):
    frame = pd.DataFrame({"id": ["a", "é"], "x": [-1e-9, np.nan], "ok": [True, False], "n": [1, 2]})
    io.write_csv(tmp_path / "x.csv", frame)
    assert (tmp_path / "x.csv").read_bytes() == "id,x,ok,n\na,0.000000,true,1\né,,false,2\n".encode()


def test_json_contract(tmp_path):
    io.write_json(tmp_path / "x.json", {"b": np.float32(0.5), "a": np.arange(2), "é": tmp_path / "p"})
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert text.endswith("\n") and "é" in text and list(json.loads(text)) == ["b", "a", "é"]
    assert io.read_json(tmp_path / "x.json")["a"] == [0, 1]
    with pytest.raises(ValueError):
        io.write_json(tmp_path / "nan.json", float("nan"))
    assert not (tmp_path / "nan.json").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_text_encodings(tmp_path, encoding):
    (tmp_path / "x.json").write_bytes('{"naïve": "é"}'.encode(encoding))
    assert io.read_json(tmp_path / "x.json") == {"naïve": "é"}


def test_bad_json_names_file_and_place(tmp_path):
    (tmp_path / "x.json").write_text('{"a": [1,\n 2')
    with pytest.raises(InputError, match=r"x\.json: not valid JSON at line 2"):
        io.read_json(tmp_path / "x.json")
    (tmp_path / "e.json").write_text(" \n")
    with pytest.raises(InputError, match=r"e\.json: the file is empty"):
        io.read_json(tmp_path / "e.json")


def test_tables_keep_text(tmp_path):
    (tmp_path / "x.csv").write_text("image_id; label \n007;NA\n008; L1\n")
    frame = io.read_table(tmp_path / "x.csv", required=["image_id", "label"])
    assert frame.to_dict("list") == {"image_id": ["007", "008"], "label": ["NA", "L1"]}
    with pytest.raises(InputError, match=r"x\.csv: column 'class' is missing.*image_id"):
        io.read_table(tmp_path / "x.csv", required=["class"])


@pytest.mark.parametrize("rows", ["a,L1,p1\n", "a,L1\nb,L1,p1\n"])
def test_a_line_with_more_values_than_columns_is_refused(tmp_path, rows):
    """Else values would be dropped, or shift by a column."""
    (tmp_path / "x.csv").write_text("image_id,label\n" + rows)
    with pytest.raises(InputError, match=r"x\.csv: line [23] has 3 values.*2 columns"):
        io.read_table(tmp_path / "x.csv")
    (tmp_path / "x.csv").write_text("image_id,label\na,L1,\nb,\n\n")  # an empty value more does no harm
    assert io.read_table(tmp_path / "x.csv").to_dict("list") == {"image_id": ["a", "b"], "label": ["L1", ""]}


def test_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert io.sha256(tmp_path / "x").startswith("ba7816bf")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_text_that_a_spreadsheet_would_calculate_is_guarded(tmp_path, text):
    frame = pd.DataFrame({"patient_id": [text, "-0.5", "P7"], "x": [-1.5, 0.0, 1.0]})
    io.write_csv(tmp_path / "x.csv", frame)
    written = (tmp_path / "x.csv").read_text().splitlines()
    assert written[1].lstrip('"').startswith("'" + text[:1]) and written[2] == "-0.5,0.000000"
    assert io.read_table(tmp_path / "x.csv")["patient_id"].tolist() == [text, "-0.5", "P7"]
