"""Errors in one form: what, where, allowed, got, nearest match, next step, on one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import Enum
from typing import Final


class _Unset(Enum):
    UNSET = "unset"


UNSET: Final = _Unset.UNSET


class TamisError(Exception):
    """A mistake that a user can mend, told in one line.

    Parameters
    ----------
    what : str
        What is wrong, as a sentence without its full stop.
    where : str, optional
        The place: a class and option, a file and column, a row.
    allowed : str, optional
        What would have been accepted.
    got : object, optional
        The value that was found; long values are cut.
    nearest : str, optional
        The closest accepted name, for "did you mean".
    next_step : str, optional
        What to do now.

    Examples
    --------
    >>> print(TamisError("`show` is too small", where="Funnel 'feed'", allowed="an int of at least 1", got=0))
    Funnel 'feed': `show` is too small. Allowed: an int of at least 1. Got: 0.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        allowed: str | None = None,
        got: object = UNSET,
        nearest: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.what, self.where, self.allowed, self.got = what, where, allowed, got
        self.nearest, self.next_step = nearest, next_step
        super().__init__(self._line())

    def _line(self) -> str:
        text = f"{self.where}: {self.what}." if self.where else f"{self.what}."
        if self.allowed is not None:
            text += f" Allowed: {self.allowed}."
        if self.got is not UNSET:
            shown = repr(self.got)
            text += f" Got: {shown if len(shown) <= 120 else shown[:117] + '...'}."
        if self.nearest is not None:
            text += f" Did you mean {self.nearest!r}?"
        if self.next_step is not None:
            text += f" Next: {self.next_step}."
        return " ".join(text.split())


class OptionError(TamisError, ValueError):
    """An option of a part has a wrong type, a wrong value or a wrong name."""


class DataError(TamisError, ValueError):
    """A table, a column or a row cannot be used as it is."""


class SystemFileError(TamisError):
    """A system file cannot be read or declares no system."""


class UnknownIdError(TamisError, KeyError):
    """An id that no table contains."""

    def __str__(self) -> str:
        return str(self.args[0])


class NotFittedError(TamisError, RuntimeError):
    """A part was asked before it was trained."""


class SnapshotError(TamisError):
    """A trained system on disk is missing, damaged or does not match its declaration."""


class MissingExtraError(TamisError, ImportError):
    """An optional dependency is needed and not installed."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None where nothing is close.

    Examples
    --------
    >>> nearest("raiting", ["rating", "title"])
    'rating'
    """
    match = difflib.get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    return match[0] if match else None
