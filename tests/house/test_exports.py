"""What a room exports is there, once, and in the order in which ruff sorts `__all__`."""

from pathlib import Path

import pytest

from tests.house.sources import rooms_with_exports, sources

ROOMS = {module.__name__: module for module in rooms_with_exports()}


def as_ruff_sorts(names):
    """Return names with CONSTANTS first, then Classes, then the rest (ruff rule RUF022)."""
    return sorted(names, key=lambda n: (0 if n.isupper() and len(n) > 1 else 1 if n[:1].isupper() else 2, n))


def test_the_package_and_the_rooms_of_a_system_file_export():
    wanted = {"tamis", "tamis.problem", "tamis.metrics", "tamis.models", "tamis.testing"}
    wanted |= {f"tamis.stages.{kind}" for kind in ("retrieve", "filter", "rerank")}
    assert wanted <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_every_exported_name_is_there(room):
    assert [name for name in ROOMS[room].__all__ if not hasattr(ROOMS[room], name)] == []


@pytest.mark.parametrize("room", ROOMS)
def test_exports_are_sorted_without_duplicates(room):
    names = list(ROOMS[room].__all__)
    plainly = "noqa: RUF022 - " in Path(ROOMS[room].__file__).read_text(encoding="utf-8")
    assert names == (sorted(set(names)) if plainly else as_ruff_sorts(set(names)))


@pytest.mark.parametrize("room", ROOMS)
def test_a_name_that_is_not_there_is_an_attribute_error(room):
    with pytest.raises(AttributeError, match="no_such_name"):
        ROOMS[room].no_such_name  # noqa: B018


def test_what_is_exported_is_public():
    private = [f"{room}.{name}" for room, module in ROOMS.items() for name in module.__all__ if name.startswith("_")]
    assert private == []


def test_the_front_door_is_small_enough_to_know_by_heart():
    assert len(ROOMS["tamis"].__all__) <= 30, "tamis itself should stay near 25 names"
    assert sources()
