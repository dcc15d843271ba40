"""Walking a declaration: which parts it holds, how it reads as plain values, what its stages are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from tamis.core.stages import stage_name


def parts_of(declared: object) -> Iterator[object]:
    """Yield every declared object reachable from a shape's options, each once: stages, features, models, tables.

    The walk enters options of parts, sequences and mappings; it never enters learned state.
    """
    seen: set[int] = set()
    waiting: list[object] = [declared]
    while waiting:
        here = waiting.pop()
        if id(here) in seen or here is None or isinstance(here, str | bytes | int | float | type):
            continue
        seen.add(id(here))
        if isinstance(here, Mapping):
            waiting.extend(here.values())
        elif isinstance(here, list | tuple | set | frozenset):
            waiting.extend(here)
        else:
            yield here
            if is_dataclass(here):
                waiting.extend(getattr(here, f.name) for f in fields(here))


def describe(declared: object) -> Any:
    """Return a declaration as plain JSON values, the same for equal declarations: what a snapshot was trained from."""
    if declared is None or isinstance(declared, str | int | float | bool):
        return declared
    if isinstance(declared, Mapping):
        return {str(k): describe(v) for k, v in declared.items()}
    if isinstance(declared, list | tuple | set | frozenset):
        return [describe(v) for v in declared]
    name = getattr(declared, "name", None)
    if is_dataclass(declared) and not isinstance(declared, type):
        told = {f.name: describe(getattr(declared, f.name)) for f in fields(declared) if f.repr}
        return {type(declared).__name__: told}
    if isinstance(name, str):
        return {type(declared).__name__: name}
    plain = {
        k: v for k, v in getattr(declared, "__dict__", {}).items() if not k.startswith("_") and not k.endswith("_")
    }
    return {type(declared).__name__: describe(plain) if plain else str(type(declared).__qualname__)}


def distinct_names(stages: Sequence[object]) -> dict[int, str]:
    """Return one name per stage by identity; the second of a kind becomes `popular-2`."""
    names: dict[int, str] = {}
    used: dict[str, int] = {}
    for stage in stages:
        if id(stage) in names:
            continue
        name = stage_name(stage)
        used[name] = used.get(name, 0) + 1
        names[id(stage)] = name if used[name] == 1 else f"{name}-{used[name]}"
    return names
