import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError, OptionError
from tamis.data.event_columns import MISSING_TIME
from tamis.data.splits import GroupSplit, KFold, LeaveLastOut, RandomSplit, StratifiedSplit, TimeSplit

US = 1


def batches(min_rows=1, max_rows=60):
    row = st.tuples(
        st.integers(-1, 6), st.integers(-1, 6), st.one_of(st.integers(0, 40), st.just(MISSING_TIME)), st.integers(0, 2)
    )
    return st.lists(row, min_size=min_rows, max_size=max_rows).map(
        lambda rows: {
            name: np.array([r[i] for r in rows], np.int64) for i, name in enumerate(("user", "item", "at", "label"))
        }
    )


def folds_of(part, batch):
    """The folds, or [] where the split says that a side would be empty."""
    try:
        return list(part.split(batch))
    except DataError:
        return []


def check_fold(fold, n):
    """No row on both sides, no row lost without a reason."""
    both = np.concatenate([fold.train, fold.test])
    assert len(np.unique(both)) == len(both)
    assert np.all(np.diff(fold.train) > 0) and np.all(np.diff(fold.test) > 0)
    assert len(fold.train) > 0 and len(fold.test) > 0
    assert fold.report.rows_in == n
    assert fold.report.rows_out == len(both)
    assert fold.report.rows_in - fold.report.rows_out == sum(fold.report.counts().values())
    assert np.array_equal(np.flatnonzero(fold.train_mask()), fold.train)
    assert np.array_equal(np.flatnonzero(fold.test_mask()), fold.test)


time_splits = st.builds(
    lambda share, gap, window, train, folds: TimeSplit(
        test_share=share, gap=gap, test_window=window, train_window=train, folds=folds
    ),
    st.sampled_from([0.1, 0.2, 0.3]),
    st.sampled_from([None, "1us", "5us"]),
    st.sampled_from([None, "4us"]),
    st.sampled_from([None, "10us"]),
    st.integers(1, 3),
)


@given(batches(), time_splits)
@settings(max_examples=60, deadline=None)
def test_no_future_trains_and_no_row_is_lost(batch, part):
    before = {name: values.copy() for name, values in batch.items()}
    folds = folds_of(part, batch)
    gap = {None: 0, "1us": 1, "5us": 5}[part.gap]
    at = batch["at"]
    for fold in folds:
        check_fold(fold, len(at))
        assert at[fold.train].max() < fold.cut - gap
        assert at[fold.test].min() >= fold.cut
        if part.test_window:
            assert at[fold.test].max() < fold.cut + 4
        if part.train_window:
            assert at[fold.train].min() >= fold.cut - gap - 10
    assert [f.cut for f in folds] == sorted(f.cut for f in folds)
    tested = np.concatenate([f.test for f in folds]) if folds else np.zeros(0)
    assert len(np.unique(tested)) == len(tested)  # backtests never test a row twice
    assert all(np.array_equal(before[name], batch[name]) for name in batch)


def test_time_split_by_hand():
    batch = {"at": np.array([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])}
    (fold,) = TimeSplit(test_share=0.3, gap="15us").split(batch)
    assert fold.cut == 80
    assert fold.train.tolist() == [0, 1, 2, 3, 4, 5]  # 10..60 < 65; 70 lies in the gap
    assert fold.test.tolist() == [7, 8, 9]
    assert fold.report.counts() == {"in the gap before the cut": 1}
    early, late = TimeSplit(cut=80, test_window="20us", folds=2, train_window="30us").split(batch)
    assert (early.cut, late.cut) == (60, 80)
    assert batch["at"][early.train].tolist() == [30, 40, 50] and batch["at"][early.test].tolist() == [60, 70]
    assert batch["at"][late.train].tolist() == [50, 60, 70] and batch["at"][late.test].tolist() == [80, 90]
    assert late.report.counts() == {"after the test window": 1, "before the train window": 4}
    backtests = list(TimeSplit(test_share=0.2, folds=3).split(batch))
    assert [batch["at"][f.test].tolist() for f in backtests] == [[50, 60], [70, 80], [90, 100]]
    assert [len(f.train) for f in backtests] == [4, 6, 8]


def test_equal_times_fall_on_one_side():
    (fold,) = TimeSplit(test_share=0.2).split({"at": np.array([1, 2, 2, 2, 2])})
    assert fold.train.tolist() == [0]
    (fold,) = TimeSplit(test_share=0.5).split({"at": np.array([1, 1, 1, 1, 2])})
    assert fold.test.tolist() == [4]  # the tie reaches the first event: the next distinct time cuts


def test_three_weeks_two_thirds_train():
    day = np.arange(21)
    (fold,) = TimeSplit(test_share=1 / 3).split({"at": day * 86_400_000_000})
    assert fold.train.tolist() == list(range(14)) and fold.test.tolist() == list(range(14, 21))


@pytest.mark.parametrize(
    "batch", [{"at": np.array([5, 5])}, {"at": np.array([MISSING_TIME])}, {"at": np.zeros(0, int)}]
)
def test_time_split_without_two_times_says_so(batch):
    with pytest.raises(DataError, match="TimeSplit"):
        list(TimeSplit().split(batch))


def test_bad_columns_are_named():
    with pytest.raises(DataError, match=r"no column `at`.*Did you mean 'att'"):
        list(TimeSplit().split({"att": np.arange(3)}))
    with pytest.raises(DataError, match="int64 microseconds"):
        list(TimeSplit().split({"at": np.arange(3) / 2}))
    with pytest.raises(DataError, match="differ in length"):
        list(RandomSplit().split({"a": np.arange(3), "b": np.arange(2)}))
    with pytest.raises(OptionError, match="folds"):
        TimeSplit(test_share=0.5, folds=2)
    with pytest.raises(OptionError, match="gap"):
        TimeSplit(gap="soon")
    with pytest.raises(OptionError, match="test_window"):
        TimeSplit(cut=5, folds=2)


@given(batches(), st.integers(1, 2), st.integers(0, 2), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_leave_last_out_equals_a_loop(batch, last, back, min_train):
    part = LeaveLastOut(last=last, back=back, min_train=min_train)
    train, test = [], []
    for u in set(batch["user"].tolist()) - {-1}:
        rows = [r for r in np.flatnonzero(batch["user"] == u) if batch["at"][r] != MISSING_TIME]
        rows.sort(key=lambda r: (batch["at"][r], r))
        if len(rows) < last + back + min_train:
            train += rows
        else:
            test += rows[len(rows) - back - last : len(rows) - back]
            train += rows[: len(rows) - back - last]
    folds = folds_of(part, batch)
    assert bool(folds) == bool(train and test)
    for fold in folds:
        check_fold(fold, len(batch["at"]))
        assert fold.train.tolist() == sorted(train) and fold.test.tolist() == sorted(test)


@given(st.integers(2, 200), st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_random_split_portions(n, share, seed):
    batch = {"x": np.arange(n)}
    (fold,) = RandomSplit(test_share=share, seed=seed).split(batch)
    check_fold(fold, n)
    assert abs(len(fold.test) - share * n) <= 1
    (again,) = RandomSplit(test_share=share, seed=seed).split(batch)
    assert np.array_equal(fold.test, again.test)


def test_random_split_is_uniform():
    # each of 5 rows is tested with p = 2/5 over 1000 seeds: 5 sigma of a binomial share is 0.078 (error < 1e-5)
    counts = np.zeros(5)
    for seed in range(1000):
        (fold,) = RandomSplit(test_share=0.4, seed=seed).split({"x": np.arange(5)})
        counts[fold.test] += 1
    assert np.abs(counts / 1000 - 0.4).max() < 0.078


@given(batches(), st.sampled_from([0.2, 0.5, 0.8]), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_no_group_on_both_sides(batch, share, seed):
    folds = folds_of(GroupSplit(test_share=share, seed=seed), batch)
    assert bool(folds) == (len(set(batch["user"].tolist()) - {-1}) >= 2)
    for fold in folds:
        check_fold(fold, len(batch["at"]))
        assert not set(batch["user"][fold.train].tolist()) & set(batch["user"][fold.test].tolist())
        assert -1 not in batch["user"][np.concatenate([fold.train, fold.test])]


def test_group_split_hits_the_share_with_many_groups():
    user = np.random.default_rng(0).integers(0, 1000, 20_000)
    (fold,) = GroupSplit(test_share=0.25).split({"user": user})
    assert len(fold.test) / 20_000 == pytest.approx(0.25, abs=0.002)
    names = np.array(["a", "b", "b", "", "c"])
    (fold,) = GroupSplit(by="scene").split({"scene": names})
    assert fold.report.counts() == {"unknown scene": 1}


@given(batches(), st.sampled_from([0.25, 0.5, 0.75]), st.sampled_from(["random", "time"]))
@settings(max_examples=60, deadline=None)
def test_stratified_share_per_user(batch, share, order):
    for fold in folds_of(StratifiedSplit(test_share=share, order=order), batch):
        check_fold(fold, len(batch["at"]))
        kept = np.concatenate([fold.train, fold.test])
        for u in set(batch["user"][kept].tolist()):
            n = int((batch["user"][kept] == u).sum())
            tested = fold.test[batch["user"][fold.test] == u]
            assert len(tested) == min(int(np.floor(n * share + 0.5)), n - 1)
            rest = fold.train[batch["user"][fold.train] == u]
            if order == "time" and len(tested) and len(rest):
                assert batch["at"][rest].max() <= batch["at"][tested].min()


@given(batches(), st.integers(2, 5), st.sampled_from(["plain", "stratified", "group"]))
@settings(max_examples=60, deadline=None)
def test_kfold_tests_every_row_once(batch, k, kind):
    by = {"plain": "user", "stratified": "label", "group": "user"}[kind]
    n = len(batch["at"])
    folds = folds_of(KFold(k=k, kind=kind, by=by), batch)
    known = np.flatnonzero(batch["user"] != -1) if kind == "group" else np.arange(n)
    assert bool(folds) == ((len(np.unique(batch["user"][known])) if kind == "group" else n) >= k)
    for fold in folds:
        check_fold(fold, n)
        assert np.array_equal(np.sort(np.concatenate([fold.train, fold.test])), known)
    if not folds:
        return
    assert np.array_equal(np.sort(np.concatenate([f.test for f in folds])), known)
    if kind == "group":
        homes = [set(batch["user"][f.test].tolist()) for f in folds]
        assert sum(len(h) for h in homes) == len(set.union(*homes))
    else:
        assert np.ptp([len(f.test) for f in folds]) <= 1
    if kind == "stratified":
        for label in set(batch["label"].tolist()):
            assert np.ptp([int((batch["label"][f.test] == label).sum()) for f in folds]) <= 1


def test_group_folds_are_balanced():
    user = np.random.default_rng(1).zipf(1.6, 5000) % 400
    sizes = [len(f.test) for f in KFold(k=4, kind="group").split({"user": user})]
    largest = np.bincount(user).max()
    assert sum(sizes) == 5000 and max(sizes) - min(sizes) <= largest


def test_time_folds_match_scikit_learn():
    from sklearn.model_selection import TimeSeriesSplit

    at = np.random.default_rng(2).permutation(60)
    ours = list(KFold(k=5, kind="time").split({"at": at}))
    for fold, (train, test) in zip(ours, TimeSeriesSplit(n_splits=5).split(np.zeros(60)), strict=True):
        assert np.array_equal(np.sort(at[fold.train]), train) and np.array_equal(np.sort(at[fold.test]), test)


def test_more_folds_than_rows():
    with pytest.raises(DataError, match=r"too few rows.*k = 5.*Got: 3"):
        list(KFold(k=5).split({"x": np.arange(3)}))
