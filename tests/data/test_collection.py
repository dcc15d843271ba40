import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError
from tamis.data.collection import Collect, last_rows_before
from tamis.data.event_columns import MISSING_TIME

CONSENT = {"user": np.array([1, 2, 2, 3, 3]), "at": np.array([10, 10, 20, 10, 30]), "given": np.array([1, 1, 0, 0, 1])}


def test_consent_retention_and_minimal_columns():
    # user 1 said yes at 10; 2 withdrew at 20; 3 said yes at 30 only; 4 never answered
    user = np.array([1, 1, 2, 3, 3, 4, -1, 1, 1])
    at = np.array([10, 9, 15, 15, 30, 40, 40, MISSING_TIME, 40])
    events = {"user": user, "at": at, "secret": user * 7}
    got = Collect(columns=("at",), keep_for="40us").select(events, CONSENT, now=49)
    assert got.index.tolist() == [0, 4, 8] and list(got.batch) == ["at"]
    assert got.report.counts() == {"unknown user": 1, "missing time": 1, "without consent": 4}
    old = Collect(columns=("at",), keep_for="15us").select(events, CONSENT, now=49)
    assert old.index.tolist() == [8] and old.report.counts()["past its retention"] == 5
    nobody = {name: values[:0] for name, values in CONSENT.items()}
    assert len(Collect(columns=(), keep_for="1d").select(events, nobody, now=49).index) == 0
    with pytest.raises(DataError, match=r"no column `secrte`.*'secret'"):
        Collect(columns=("secrte",), keep_for="1d").select(events, CONSENT, now=49)


rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=20)


@given(rows, rows, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_last_rows_equal_a_loop(frames, events, last):
    group, at = np.array([f[0] for f in frames], np.int64), np.array([f[1] for f in frames], np.int64)
    expected = set()
    for g, t in events:
        before = sorted((a, i) for i, (h, a) in enumerate(frames) if h == g and a <= t)
        expected |= {i for _, i in before[-last:]}
    event_group, event_at = np.array([e[0] for e in events], np.int64), np.array([e[1] for e in events], np.int64)
    assert last_rows_before(group, at, event_group, event_at, last).tolist() == sorted(expected)
