"""Progress is told, never printed: the edge decides how to show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")


class Listener(Protocol):
    """Hears how far a long step has come."""

    def __call__(self, label: str, done: int, total: int, note: str) -> None:
        """Hear that `done` of `total` pieces of `label` are finished."""


def _silent(label: str, done: int, total: int, note: str) -> None: ...


_listener: ContextVar[Listener] = ContextVar("listener", default=_silent)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send all progress inside the block to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(label: str, done: int, total: int, note: str = "") -> None:
    """Tell whoever listens that `done` of `total` pieces of `label` are finished."""
    _listener.get()(label, done, total, note)


def track(label: str, pieces: Iterable[T], total: int) -> Iterator[T]:
    """Yield the pieces and tell after each.

    Examples
    --------
    >>> heard = []
    >>> with listening(lambda label, done, total, note: heard.append((label, done, total))):
    ...     list(track("fit", "ab", 2))
    ['a', 'b']
    >>> heard
    [('fit', 0, 2), ('fit', 1, 2), ('fit', 2, 2)]
    """
    tell(label, 0, total)
    for done, piece in enumerate(pieces, 1):
        yield piece
        tell(label, done, total)
