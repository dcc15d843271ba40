"""Labels that events give: outcome within a window, graded outcomes, a threshold on a value.

A label is known or pending. A row whose window is still open, or whose outcome may still arrive, is pending and never
negative; ask again later and compare with `changed_since`. All times are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tamis.core.conditions import Condition
from tamis.core.errors import DataError, OptionError, nearest
from tamis.core.options import options, span
from tamis.data.event_columns import (
    MISSING_TIME,
    EventColumns,
    Floats,
    Ints,
    Mask,
    codes,
    column,
    counted_report,
    report_of,
    row_count,
)
from tamis.data.report import Report

NEVER = int(np.iinfo(np.int64).max)
LARGEST_BITMAP = 100_000_000


@dataclass(frozen=True)
class Labels:
    """Labels of n rows, in the order of the rows.

    Parameters
    ----------
    value : array of shape (n,), float64
        The label so far: 1 or 0, or the highest grade yet; meaningful to train on only where `known`.
    known : array of shape (n,), bool
        False where the label is pending or cannot be told.
    at : array of shape (n,), int64
        When the label became certain (the outcome, or the close of the window); `NEVER` where not known.
    report : Report
        Known rows as rows out; pending and untellable rows as dropped, with reasons.
    """

    value: Floats
    known: Mask
    at: Ints
    report: Report


@options
class WindowedLabel:
    """Positive where the outcome follows within the window, in (at, at + within]; negative once the window has closed.

    An outcome counts only if it had arrived by `known_until` (its column `arrived`, where present). A window is closed
    when `at + within + lateness <= known_until`; until then a row without outcome is pending. Outcomes at the very
    moment of the row do not count; outcomes after the window leave the row negative.

    Parameters
    ----------
    within : span
        Length of the window, such as "30m".
    lateness : span, optional
        How late an outcome may arrive.
    credit : "every" or "last"
        Whether an outcome makes every row before it positive, or only the latest one of the same key (so that one
        click is one positive). An outcome at the moment of a repeated row belongs to the row before.
    by : tuple of str
        Whole-number columns that outcome and row share, such as ("user", "item") or ("request",).

    Examples
    --------
    >>> shown = {"user": np.array([1, 1, 2]), "item": np.array([5, 6, 5]), "at": np.array([0, 0, 70_000_000])}
    >>> clicks = {"user": np.array([1]), "item": np.array([5]), "at": np.array([9_000_000])}
    >>> labels = WindowedLabel("1m").label(shown, clicks, known_until=80_000_000)
    >>> labels.value, labels.known
    (array([1., 0., 0.]), array([ True,  True, False]))
    """

    within: str
    lateness: str | None = None
    credit: Literal["every", "last"] = "every"
    by: tuple[str, ...] = ("user", "item")

    def check_options(self) -> None:
        """Check that spans can be read and that there is a column to join by."""
        self._window()
        if not self.by:
            raise OptionError("`by` names no column", where="WindowedLabel", allowed="at least one column", got=self.by)

    def label(self, shown: EventColumns, outcome: EventColumns, *, known_until: int) -> Labels:
        """Return the labels of the rows shown, from outcomes known up to and including `known_until`.

        Rows of an unknown id (-1) or without a time get no label; such outcomes are noted. Two passes of sorting, no
        loop over rows.

        Raises
        ------
        DataError
            Where a column is missing or holds no whole numbers.
        """
        window, lateness = self._window()
        at = codes(shown, "at", "WindowedLabel")
        columns = [codes(shown, name, "WindowedLabel") for name in self.by]
        reasons = _untellable(columns, at)
        reasons["after known_until"] = at > known_until
        usable = ~np.logical_or.reduce(list(reasons.values()))
        outcome_columns = [codes(outcome, name, "WindowedLabel") for name in self.by]
        outcome_at = codes(outcome, "at", "WindowedLabel")
        bad = np.logical_or.reduce(list(_untellable(outcome_columns, outcome_at).values()))
        arrived = codes(outcome, "arrived", "WindowedLabel") if "arrived" in outcome else outcome_at
        used = ~bad & (outcome_at <= known_until) & (arrived <= known_until)
        first = np.full(len(at), NEVER)
        first[usable] = first_after(
            [c[usable] for c in columns], at[usable], [c[used] for c in outcome_columns], outcome_at[used]
        )
        if self.credit == "last":
            rows = [c[usable] for c in columns]
            first[usable] = np.where(
                first[usable] <= first_after(rows, at[usable], rows, at[usable]), first[usable], NEVER
            )
        positive = usable & (first != NEVER) & (first - np.where(usable, at, 0) <= window)
        closed = usable & (at <= known_until - window - lateness)
        known = positive | closed
        certain = np.where(positive, first, np.where(closed, at + window, NEVER))
        reasons["window still open"] = usable & ~known
        notes = {
            "outcomes without a known id or time": int(bad.sum()),
            "outcomes after known_until": int((~used & ~bad).sum()),
        }
        return Labels(positive.astype(np.float64), known, certain, report_of("WindowedLabel", len(at), reasons, notes))

    def _window(self) -> tuple[int, int]:
        late = 0 if self.lateness is None else span(self.lateness, where="WindowedLabel", name="lateness")
        return span(self.within, where="WindowedLabel", name="within"), late


@options
class GradedLabel:
    """The highest grade among the outcomes that follow within the window: shown 0, click 1, ... purchase 4.

    A label is known once the highest grade of all is reached, or the window has closed; a row with a lower grade and an
    open window is pending, its value being the grade so far.

    Parameters
    ----------
    grades : dict of str to float
        Grade, above 0, of each outcome by name.
    within, lateness, by
        As for `WindowedLabel`.

    Examples
    --------
    >>> shown = {"user": np.array([1, 1]), "item": np.array([5, 6]), "at": np.array([0, 0])}
    >>> click = {"user": np.array([1, 1]), "item": np.array([5, 6]), "at": np.array([1, 2])}
    >>> buy = {"user": np.array([1]), "item": np.array([6]), "at": np.array([3])}
    >>> grades = GradedLabel({"click": 1, "buy": 4}, within="5us")
    >>> grades.label(shown, {"click": click, "buy": buy}, known_until=10).value
    array([1., 4.])
    """

    grades: dict[str, float]
    within: str
    lateness: str | None = None
    by: tuple[str, ...] = ("user", "item")

    def check_options(self) -> None:
        """Check that every grade is above 0 and that spans can be read."""
        if not self.grades or not all(np.isfinite(g) and g > 0 for g in self.grades.values()):
            raise OptionError("`grades` is not allowed", where="GradedLabel", allowed="grades above 0", got=self.grades)
        self._windowed()

    def label(self, shown: EventColumns, outcomes: Mapping[str, EventColumns], *, known_until: int) -> Labels:
        """Return the labels of the rows shown, from the outcomes of each grade.

        Raises
        ------
        DataError
            Where an outcome has no grade; an outcome that is missing counts as never having happened.
        """
        for name in outcomes:
            if name not in self.grades:
                raise DataError(
                    f"outcome `{name}` has no grade",
                    where="GradedLabel",
                    allowed=", ".join(self.grades),
                    nearest=nearest(name, self.grades),
                )
        nothing = {name: np.zeros(0, np.int64) for name in ("at", *self.by)}
        closing = self._windowed().label(shown, nothing, known_until=known_until)
        value, certain, warnings = np.zeros(len(closing.value)), closing.at.copy(), list(closing.report.warnings)
        for name, outcome in sorted(outcomes.items(), key=lambda pair: self.grades[pair[0]]):
            found = self._windowed().label(shown, outcome, known_until=known_until)
            positive = found.value > 0
            value[positive] = self.grades[name]
            if self.grades[name] == max(self.grades.values()):
                certain = np.where(positive, np.minimum(certain, found.at), certain)
            warnings += [f"{name}: {text}" for text in found.report.warnings]
        known = certain != NEVER
        dropped = {reason: n for reason, n in closing.report.counts().items() if reason != "window still open"}
        pending = len(value) - int(known.sum()) - sum(dropped.values())
        report = counted_report("GradedLabel", len(value), {**dropped, "window still open": pending})
        report.warnings += warnings
        return Labels(value, known, certain, report)

    def _windowed(self) -> WindowedLabel:
        return WindowedLabel(self.within, lateness=self.lateness, by=self.by)


@options
class ThresholdLabel:
    """Label an event by its own value: a rating of at least 4, half a film watched, a thumb up.

    Parameters
    ----------
    positive : Condition
        Which values are positive, such as `at_least(4)`.
    column : str
        The value's column.
    per : str, optional
        Column to divide by first: seconds watched per length gives the watched fraction.

    Examples
    --------
    >>> from tamis.core.conditions import at_least
    >>> watched = {"seconds": np.array([30.0, 50.0, np.nan]), "length": np.array([100.0, 100.0, 100.0])}
    >>> labels = ThresholdLabel(at_least(0.5), column="seconds", per="length").label(watched)
    >>> labels.value, labels.known
    (array([0., 1., 0.]), array([ True,  True, False]))
    """

    positive: Condition
    column: str = "value"
    per: str | None = None

    def label(self, events: EventColumns) -> Labels:
        """Return the labels of the events; a missing value, or a length of 0 or less, gives none."""
        n = row_count(events, "ThresholdLabel")
        value = column(events, self.column, "ThresholdLabel").astype(np.float64)
        reasons = {"missing value": ~np.isfinite(value)}
        if self.per is not None:
            per = column(events, self.per, "ThresholdLabel").astype(np.float64)
            reasons[f"no {self.per} to divide by"] = ~np.isfinite(per) | (per <= 0)
            value = value / np.where(reasons[f"no {self.per} to divide by"], 1.0, per)
        known = ~np.logical_or.reduce(list(reasons.values()))
        positive = known & np.asarray(self.positive.holds(np.where(known, value, 0.0)), bool)
        at = codes(events, "at", "ThresholdLabel") if "at" in events else np.zeros(n, np.int64)
        return Labels(
            positive.astype(np.float64), known, np.where(known, at, NEVER), report_of("ThresholdLabel", n, reasons)
        )


def changed_since(earlier: Labels, later: Labels) -> Ints:
    """Return the rows whose label is known now and was pending, or another value, before: what to learn again.

    Examples
    --------
    >>> report = Report("rows", 1, 1)
    >>> pending = Labels(np.zeros(1), np.array([False]), np.array([NEVER]), report)
    >>> changed_since(pending, Labels(np.ones(1), np.array([True]), np.array([5]), report))
    array([0])
    """
    if len(earlier.value) != len(later.value):
        raise DataError(
            "labels are of different rows", where="changed_since", got=[len(earlier.value), len(later.value)]
        )
    return np.flatnonzero(later.known & (~earlier.known | (earlier.value != later.value)))


def first_after(columns: list[Ints], at: Ints, event_columns: list[Ints], event_at: Ints) -> Ints:
    """Return for each row the time of the first event of the same key strictly after it, or `NEVER`.

    One sort of the events' (key, time rank) packed into one whole number, then a binary search per row.

    Parameters
    ----------
    columns : list of arrays of shape (n,)
        The key, as codes of at least 0.
    at : array of shape (n,)
    event_columns, event_at : the same for m events, in any order

    Examples
    --------
    >>> first_after([np.array([7])], np.array([3]), [np.array([7, 7, 7])], np.array([9, 3, 5]))
    array([5])
    """
    if len(at) == 0 or len(event_at) == 0:
        return np.full(len(at), NEVER)
    shared = np.ones(len(event_at), bool)
    for wanted, held in zip(columns, event_columns, strict=True):
        width = int(max(wanted.max(), held.max())) + 1
        if width <= LARGEST_BITMAP:  # cheap; wider codes are met by the sort alone
            seen = np.zeros(width, bool)
            seen[wanted] = True
            shared &= seen[held]
    event_columns, event_at = [c[shared] for c in event_columns], event_at[shared]
    if len(event_at) == 0:
        return np.full(len(at), NEVER)
    if np.any(event_at[1:] < event_at[:-1]):
        order = np.argsort(event_at, kind="stable")
        event_columns, event_at = [c[order] for c in event_columns], event_at[order]
    key, event_key = _packed(columns, event_columns, room=len(event_at) + 1)
    stride = np.int64(len(event_at) + 1)
    composite = event_key * stride + np.arange(len(event_at))
    composite.sort()
    wanted_from = key * stride + np.searchsorted(event_at, at, side="right")
    index = np.minimum(np.searchsorted(composite, wanted_from), len(composite) - 1)
    found = composite[index]
    hit = (found >= wanted_from) & (found // stride == key)
    return np.where(hit, event_at[np.where(hit, found % stride, 0)], NEVER)


def _packed(columns: list[Ints], event_columns: list[Ints], room: int) -> tuple[Ints, Ints]:
    """Return one whole number per key, small enough that `key * room` fits 64 bits."""
    key, event_key = columns[0], event_columns[0]
    size = int(max(key.max(), event_key.max())) + 1
    for wanted, held in zip(columns[1:], event_columns[1:], strict=True):
        width = int(max(wanted.max(), held.max())) + 1
        if size * width * room >= 2**63:
            key, event_key, size = _dense(key, event_key)
        if size * width >= 2**63:
            wanted, held, width = _dense(wanted, held)
        key, event_key, size = key * np.int64(width) + wanted, event_key * np.int64(width) + held, size * width
    if size * room >= 2**63:
        key, event_key, size = _dense(key, event_key)
    return key, event_key


def _dense(key: Ints, event_key: Ints) -> tuple[Ints, Ints, int]:
    distinct, inverse = np.unique(np.concatenate([key, event_key]), return_inverse=True)
    inverse = inverse.reshape(-1).astype(np.int64)
    return inverse[: len(key)], inverse[len(key) :], len(distinct)


def _untellable(columns: list[Ints], at: Ints) -> dict[str, Mask]:
    unknown = np.logical_or.reduce([c < 0 for c in columns])
    return {"unknown id": unknown, "missing time": at == MISSING_TIME}
