"""Time is int64 microseconds since 1970 in UTC; the clock is injected, nobody reads the wall."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

DAY = 86_400_000_000
HOUR = 3_600_000_000
Clock = Callable[[], int]


def system_clock() -> int:
    """Return now; only the edge (a server, a command) hands this clock in."""
    return time.time_ns() // 1_000


def fixed_clock(at: int) -> Clock:
    """Return a clock that always says `at` (microseconds, UTC).

    Examples
    --------
    >>> fixed_clock(5)()
    5
    """
    return lambda: at


def iso(at: int) -> str:
    """Return a time as ISO 8601 in UTC, to the second.

    Examples
    --------
    >>> iso(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(at / 1e6, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
