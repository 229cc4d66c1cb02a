"""The exception for a user's mistake, the kinds of it that code tells apart, and words for what the system refuses."""

import errno
from collections.abc import Iterable

from blastvote.wording import printable

LONGEST = 2000
"""Letters of a line of a message."""
_IN_THE_WAY = "A file lies where a folder is needed: rename it, or name another folder."
REMEDIES = {
    errno.ENOSPC: "The disk is full: make room and run again.",
    errno.EDQUOT: "Your quota is used up: make room and run again.",
    errno.EROFS: "Name a folder that can be written to.",
    errno.EACCES: "Give yourself permission, or name another folder.",
    errno.EPERM: "Give yourself permission, or name another folder.",
    errno.ENAMETOOLONG: "Name a folder with a shorter path.",
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}
"""What to do where the system refuses to read or write."""


class InputError(ValueError):
    """Input that the user can fix: the message names the file, the value, what was expected and the remedy.

    Scripts and the command line show the message alone, without a traceback. What files and names hold of control
    characters is written out in it: a terminal would obey them.

    Parameters
    ----------
    message
        One line.
    cases
        Cases in point, each of which gets a line of its own.
    """

    def __init__(self, message: str, cases: Iterable[str] = ()) -> None:
        super().__init__("\n  ".join(_shortened(printable(text)) for text in (message, *cases)))


class UnrelatedInputError(InputError):
    """What was named is something else altogether, such as a table of patients in place of annotations."""


class UnknownFormatError(UnrelatedInputError):
    """A file that is of no known format, rather than damaged."""


class ColouredMaskError(InputError):
    """A mask image with colours whose meaning nothing tells."""


class LossyMaskError(InputError):
    """A mask image whose values were mixed along edges, so that they are no cells; its pieces may be."""


class MissingMasksError(InputError):
    """Photographs without a mask image.

    Parameters
    ----------
    message
        One line.
    missing, images
        Number of photographs without one, and of all.
    """

    def __init__(self, message: str, *, missing: int = 0, images: int = 0) -> None:
        super().__init__(message)
        self.missing = missing
        self.images = images


def _shortened(text: str) -> str:
    """Return a line with its middle left out where what it quotes of a file is endless."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} [...] {text[-LONGEST // 2 :]}"


def describe(error: OSError) -> str:
    """Return one line on what the system refused: which file, why, and what to do where that is known."""
    reason = error.strerror or str(error) or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    return printable(f"{where}{reason}. {REMEDIES.get(error.errno or 0, '')}".rstrip())
