"""A folder imports only from lower floors, never sideways."""

import ast

import pytest

from tests.house.sources import Source, dotted, sources

FLOORS = {
    "core": 0,
    "foundations": 0,
    "problem": 1,
    "metrics": 1,
    "shapes": 2,
    "data": 2,
    "snapshots": 2,
    "features": 3,
    "models": 4,
    "stages": 5,
    "evaluation": 6,
    "experiments": 6,
    "monitoring": 6,
    "training": 7,
    "serving": 7,
    "systems": 8,
    "testing": 8,
    "card": 8,
    "console": 8,
    "cli": 9,
}
FRONT_DOOR = ""
"""`tamis/__init__.py` shows names up to training, loaded on use: only what stands above training may import it."""
FRONT_DOOR_FLOOR = 7.5


def imported_modules(source: Source):
    """Yield (node, module) of every import of ours, also those for typing and those inside functions."""
    package = source.module if source.path.name == "__init__.py" else source.module.rpartition(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            yield from ((node, base) for _ in [0] if base != "tamis")
            yield from ((node, f"tamis.{alias.name}") for alias in node.names if base == "tamis")
        elif isinstance(node, ast.Call) and dotted(node.func).endswith("import_module") and node.args:
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(first, ast.Constant):
                yield node, str(first.value).rstrip(".")


def arrows(source: Source):
    """Yield (node, room) of every import of another room of ours that is not marked `typing only`."""
    for node, module in imported_modules(source):
        parts = module.split(".")
        if parts[0] != "tamis" or "typing only" in source.line(node):
            continue
        room = parts[1] if len(parts) > 1 else FRONT_DOOR
        room = room if room in FLOORS else FRONT_DOOR
        if room != source.room:
            yield node, room


def test_every_room_has_a_floor():
    assert {s.room for s in sources()} - {FRONT_DOOR} <= set(FLOORS)


def test_imports_point_down():
    wrong = []
    for source in sources():
        if source.room == FRONT_DOOR:
            continue
        mine = FLOORS[source.room]
        for node, room in arrows(source):
            floor = FRONT_DOOR_FLOOR if room == FRONT_DOOR else FLOORS[room]
            if floor >= mine:
                wrong.append(f"{source.at(node)}: {source.room} (floor {mine}) imports {room or 'tamis'} ({floor})")
    assert wrong == []


@pytest.mark.parametrize("room", ["core", "foundations"])
def test_the_ground_floor_imports_nothing_of_ours(room):
    wrong = [f"{s.at(node)}: {to}" for s in sources() if s.room == room for node, to in arrows(s)]
    assert wrong == []


def test_the_walk_sees_every_form_of_import():
    text = (
        "import tamis.cli\nfrom tamis.models import X\nfrom tamis import data\nfrom ..stages import y\n"
        "def f():\n    from tamis.training.train import train\n    import_module(f'tamis.systems.{f}')\n"
        "if TYPE_CHECKING:\n    from tamis.serving import S  # typing only: a hint\n    from tamis.card import C\n"
    )
    made = Source(sources()[0].path.parent / "core" / "a.py", "tamis.core.a", text, ast.parse(text))
    assert {room for _, room in arrows(made)} == {"cli", "models", "data", "stages", "training", "systems", "card"}
