import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tamis.data.event_columns import counted_report
from tamis.data.fold import checked_fold
from tamis.data.leakage import LeakageCheck, feature_auc
from tamis.data.splits import GroupSplit, RandomSplit, TimeSplit

BATCH = {
    "user": np.array([0, 0, 1, 1, 2, -1]),
    "item": np.array([5, 6, 5, 5, 6, 7]),
    "at": np.array([1, 2, 3, 4, 5, 6]),
}


def fold(train, test, cut=None, n=6):
    sides = [np.isin(np.arange(n), s) for s in (train, test)]
    return checked_fold("hand", *sides, cut, counted_report("hand", n, {}))


def test_ids_on_both_sides():
    (leak,) = LeakageCheck(groups=("user",)).find(BATCH, fold([0, 2, 5], [1, 3, 4]))
    assert (leak.kind, leak.count, leak.examples) == ("id on both sides", 2, (0, 1))
    assert str(leak) == "id on both sides: `user` (2; such as 0, 1)"
    assert not LeakageCheck(groups=("user",)).find(BATCH, next(GroupSplit().split(BATCH)))


def test_future_rows():
    leaks = LeakageCheck().find(BATCH, fold([0, 2, 4], [1, 3], cut=3), known_until=4)
    assert [(leak.kind, leak.count, leak.examples) for leak in leaks] == [
        ("future trains", 2, (2, 4)),
        ("future time", 1, (4,)),
    ]
    assert not LeakageCheck().find(BATCH, next(TimeSplit().split(BATCH)), known_until=6)


def test_equal_rows_on_both_sides():
    (leak,) = LeakageCheck(duplicates=("user", "item")).find(BATCH, fold([0, 2], [1, 3, 4]))
    assert leak.count == 1 and leak.examples == (3,)
    assert not LeakageCheck(duplicates=("user", "item", "at")).find(BATCH, fold([0, 2], [1, 3, 4]))


def test_a_feature_too_good():
    rng = np.random.default_rng(0)
    n = 2000
    label = rng.integers(0, 2, n).astype(float)
    features = {
        "honest": label + rng.normal(size=n) * 2,
        "copied": 3 - 2 * label,
        "absent": np.where(label > 0, np.nan, rng.normal(size=n)),
        "noise": rng.normal(size=n),
    }
    (split,) = RandomSplit().split({"x": np.arange(n)})
    found = LeakageCheck().find({"x": np.arange(n)}, split, features=features, label=label)
    assert [leak.examples for leak in found] == [("copied",), ("absent",)]
    label[:] = np.nan
    assert not LeakageCheck().find({"x": np.arange(n)}, split, features=features, label=label)


@given(
    st.lists(
        st.tuples(st.sampled_from([-np.inf, -1.0, 0.0, 2.0, np.inf, np.nan]), st.booleans()), min_size=1, max_size=30
    )
)
@settings(max_examples=60, deadline=None)
def test_auc_of_a_feature_equals_scikit_learn(rows):
    values, truth = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    got = feature_auc(values, truth)
    if truth.all() or not truth.any() or np.isnan(values).all():
        assert got == 0.5
    else:
        rank = {-np.inf: 1, -1.0: 2, 0.0: 3, 2.0: 4, np.inf: 5}
        assert got == pytest.approx(roc_auc_score(truth, [rank.get(v, 0) for v in values.tolist()]))
