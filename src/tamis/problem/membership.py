"""One check for mappings whose keys are the members of an enum."""

from __future__ import annotations

from enum import Enum

from tamis.core.errors import OptionError, nearest


def check_member(key: object, enum: type[Enum], where: str) -> None:
    """Raise `OptionError` unless `key` is a member of `enum`; a text gets the nearest member's name.

    Raises
    ------
    OptionError
        Naming the enum, its members and the nearest one.

    Examples
    --------
    >>> class Step(Enum):
    ...     DATA = 1
    >>> check_member("data", Step, "Formulation")
    Traceback (most recent call last):
    ...
    tamis.core.errors.OptionError: Formulation: the key is no Step. Allowed: Step.DATA. Got: 'data'. Did you mean ...
    """
    if not isinstance(key, enum):
        names = [member.name for member in enum]
        close = nearest(str(key).upper().replace(" ", "_"), names)
        raise OptionError(
            f"the key is no {enum.__name__}",
            where=where,
            allowed=", ".join(f"{enum.__name__}.{name}" for name in names),
            got=key,
            nearest=close and f"{enum.__name__}.{close}",
        )
