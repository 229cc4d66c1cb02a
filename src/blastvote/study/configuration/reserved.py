"""Names that classes and methods may not have, because tables and files use them for something else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blastvote.errors import InputError

IN_CONFUSIONS = ("actual", "FN", "FP", "undetected", "background", "total", "all")
"""Rows and columns of the confusion tables beside the classes, and the row of all classes together."""
IN_COLUMNS = ("ci_low", "ci_high", "sd_over_seeds", "paper", "strict", "matterport", "matterport_range")
"""Endings of columns such as ``sensitivity_ci_low``, which stand where others have a class."""
UNSEEN = "_unseen"
"""Ending of tables on unseen images, beside the table of the method itself."""


def check_classes(classes: Sequence[str]) -> None:
    """Raise InputError for a class whose name means something else in tables, or differs by capitals only."""
    reserved = {name.casefold(): name for name in (*IN_CONFUSIONS, *IN_COLUMNS)}
    for name in classes:
        if name.casefold() in reserved:
            raise InputError(
                f"Config key 'classes' names {name!r}, which tables use for a row or column of their own. Reserved: "
                f"{', '.join(reserved.values())}. Rename the class; 'dataset.class_aliases' maps the name in the "
                "annotation files to the new one."
            )
    _check_capitals("classes", classes)


def check_methods(methods: Iterable[str]) -> None:
    """Raise InputError for a method whose tables would be those of another, or that differs by capitals only."""
    names = list(methods)
    for name in names:
        if name.removesuffix(UNSEEN) in names and name.endswith(UNSEEN):
            raise InputError(
                f"Config key 'methods' names {name!r} beside {name.removesuffix(UNSEEN)!r}, whose table of unseen "
                f"images is table3_confusion_{name}.csv as well. Rename the variant."
            )
    _check_capitals("methods", names)


def _check_capitals(key: str, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise InputError(
                f"Config key '{key}' names {other!r} and {name!r}, which differ in capitals only: some file systems "
                "take them for one. Rename one of them."
            )
