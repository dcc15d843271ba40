"""Every part of the package with valid options, and a wrong value for each option: made from the type hints."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import _fits, _hints
from tests.house.sources import modules


def is_part(thing: object) -> bool:
    """Return whether an object is a class made by `@options`."""
    return (
        isinstance(thing, type)
        and dataclasses.is_dataclass(thing)
        and "options.<locals>" in getattr(thing.__setattr__, "__qualname__", "")
    )


@functools.cache
def parts() -> tuple[type, ...]:
    """Return every class made by `@options` in the package, by module and name."""
    found = {
        thing
        for module in modules()
        for thing in vars(module).values()
        if is_part(thing) and thing.__module__ == module.__name__
    }
    return tuple(sorted(found, key=lambda c: (c.__module__, c.__name__)))


def hints_of(part: type) -> dict[str, Any]:
    """Return the resolved type hints of a part's options."""
    module = __import__(part.__module__, fromlist=["_"])
    hints = _hints(part, vars(module))
    return {f.name: hints[f.name] for f in dataclasses.fields(part) if f.init}


@functools.cache
def words() -> dict[str, Any]:
    """Return one valid value for each word of a system file."""
    import tamis as tm
    from tamis.stages.retrieve import Popular

    items = tm.Entity({"item_id": ["a"], "genre": ["x"], "price": [1.0], "title": ["t"]}, id="item_id")
    people = tm.Entity({"user_id": ["u"], "age": [20]}, id="user_id")
    events = tm.Events({"user_id": ["u"], "item_id": ["a"]}, user=people, item=items)
    return {
        "EventTable": events,
        "Events": events,
        "Selection": events,
        "EntityTable": items,
        "AttributeOf": items.genre,
        "AttributeReference": items.genre,
        "Maximize": tm.Maximize(events, why="a clear sign of a good answer"),
        "Retriever": Popular(events),
        "Condition": at_least(1),
        "timedelta": timedelta(days=1),
        "Path": Path("here"),
        "Policy": Leave(),
    }


class Leave:
    """A policy that leaves everything."""

    def act(self, candidates):
        """Never called here."""


@functools.cache
def by_hand() -> dict[str, dict[str, Any]]:
    """Return options of the parts whose rules go beyond their types."""
    from tamis.problem import Goal, Maximize, Requirements, Scale, Step, plan_funnel

    notes = {step: {"plan": "to be measured"} for step in Step if step > Step.ARCHITECTURE}
    return {
        "Formulation": {
            "name": "films",
            "goal": Goal(Maximize(words()["Events"])),
            "requirements": Requirements(Scale(users=100, items=500)),
            "plan": plan_funnel(500, qps=1, latency_ms=200),
            "notes": notes,
        },
        "RaterAssignment": {"n_raters": 3},
        "TrustSplit": {"train": ("report",), "evaluate": ("rater",)},
        "WeightedSum": {"weights": {"popular.score": 1.0}},
        "Supports": {"platforms": {"mac": words()["AttributeOf"]}, "of": "device"},
        "Available": {"start": words()["AttributeOf"]},
        "Quota": {"attribute": words()["AttributeOf"], "condition": "x", "share": 0.5},
    }


class CannotBuildError(Exception):
    """No valid value is known for a hint."""


def valid(hint: Any) -> Any:
    """Return some value that a hint allows.

    Raises
    ------
    CannotBuildError
        Where none is known.
    """
    for value in candidates(hint):
        if _fits(value, hint):
            return value
    raise CannotBuildError(str(hint))


def candidates(hint: Any) -> list[Any]:
    """Return values that a hint may allow."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return [*candidates(args[0]), 1, 2, 10, 0.5, 0.1, 0, -1, 100]
    if origin is Literal:
        return [args[0]]
    if origin in (Union, types.UnionType):
        return [value for part in args for value in safely(candidates, part)]
    if hint is str:
        return ["1d"]
    if hint is Any or hint is object:
        return [words()["EventTable"]]
    if origin is tuple:
        return [tuple(valid(a) for a in args if a is not ...)]
    if origin in (Sequence, list):
        return [[valid(args[0])]]
    if origin in (Mapping, dict):
        return [{"name": valid(args[1])}]
    if origin is Callable or hint is Callable:
        return [len]
    if isinstance(hint, type):
        if hint.__name__ in words():
            return [words()[hint.__name__]]
        if is_part(hint):
            return [build(hint)]
        if issubclass(hint, Enum):
            return [next(iter(hint))]
        if hint is np.ndarray:
            return [np.ones(1)]
        return [1, 0.5, True, b"x", np.ones(2), *implementing(hint)]
    return [1, 0.5, np.ones(2), None]


def safely(function: Callable[[Any], list[Any]], hint: Any) -> list[Any]:
    """Return what a function gives, nothing where it cannot be built."""
    try:
        return function(hint)
    except CannotBuildError:
        return []


def implementing(contract: type) -> list[Any]:
    """Return a part that can be built without options and meets a contract."""
    if not getattr(contract, "_is_protocol", False):
        return []
    for part in parts():
        needed = [f for f in dataclasses.fields(part) if needs(f)]
        if not needed and issubclass_safely(part, contract):
            return [part()]
    return []


def issubclass_safely(part: type, contract: type) -> bool:
    """Return whether objects of a part meet a contract, judged by its methods."""
    verbs = [n for n in vars(contract) if not n.startswith("_") and callable(getattr(contract, n))]
    return bool(verbs) and all(hasattr(part, verb) for verb in verbs)


def needs(field: dataclasses.Field[Any]) -> bool:
    """Return whether an option has no default."""
    return field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def required(part: type) -> dict[str, Any]:
    """Return valid values for the options that a part cannot be built without."""
    if part.__name__ in by_hand():
        return dict(by_hand()[part.__name__])
    hints = hints_of(part)
    return {f.name: valid(hints[f.name]) for f in dataclasses.fields(part) if needs(f)}


def build(part: type) -> Any:
    """Return a part with valid options.

    Raises
    ------
    CannotBuildError
        Where no valid value of an option is known.
    """
    try:
        return part(**required(part))
    except (ValueError, TypeError, AttributeError) as error:
        raise CannotBuildError(f"{part.__name__}: {error}") from None


WRONG = ("wrong-value-17", -98765.4321, float("nan"), 3.5, -7, 10**9, ["wrong"], {"wrong": 1}, None, True)


def wrong(hint: Any) -> list[Any]:
    """Return values that a hint refuses; none where it allows everything."""
    return [value for value in WRONG if not _fits(value, hint)]
