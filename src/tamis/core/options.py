"""`@options`: one definition of a part's options, typed, checked when the part is built, frozen afterwards.

A part is a dataclass whose fields are its options. Learned state lives in attributes that end in `_` and is the only
thing that may be set later (scikit-learn's convention).
"""

from __future__ import annotations

import functools
import math
import re
import sys
import types
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

import numpy as np

from tamis.core.conditions import Condition
from tamis.core.errors import OptionError, nearest

T = TypeVar("T")


@dataclass_transform()
def options(cls: type[T]) -> type[T]:
    """Turn a class with annotated fields into a part: a dataclass with checked, frozen options.

    Write limits as `Annotated[float, above(0)]`. A wrong type, a value out of bounds or a misspelt name raises
    `OptionError` naming the class, the option, what is allowed, what was got and the nearest name.

    Examples
    --------
    >>> from typing import Annotated
    >>> from tamis.core.conditions import at_least
    >>> @options
    ... class Popular:
    ...     k: Annotated[int, at_least(1)] = 10
    >>> Popular(k=0)
    Traceback (most recent call last):
    ...
    tamis.core.errors.OptionError: Popular: `k` is not allowed. Allowed: an int at least 1. Got: 0.
    """
    frame = sys._getframe(1)
    made = dataclass(eq=False, repr=True)(cls)
    hints = functools.cache(lambda: _hints(made, {**frame.f_globals, **frame.f_locals}))
    plain_init = made.__init__
    names = [f.name for f in fields(made)]  # type: ignore[arg-type]

    @functools.wraps(plain_init)
    def checked_init(self: Any, *args: Any, **kwargs: Any) -> None:
        for name in kwargs:
            if name not in names:
                raise OptionError(
                    f"there is no option `{name}`",
                    where=made.__name__,
                    allowed=", ".join(names) or "no options",
                    nearest=nearest(name, names),
                )
        by_place = [f.name for f in fields(made) if not f.kw_only]  # type: ignore[arg-type]
        if len(args) > len(by_place):
            raise OptionError(
                f"takes at most {len(by_place)} options by place; name the others",
                where=made.__name__,
                allowed=", ".join(names),
                got=len(args),
            )
        given = {*names[: len(args)], *kwargs}
        for f in fields(made):  # type: ignore[arg-type]
            if f.default is MISSING and f.default_factory is MISSING and f.name not in given:
                raise OptionError(f"the option `{f.name}` is missing", where=made.__name__, allowed=", ".join(names))
        plain_init(self, *args, **kwargs)
        for f in fields(made):  # type: ignore[arg-type]
            check_value(made.__name__, f.name, getattr(self, f.name), hints()[f.name])
        object.__setattr__(self, "_checked", True)
        also = getattr(self, "check_options", None)
        if also is not None:
            also()

    def guarded_setattr(self: Any, name: str, value: Any) -> None:
        if getattr(self, "_checked", False) and name in names:
            raise OptionError(f"`{name}` is frozen", where=made.__name__, next_step="build a new part instead")
        object.__setattr__(self, name, value)

    made.__init__ = checked_init  # type: ignore[method-assign]
    made.__setattr__ = guarded_setattr  # type: ignore[method-assign]
    return made


def _hints(cls: type, names: dict[str, Any]) -> dict[str, Any]:
    # A name imported for typing only is unknown at run time; its option is then not checked.
    found: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        for field, hint in vars(owner).get("__annotations__", {}).items():
            try:
                holder = type("_Holder", (), {"__annotations__": {field: hint}, "__module__": owner.__module__})
                found[field] = get_type_hints(holder, localns=names, include_extras=True)[field]
            except NameError:
                found[field] = Any
    return found


def check_value(where: str, name: str, value: object, hint: Any) -> None:
    """Raise `OptionError` unless `value` fits the type hint and its conditions.

    Raises
    ------
    OptionError
        With the option's name, what is allowed and the value that was got.
    """
    if not _fits(value, hint):
        words = [str(a) for a in get_args(hint)] if get_origin(hint) is Literal else []
        suggestion = nearest(value, words) if isinstance(value, str) else None
        raise OptionError(f"`{name}` is not allowed", where=where, allowed=_phrase(hint), got=value, nearest=suggestion)


def _holds(value: Any, extra: list[Any]) -> bool:
    return value is None or all(bool(np.all(c.holds(value))) for c in extra if isinstance(c, Condition))


def _fits(value: object, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any or isinstance(hint, TypeVar):
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if origin is Annotated:
        inner, *extra = get_args(hint)
        return _fits(value, inner) and _holds(value, extra)
    if origin is Literal:
        return value in get_args(hint)
    if hint is None or hint is type(None):
        return value is None
    if hint is float:
        return (
            isinstance(value, int | float | np.floating | np.integer)
            and not isinstance(value, bool)
            and not (math.isnan(value))
        )
    if hint is int:
        return isinstance(value, int | np.integer) and not isinstance(value, bool)
    target = origin or hint
    if not isinstance(target, type):
        return True
    try:
        return isinstance(value, target)
    except TypeError:  # a protocol that is not checkable at run time
        return True


def _phrase(hint: Any) -> str:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_phrase(part) for part in get_args(hint))
    if origin is Annotated:
        inner, *extra = get_args(hint)
        return _phrase(inner) + "".join(f" {c}" for c in extra if isinstance(c, Condition))
    if origin is Literal:
        return "one of " + ", ".join(repr(a) for a in get_args(hint))
    if hint is None or hint is type(None):
        return "None"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(f"{hint.__name__}.{m.name}" for m in hint)
    name = getattr(origin or hint, "__name__", str(hint))
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


_SPANS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_SPANS["w"] = 7 * _SPANS["d"]


def span(text: str | timedelta, *, where: str = "a span of time", name: str = "within") -> int:
    """Return a span such as "90d", "6h", "30m", "15s", "2w" in microseconds.

    Raises
    ------
    OptionError
        Where the text is no positive number followed by a unit.

    Examples
    --------
    >>> span("1d")
    86400000000
    """
    if isinstance(text, timedelta):
        micros = round(text.total_seconds() * 1e6)
        if micros > 0:
            return micros
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d|w)\s*", text) if isinstance(text, str) else None
    if match is None or float(match[1]) <= 0:
        raise OptionError(
            f"`{name}` is not a span of time",
            where=where,
            allowed='a positive number and a unit (us, ms, s, m, h, d, w), such as "90d" or "6h"',
            got=text,
        )
    return max(1, round(float(match[1]) * _SPANS[match[2]]))


def kebab(name: str) -> str:
    """Return a class name in kebab case, the form in which stages are called in logs and columns.

    Examples
    --------
    >>> kebab("ItemToItem"), kebab("MMR")
    ('item-to-item', 'mmr')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
