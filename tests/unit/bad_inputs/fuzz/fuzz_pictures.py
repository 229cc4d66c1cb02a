"""Pictures for the fuzz: valid ones of every kind that Pillow writes, with whatever tags and pages, to be damaged."""

import io

import numpy as np
from fuzz_damage import VALUES, damaged_bytes, damaged_values, parse_png, write_png
from hypothesis import strategies as st
from PIL import Image

SAVES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "BMP": ("1", "L", "P", "RGB"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F", "CMYK"),
}
SIDES = (1, 2, 7, 31, 32, 40)
DESCRIPTIONS = (
    "", "ImageJ=1.53t\nimages=3\nchannels=3\nunit=micron\n", "ImageJ=1.5\nimages=99999999999\n", "ImageJ=",
    '<OME><Image><Pixels SizeC="3" SizeZ="1" SizeT="1" PhysicalSizeX="0.1" PhysicalSizeXUnit="&#181;m"><Channel Name="red"/>'
    '<Channel Name="G"/><Channel Color="65535"/></Pixels></Image></OME>',
    '<Pixels PhysicalSizeX="1e999" PhysicalSizeXUnit="nm" SizeC="0">', '<Pixels PhysicalSizeX="-" >',
)  # fmt: skip
TAGS = (254, 262, 270, 274, 277, 282, 283, 296, 305, 320, 339, 34665)


@st.composite
def contents(draw: st.DrawFn) -> np.ndarray:
    """Return grey values ``uint8 (H, W)``: noise, one value, a few blobs, two values, or stripes."""
    height, width = draw(st.sampled_from(SIDES)), draw(st.sampled_from(SIDES))
    kind, value = (
        draw(st.sampled_from(["noise", "flat", "blobs", "two", "stripes"])),
        draw(st.integers(0, 255)),
    )
    if kind == "flat":
        return np.full((height, width), value, np.uint8)
    rows, columns = np.mgrid[:height, :width]
    if kind == "stripes":
        return (columns * draw(st.sampled_from([1, 8, 85])) % 256).astype(np.uint8)
    if kind == "two":
        return ((rows // 6 + columns // 6) % 2 * 255).astype(np.uint8)
    if kind == "blobs":
        return (((rows // 6 + columns // 6) % 3) * value).astype(np.uint8)
    return np.random.default_rng(value).integers(0, 256, (height, width), dtype=np.uint8)


def _as_mode(grey: np.ndarray, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(grey.astype(np.uint16) * 257)
    if mode in ("I", "F"):
        return Image.fromarray(grey.astype(np.int32 if mode == "I" else np.float32))
    if mode == "RGB" and set(np.unique(grey)) <= {0, 255}:  # a mask: red on black
        return Image.fromarray(np.dstack([grey, grey * 0, grey * 0]))
    return Image.fromarray(grey).convert(mode)


@st.composite
def pictures(draw: st.DrawFn, kinds: tuple[str, ...], modes: tuple[str, ...] = ()) -> bytes:
    """Return a valid file, of one of some kinds and modes."""
    kind = draw(st.sampled_from(kinds))
    mode = draw(st.sampled_from([mode for mode in SAVES[kind] if not modes or mode in modes]))
    image = _as_mode(draw(contents()), mode)
    options: dict[str, object] = {}
    if kind == "TIFF":
        tags = {270: draw(st.sampled_from(DESCRIPTIONS)), 274: draw(st.integers(1, 8))}
        options = {
            "tiffinfo": tags,
            "compression": draw(st.sampled_from([None, "tiff_lzw", "tiff_adobe_deflate"])),
        }
        others = draw(st.sampled_from([0, 0, 1, 2, 3]))
        if others:
            smaller = image.resize((max(1, image.width // 2), image.height), Image.Resampling.NEAREST)
            options |= {"save_all": True, "append_images": [draw(st.sampled_from([image, smaller]))] * others}
    elif kind in ("JPEG", "PNG", "WEBP"):
        exif = Image.Exif()
        exif[274] = draw(st.integers(0, 9))
        options = {"exif": exif, "lossless": True} if kind == "WEBP" else {"exif": exif}
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@st.composite
def tagged(draw: st.DrawFn) -> bytes:
    """Return a TIFF file with one tag of any number set to any text, number or pair of numbers."""
    image = _as_mode(draw(contents()), draw(st.sampled_from(["L", "RGB", "I;16"])))
    value = draw(
        st.one_of(
            st.sampled_from([v for v in VALUES if isinstance(v, str)]), st.integers(0, 70000), st.floats()
        )
    )
    stream = io.BytesIO()
    try:
        image.save(stream, "TIFF", tiffinfo={draw(st.sampled_from(TAGS)): value})
    except Exception:  # what Pillow does not write
        stream = io.BytesIO()
        image.save(stream, "TIFF")
    return stream.getvalue()


def damaged_pictures(
    kinds: tuple[str, ...], modes: tuple[str, ...] = (), seeds: tuple[bytes, ...] = ()
) -> st.SearchStrategy[bytes]:
    """Return pictures as they are, with damaged bytes, and PNGs with damaged chunks behind right checksums."""
    valid = pictures(kinds, modes)
    files = st.one_of(valid, st.sampled_from(seeds)) if seeds else valid
    choices = [valid, damaged_bytes(files), damaged_bytes(files)]
    if "PNG" in kinds:
        choices.append(_damaged_png(pictures(("PNG",), modes)))
    if "TIFF" in kinds and not modes:
        choices.append(tagged())
    return st.one_of(choices)


@st.composite
def _damaged_png(draw: st.DrawFn, files: st.SearchStrategy[bytes]) -> bytes:
    return draw(damaged_values([draw(files)], parse_png, write_png))
