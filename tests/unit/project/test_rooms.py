"""Who imports whom: rooms (packages and single files of `blastvote`, and `mrcnn`) form no circle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

SRC = Path(__file__).resolve().parents[3] / "src"


def modules() -> dict[str, Path]:
    """Return every module of `src` by its dotted name."""
    paths = {path: path.relative_to(SRC).with_suffix("").parts for path in SRC.rglob("*.py")}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in paths.items()}


def imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """Yield the modules of `known` that a file imports, wherever in it, but for those of type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in known else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        yield from imported(node, known)


def room(module: str) -> str:
    """Return the room of a module: ``mrcnn``, or the package or file directly below ``blastvote``."""
    parts = module.split(".")
    return parts[0] if parts[0] == "mrcnn" else ".".join(parts[:2])


def graph(by_room: bool) -> dict[str, set[str]]:
    """Return what each module, or room, imports of ours."""
    known = modules()
    result: dict[str, set[str]] = {}
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        ours = {other for other in imported(tree, set(known)) if other in known and other != "blastvote"}
        source, targets = (room(name), set(map(room, ours))) if by_room else (name, ours)
        result.setdefault(source, set()).update(targets - {source})
    return result


def test_no_room_and_no_module_imports_itself_by_a_detour() -> None:
    for by_room in (True, False):
        edges = graph(by_room)
        order = list(TopologicalSorter(edges).static_order())  # raises CycleError with the circle
        assert len(order) > 10
    assert "blastvote.dataset" in graph(True)["blastvote.evaluate"]


def test_the_network_knows_nothing_of_blastvote() -> None:
    assert graph(True)["mrcnn"] == set()


def test_the_drawing_of_the_house_names_every_room() -> None:
    page = (SRC.parent / "docs/design.md").read_text(encoding="utf-8")
    drawing = page.split("```mermaid")[1].split("```")[0]
    rooms = {path.parent.name for path in (SRC / "blastvote").glob("*/__init__.py")}
    assert {name for name in rooms if name not in drawing} == set()
