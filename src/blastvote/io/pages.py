"""Files with several images: which page is the photograph, or which three are its colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from blastvote.errors import InputError

_DESCRIPTION, _KIND, _PHOTOMETRIC = 270, 254, 262
_REDUCED = 1  # bit of the tag NewSubfileType
_MOST_PAGES = 64
_COLOURS = ({"red", "r"}, {"green", "g"}, {"blue", "b"})
_OME_COLOURS = {0xFF0000: 0, 0x00FF00: 1, 0x0000FF: 2}


def photograph_pages(path: Path, image: Image.Image) -> tuple[int, ...]:
    """Return the page of the photograph, or the pages of its red, green and blue channel.

    Smaller pages behind the photograph (previews, the levels of a pyramid) do not count.

    Parameters
    ----------
    path
        The file, for messages.
    image
        Opened, at its first page; it is there again afterwards.

    Raises
    ------
    InputError
        If it is not clear which page is meant: several of the same size that neither OME's nor ImageJ's metadata call
        red, green and blue; an animation; pages that the metadata name but the file does not hold.
    """
    if image.format == "MPO":  # a camera's JPEG with previews behind it
        return (0,)
    if image.format != "TIFF":
        if getattr(image, "n_frames", 1) > 1:
            raise InputError(
                f"{path}: is an animation of {image.n_frames} images; expected one photograph. Save one of them."  # type: ignore[attr-defined]
            )
        return (0,)
    description = str(image.tag_v2.get(_DESCRIPTION, ""))  # type: ignore[attr-defined]
    grey = len(image.getbands()) == 1
    full, further = _full_pages(path, image)
    promised = _promised(description) or len(full)
    if promised <= 1 and len(full) == 1:
        return (0,)
    if grey and len(full) == 3 == promised and not further:
        order = _colour_order(description)
        if order is not None:
            return tuple(full[place] for place in order)
    count = "more than 3" if further else max(len(full), promised)
    raise InputError(
        f"{path}: holds {count} images of one size (channels, focal planes or times), and nothing says that they are "
        "red, green and blue; expected one photograph. Save it as one RGB image (ImageJ: Image > Type > RGB Color), or "
        "save the one page that is meant."
    )


def zero_is_white(image: Image.Image) -> bool:
    """Return whether the value 0 of a grey TIFF is to be shown white (ImageJ: an inverting table)."""
    return getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0


def _full_pages(path: Path, image: Image.Image) -> tuple[list[int], bool]:
    """Return the first pages, at most four, that are as large as the first and no previews; whether there are more."""
    full, size = [0], image.size
    try:
        for number in range(1, _MOST_PAGES):
            image.seek(number)
            reduced = int(image.tag_v2.get(_KIND, 0)) & _REDUCED  # type: ignore[attr-defined]
            if image.size[0] * image.size[1] > size[0] * size[1]:
                raise InputError(
                    f"{path}: page {number + 1} ({image.size[0]}x{image.size[1]} pixels) is larger than the first "
                    f"({size[0]}x{size[1]}); expected the photograph first. Save the page that is meant as a file."
                )
            if image.size == size and not reduced:
                full.append(number)
            if len(full) > 3:
                return full, True
    except EOFError:
        pass
    finally:
        image.seek(0)
    return full, False


def _promised(description: str) -> int | None:
    """Return the number of pages that the metadata of OME or ImageJ speak of; None where there are none."""
    if description.startswith("ImageJ="):
        found = re.search(r"^images=(\d{1,9})\s*$", description, re.M)
        return int(found[1]) if found else None
    pixels = re.search(r"<(?:\w+:)?Pixels\s[^>]*>", description)
    if not pixels:
        return None
    sides = [re.search(rf'\bSize{axis}="(\d{{1,9}})"', pixels[0]) for axis in "CZT"]
    channels, planes, times = (int(side[1]) if side else 1 for side in sides)
    samples = [int(n) for n in re.findall(r'\bSamplesPerPixel="(\d{1,9})"', description)]
    # Each channel has its samples in one page; a file of one RGB channel says SizeC="3".
    pages = len(samples) if sum(samples) == channels else channels
    return pages * planes * times


def _colour_order(description: str) -> Sequence[int] | None:
    """Return which of three pages is red, green and blue; None where the metadata do not say so."""
    if description.startswith("ImageJ="):
        channels = re.search(r"^channels=3\s*$", description, re.M)
        grey = re.search(r"^mode=gr[ae]yscale\s*$", description, re.M)
        return (0, 1, 2) if channels and not grey else None
    tags = re.findall(r"<(?:\w+:)?Channel\s[^>]*>", description)
    if len(tags) != 3 or not re.search(r'<(?:\w+:)?Pixels\s[^>]*\bSizeC="3"', description):
        return None
    places = [_colour(tag) for tag in tags]
    return [places.index(k) for k in range(3)] if set(places) == {0, 1, 2} else None


def _colour(tag: str) -> int | None:
    """Return 0, 1 or 2 for an OME channel that is red, green or blue by its colour or its name."""
    colour = re.search(r'\bColor="(-?\d{1,10})"', tag)
    if colour:
        return _OME_COLOURS.get((int(colour[1]) % 2**32) >> 8)  # RGBA
    name = re.search(r'\bName="([^"]*)"', tag)
    return next((k for k, names in enumerate(_COLOURS) if name and name[1].strip().casefold() in names), None)
