"""Which rows may be collected and which are worth it: consent, retention, minimal columns, the rows before an incident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tamis.core.errors import DataError, nearest
from tamis.core.options import options, span
from tamis.core.ragged import concatenate_ranges
from tamis.data.event_columns import MISSING_TIME, EventColumns, Ints, codes, report_of, whole_numbers
from tamis.data.report import Report


@dataclass(frozen=True)
class Collected:
    """The rows that may be used, as columns with only what is needed, their indices before, and the report."""

    batch: EventColumns
    index: Ints
    report: Report


@options
class Collect:
    """Keep only rows with consent, not older than the retention allows, and only the columns that are needed.

    Consent is asked of the user as of the row: the latest answer strictly before or at the row's time counts, and the
    latest answer of all must not be a withdrawal. Without a consent log nothing is known and every row is dropped.

    Parameters
    ----------
    columns : tuple of str
        Columns that the purpose needs; the others are left behind.
    keep_for : span
        Retention, such as "365d".

    Examples
    --------
    >>> events = {"user": np.array([1, 2]), "at": np.array([5, 5]), "phone": np.array(["a", "b"])}
    >>> consent = {"user": np.array([1]), "at": np.array([0]), "given": np.array([1])}
    >>> Collect(columns=("user", "at"), keep_for="1d").select(events, consent, now=9).batch
    {'user': array([1]), 'at': array([5])}
    """

    columns: tuple[str, ...]
    keep_for: str

    def check_options(self) -> None:
        """Check that the span can be read."""
        span(self.keep_for, where="Collect", name="keep_for")

    def select(self, events: EventColumns, consent: EventColumns, *, now: int) -> Collected:
        """Return the rows of `events` that may be used; `consent` has `user`, `at`, `given` (1 or 0).

        Raises
        ------
        DataError
            Where a column is missing.
        """
        for name in self.columns:
            if name not in events:
                raise DataError(
                    f"there is no column `{name}`",
                    where="Collect",
                    allowed=", ".join(events),
                    nearest=nearest(name, events),
                )
        user, at = codes(events, "user", "Collect"), codes(events, "at", "Collect")
        oldest = now - span(self.keep_for, where="Collect", name="keep_for")
        reasons = {
            "unknown user": user < 0,
            "missing time": at == MISSING_TIME,
            "past its retention": at < oldest,
            "without consent": ~(_answer(consent, user, at) & _answer(consent, user, np.full(len(user), now))),
        }
        index = np.flatnonzero(~np.logical_or.reduce(list(reasons.values())))
        batch = {name: np.asarray(events[name])[index] for name in self.columns}
        return Collected(batch, index, report_of("Collect", len(user), reasons))


def last_rows_before(group: Ints, at: Ints, event_group: Ints, event_at: Ints, last: int = 20) -> Ints:
    """Return the rows among the `last` of their group up to each event, ascending and each once: frames to be labelled.

    Targeted collection: the frames of a clip before a driver took over, the pages of a session before a complaint.

    Parameters
    ----------
    group, at : arrays of shape (n,)
        The clip or session of each row, and its time; equal times keep the order of the rows.
    event_group, event_at : arrays of shape (m,)
        Where and when something went wrong; a row at that very time counts.
    last : int

    Examples
    --------
    >>> last_rows_before(np.array([0, 0, 0, 1]), np.array([1, 2, 3, 1]), np.array([0]), np.array([2]), last=2)
    array([0, 1])
    """
    group, at = whole_numbers(group, "group", "last_rows_before"), whole_numbers(at, "at", "last_rows_before")
    order = np.lexsort((at, group))
    end = _latest(group[order], at[order], np.asarray(event_group, np.int64), np.asarray(event_at, np.int64)) + 1
    start = np.maximum(np.searchsorted(group[order], event_group), end - last)
    return np.unique(order[concatenate_ranges(start, np.maximum(end - start, 0))])


def _answer(consent: EventColumns, user: Ints, at: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return whether the latest answer of each user up to `at` is yes; False without one."""
    who, when = codes(consent, "user", "Collect"), codes(consent, "at", "Collect")
    given = codes(consent, "given", "Collect")
    if len(who) == 0:
        return np.zeros(len(user), bool)
    order = np.lexsort((when, who))
    row = _latest(who[order], when[order], user, at)
    found = (row >= 0) & (who[order][row] == user)
    return np.asarray(found & (given[order][row] == 1))


def _latest(group: Ints, at: Ints, wanted: Ints, until: Ints) -> Ints:
    """Return the place of the last row with (group, at) <= (wanted, until) in rows sorted by both, or -1."""
    moments = np.unique(at)
    stride = np.int64(len(moments) + 1)
    key = group * stride + np.searchsorted(moments, at)
    rank = np.searchsorted(moments, until, side="right")
    return np.asarray(np.searchsorted(key, wanted * stride + rank, side="left") - 1, np.int64)
