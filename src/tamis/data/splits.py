"""Splits into train and test: by time (the default), last event per user, random, per group, per stratum, k-fold.

Every split is a part with one verb, `split(batch)`, that yields `Fold`s of row indices over an event batch (columns of
equal length by name). The future never trains: prefer `TimeSplit`; the others answer narrower questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np

from tamis.core.conditions import above, at_least, below
from tamis.core.errors import DataError, OptionError
from tamis.core.options import options, span
from tamis.core.ragged import position
from tamis.core.rng import generator
from tamis.data.event_columns import (
    MISSING_TIME,
    EventColumns,
    Ints,
    Mask,
    codes,
    column,
    counted_report,
    is_unknown,
    report_of,
    row_count,
)
from tamis.data.fold import Fold, checked_fold, groups_of, mask_of


@options
class TimeSplit:
    """Cut all events at one instant: the past trains, the future tests.

    Rows at the cut or later test; rows strictly before `cut - gap` train, so that a label that takes `gap` to mature is
    known at the cut. Equal times always fall on one side. Several folds are several cuts, oldest first: with a
    `test_window` they lie that far apart, without one each tests the next `test_share` of the events.
    Rows without a time are dropped and counted.

    Parameters
    ----------
    test_share : float
        Share of events, by count, from which the latest cut is found; ignored where `cut` is given.
    cut : int, optional
        The latest cut, microseconds UTC.
    gap : span, optional
        Time kept free before the cut, such as "7d".
    test_window : span, optional
        Length of the test side; without it the last fold tests until the last event.
    train_window : span, optional
        Length of the train side; without it all the past trains.
    folds : int
        Number of backtests.

    Raises
    ------
    DataError
        Where a fold would have an empty side (too few distinct times for the folds asked).

    Examples
    --------
    >>> (fold,) = TimeSplit(test_share=0.25).split({"at": np.array([40, 10, 30, 20])})
    >>> fold.train, fold.test, fold.cut
    (array([1, 2, 3]), array([0]), 40)
    """

    test_share: Annotated[float, above(0), below(1)] = 0.2
    cut: int | None = None
    gap: str | None = None
    test_window: str | None = None
    train_window: str | None = None
    folds: Annotated[int, at_least(1)] = 1

    def check_options(self) -> None:
        """Check that the options fit together and that spans can be read."""
        for name in ("gap", "test_window", "train_window"):
            self._micros(name)
        if self.folds > 1 and self.test_window is None:
            if self.cut is not None:
                raise OptionError("several folds from a fixed `cut` need a `test_window`", where="TimeSplit")
            if self.folds * self.test_share >= 1:
                raise OptionError(
                    "`folds` times `test_share` leaves nothing to train on",
                    where="TimeSplit",
                    allowed="a product below 1",
                    got=self.folds * self.test_share,
                )

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold per cut, oldest cut first; reads the column `at`."""
        at = codes(batch, "at", "TimeSplit")
        present = at != MISSING_TIME
        if not present.any():
            raise DataError("no row has a time", where="TimeSplit", got=f"{len(at)} rows")
        for cut, end in self._cuts(np.sort(at[present])):
            yield self._fold(at, present, cut, end)

    def _micros(self, name: str) -> int | None:
        text = getattr(self, name)
        return None if text is None else span(text, where="TimeSplit", name=name)

    def _cuts(self, ordered: Ints) -> list[tuple[int, int | None]]:
        window = self._micros("test_window")
        if window is None:
            shares = [self.cut if self.cut is not None else self._cut_by_share(ordered, 1)]
            shares += [self._cut_by_share(ordered, j) for j in range(2, self.folds + 1)]
            ends: list[int | None] = [*shares[-2::-1], None]
            return list(zip(shares[::-1], ends, strict=True))
        latest = self.cut if self.cut is not None else self._cut_by_share(ordered, 1)
        return [(latest - j * window, latest - (j - 1) * window) for j in reversed(range(self.folds))]

    def _cut_by_share(self, ordered: Ints, blocks: int) -> int:
        count = min(max(round(blocks * self.test_share * len(ordered)), 1), len(ordered))
        cut = ordered[len(ordered) - count]
        if cut == ordered[0]:  # a tie that reaches back to the first event would leave no past
            later = np.searchsorted(ordered, cut, side="right")
            if later == len(ordered):
                raise DataError("all events have the same time", where="TimeSplit", got=int(cut))
            cut = ordered[later]
        return int(cut)

    def _fold(self, at: Ints, present: Mask, cut: int, end: int | None) -> Fold:
        gap, train_window = self._micros("gap") or 0, self._micros("train_window")
        reasons = {"missing time": ~present}
        test = present & (at >= cut)
        if end is not None:
            reasons["after the test window"] = test & (at >= end)
            test &= at < end
        train = present & (at < cut - gap)
        reasons["in the gap before the cut"] = present & (at >= cut - gap) & (at < cut)
        if train_window is not None:
            old = at < cut - gap - train_window
            reasons["before the train window"] = train & old
            train &= ~old
        return checked_fold("TimeSplit", train, test, cut, report_of("TimeSplit", len(at), reasons))


@options
class LeaveLastOut:
    """Test each user's last events; the rest of the user's history trains.

    The classic protocol of sequential recommendation. It lets a model see other users' future, so its numbers are
    higher than a live system's; use `TimeSplit` to choose what to ship. Equal times keep the order of the rows (a
    stable sort): the order of the file decides. Users with too few events stay wholly in train and are noted; rows of
    unknown users (-1) or without a time are dropped.

    Parameters
    ----------
    last : int
        Events tested per user.
    back : int
        Latest events per user left out altogether; 1 gives the validation fold of the classic protocol.
    min_train : int
        Events that must remain to train for a user to be tested.

    Examples
    --------
    >>> batch = {"user": np.array([0, 0, 1, 0]), "at": np.array([5, 9, 1, 7])}
    >>> next(LeaveLastOut().split(batch)).test
    array([1])
    """

    last: Annotated[int, at_least(1)] = 1
    back: Annotated[int, at_least(0)] = 0
    min_train: Annotated[int, at_least(1)] = 1

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold; reads the columns `user` and `at`."""
        user, at = codes(batch, "user", "LeaveLastOut"), codes(batch, "at", "LeaveLastOut")
        reasons = {"unknown user": is_unknown(user), "missing time": at == MISSING_TIME}
        used = np.flatnonzero(~np.logical_or.reduce(list(reasons.values())))
        order = used[np.lexsort((at[used], user[used]))]
        place = position(user[order])
        inverse, counts = groups_of(user[order])
        tested_users = counts >= self.last + self.back + self.min_train
        from_end = counts[inverse] - 1 - place
        tested = tested_users[inverse]
        after = mask_of(len(user), order[tested & (from_end < self.back)])
        reasons["later than the held-out events"] = after
        test = mask_of(len(user), order[tested & (from_end >= self.back) & (from_end < self.back + self.last)])
        train = mask_of(len(user), order) & ~test & ~after
        notes = {"users too short to test": int((~tested_users).sum())}
        yield checked_fold("LeaveLastOut", train, test, None, report_of("LeaveLastOut", len(user), reasons, notes))


@options
class RandomSplit:
    """Test a random share of the rows; only for data without time order or repeated people.

    Raises
    ------
    DataError
        For fewer than two rows.

    Examples
    --------
    >>> fold = next(RandomSplit(test_share=0.3).split({"x": np.arange(10)}))
    >>> len(fold.train), len(fold.test)
    (7, 3)
    """

    test_share: Annotated[float, above(0), below(1)] = 0.2
    seed: int = 0

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold; reads only the number of rows."""
        n = row_count(batch, "RandomSplit")
        if n < 2:
            raise DataError("too few rows to split", where="RandomSplit", allowed="at least 2", got=n)
        count = min(max(round(n * self.test_share), 1), n - 1)
        test = mask_of(n, generator(self.seed).permutation(n)[:count])
        yield checked_fold("RandomSplit", ~test, test, None, counted_report("RandomSplit", n, {}))


@options
class GroupSplit:
    """Test whole groups (users, documents, scenes, products): no group has rows on both sides.

    Groups are shuffled and tested until their rows come closest to `test_share` of the rows. Rows of an unknown group
    (-1, NaN, empty string) could belong to any side; they are dropped and counted.

    Raises
    ------
    DataError
        For fewer than two groups.

    Examples
    --------
    >>> fold = next(GroupSplit(by="user", test_share=0.5).split({"user": np.array([7, 7, 3, 3])}))
    >>> len(fold.train), len(fold.test)
    (2, 2)
    """

    by: str = "user"
    test_share: Annotated[float, above(0), below(1)] = 0.2
    seed: int = 0

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold; reads the column named by `by`."""
        values = column(batch, self.by, "GroupSplit")
        unknown = is_unknown(values)
        group, sizes = groups_of(values, unknown)
        if len(sizes) < 2:
            raise DataError(f"too few groups in `{self.by}`", where="GroupSplit", allowed="at least 2", got=len(sizes))
        shuffled = generator(self.seed).permutation(len(sizes))
        rows_tested = np.cumsum(sizes[shuffled])[:-1]
        count = int(np.argmin(np.abs(rows_tested - self.test_share * sizes.sum()))) + 1
        test = ~unknown & mask_of(len(sizes), shuffled[:count])[group]
        report = report_of("GroupSplit", len(values), {f"unknown {self.by}": unknown})
        yield checked_fold("GroupSplit", ~test & ~unknown, test, None, report)


@options
class StratifiedSplit:
    """Test the same share of every stratum: of every user's events (75/25 by default), or of every class.

    A stratum of m rows tests `floor(m * test_share + 1/2)` of them, but always keeps one to train; the rows are random,
    or the latest ones with `order="time"` (equal times keep the order of the rows). Unknown ids form one stratum.

    Examples
    --------
    >>> fold = next(StratifiedSplit(order="time").split({"user": np.array([0, 0, 0, 0, 9]), "at": np.arange(5)}))
    >>> fold.test
    array([3])
    """

    by: str = "user"
    test_share: Annotated[float, above(0), below(1)] = 0.25
    order: Literal["random", "time"] = "random"
    seed: int = 0

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield one fold; reads the column named by `by`, and `at` where the order is by time."""
        stratum, sizes = groups_of(column(batch, self.by, "StratifiedSplit"))
        n = len(stratum)
        missing = np.zeros(n, bool)
        if self.order == "time":
            at = codes(batch, "at", "StratifiedSplit")
            missing = at == MISSING_TIME
            sizes = np.bincount(stratum[~missing], minlength=len(sizes))
            order = np.lexsort((at, stratum))
            order = order[~missing[order]]
        else:
            order = generator(self.seed).permutation(n)
            order = order[np.argsort(stratum[order], kind="stable")]
        count = np.minimum(np.floor(sizes * self.test_share + 0.5), np.maximum(sizes - 1, 0))
        size = sizes[stratum[order]]
        test = mask_of(n, order[position(stratum[order]) >= size - count[stratum[order]]])
        report = report_of(
            "StratifiedSplit", n, {"missing time": missing}, {"strata of one row": int((sizes == 1).sum())}
        )
        yield checked_fold("StratifiedSplit", ~test & ~missing, test, None, report)


@options
class KFold:
    """Test every row once, in k folds: plain, with equal class shares, with whole groups, or forward in time.

    `k` of 5 or 10 is usual: a larger k trains on more rows (less bias) but costs k fits and gives noisier, more alike
    folds (Kohavi 1995, https://www.ijcai.org/Proceedings/95-2/Papers/016.pdf). With `kind="time"` the events are cut
    into k + 1 blocks; fold j trains on the first j and tests the next, so the first block is never tested.

    Parameters
    ----------
    k : int
    kind : "plain", "stratified", "group" or "time"
    by : str
        Column of the classes ("stratified") or groups ("group").
    seed : int

    Raises
    ------
    DataError
        For fewer rows, groups or distinct times than folds need.

    Examples
    --------
    >>> [len(fold.test) for fold in KFold(k=3).split({"x": np.arange(7)})]
    [3, 2, 2]
    """

    k: Annotated[int, at_least(2)] = 5
    kind: Literal["plain", "stratified", "group", "time"] = "plain"
    by: str = "user"
    seed: int = 0

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield k folds; reads `by` for classes and groups, `at` for time."""
        if self.kind == "time":
            yield from TimeSplit(test_share=1 / (self.k + 1), folds=self.k).split(batch)
            return
        n = row_count(batch, "KFold")
        unknown = np.zeros(n, bool)
        notes = {}
        if self.kind == "group":
            values = column(batch, self.by, "KFold")
            unknown = is_unknown(values)
            group, sizes = groups_of(values, unknown)
            self._enough(len(sizes), f"groups in `{self.by}`")
            fold_of_row = self._deal_groups(sizes)[group]
        else:
            self._enough(n, "rows")
            shuffled = generator(self.seed).permutation(n)
            if self.kind == "stratified":
                stratum, sizes = groups_of(column(batch, self.by, "KFold"))
                shuffled = shuffled[np.argsort(stratum[shuffled], kind="stable")]
                notes = {f"classes with fewer than {self.k} rows": int((sizes < self.k).sum())}
            fold_of_row = np.empty(n, np.int64)
            fold_of_row[shuffled] = np.arange(n) % self.k
        report = report_of("KFold", n, {f"unknown {self.by}": unknown}, notes)
        for j in range(self.k):
            test = ~unknown & (fold_of_row == j)
            yield checked_fold("KFold", ~test & ~unknown, test, None, report)

    def _enough(self, n: int, what: str) -> None:
        if n < self.k:
            raise DataError(f"too few {what}", where="KFold", allowed=f"at least k = {self.k}", got=n)

    def _deal_groups(self, sizes: Ints) -> Ints:
        largest_first = np.lexsort((generator(self.seed).permutation(len(sizes)), -sizes))
        turn = np.arange(len(sizes)) % (2 * self.k)
        fold_of_group = np.empty(len(sizes), np.int64)
        fold_of_group[largest_first] = np.where(turn < self.k, turn, 2 * self.k - 1 - turn)
        return fold_of_group
