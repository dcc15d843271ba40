import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.conditions import at_least
from tamis.core.errors import DataError, OptionError
from tamis.data.event_columns import MISSING_TIME
from tamis.data.labels import NEVER, GradedLabel, ThresholdLabel, WindowedLabel, changed_since, first_after

WITHIN = 10


def events(rows, names):
    return {name: np.array([r[i] for r in rows], np.int64) for i, name in enumerate(names)}


moment = st.one_of(st.integers(0, 30), st.just(MISSING_TIME))
shown_rows = st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2), moment), max_size=25)
outcome_rows = st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2), moment, st.integers(0, 40)), max_size=25)


def brute(shown, outcome, known_until, lateness, credit):
    """(value, known, at) by a loop over all pairs."""
    answers = []
    for u, i, t in zip(shown["user"], shown["item"], shown["at"], strict=True):
        if u < 0 or i < 0 or t == MISSING_TIME or t > known_until:
            answers.append((0.0, False, NEVER))
            continue
        same = (outcome["user"] == u) & (outcome["item"] == i)
        hits = outcome["at"][
            same & (outcome["at"] > t) & (outcome["at"] <= known_until) & (outcome["arrived"] <= known_until)
        ]
        if credit == "last":
            later = shown["at"][(shown["user"] == u) & (shown["item"] == i) & (shown["at"] > t)]
            if len(later):
                hits = hits[hits <= later.min()] if len(hits) and hits.min() <= later.min() else hits[:0]
        hits = hits[hits <= t + WITHIN]
        if len(hits):
            answers.append((1.0, True, int(hits.min())))
        elif t + WITHIN + lateness <= known_until:
            answers.append((0.0, True, int(t) + WITHIN))
        else:
            answers.append((0.0, False, NEVER))
    return answers


@given(shown_rows, outcome_rows, st.integers(0, 45), st.sampled_from([0, 3]), st.sampled_from(["every", "last"]))
@settings(max_examples=60, deadline=None)
def test_windowed_labels_equal_a_loop(shown, outcome, known_until, lateness, credit):
    shown, outcome = events(shown, ("user", "item", "at")), events(outcome, ("user", "item", "at", "arrived"))
    check_windowed(shown, outcome, known_until, lateness, credit)


@pytest.mark.parametrize("seed", range(20))
def test_windowed_labels_equal_a_loop_where_nearly_every_pair_meets(seed):
    rng = np.random.default_rng(seed)
    shown = {"user": rng.integers(-1, 1, 40), "item": rng.integers(0, 2, 40), "at": rng.integers(0, 60, 40)}
    outcome = {"user": rng.integers(0, 1, 12), "item": rng.integers(0, 2, 12), "at": rng.integers(0, 60, 12)}
    outcome["arrived"] = outcome["at"] + rng.integers(0, 9, 12)
    check_windowed(shown, outcome, int(rng.integers(30, 60)), (0, 3)[seed % 2], ("every", "last")[seed // 2 % 2])


def check_windowed(shown, outcome, known_until, lateness, credit):
    copy = outcome["at"].copy()
    part = WindowedLabel("10us", lateness=f"{lateness}us" if lateness else None, credit=credit)
    labels = part.label(shown, outcome, known_until=known_until)
    got = list(zip(labels.value.tolist(), labels.known.tolist(), labels.at.tolist(), strict=True))
    assert got == brute(shown, outcome, known_until, lateness, credit)
    assert labels.report.rows_out == int(labels.known.sum())
    assert labels.report.rows_in - labels.report.rows_out == sum(labels.report.counts().values())
    assert np.array_equal(copy, outcome["at"])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), max_size=20),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), max_size=20),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_first_after_equals_a_loop_also_with_enormous_codes(rows, held, enormous):
    scale = 10**17 if enormous else 1  # forces the dense re-coding of keys
    u, i, t = [np.array([r[k] for r in rows], np.int64) for k in range(3)]
    eu, ei, et = [np.array([r[k] for r in held], np.int64) for k in range(3)]
    got = first_after([u * scale, i * scale], t, [eu * scale, ei * scale], et)
    for row in range(len(t)):
        later = et[(eu == u[row]) & (ei == i[row]) & (et > t[row])]
        assert got[row] == (later.min() if len(later) else NEVER)


def test_an_open_window_is_pending_and_is_corrected_later():
    shown = events([(0, 0, 0), (0, 1, 0), (0, 2, 0)], ("user", "item", "at"))
    click = events([(0, 1, 8), (0, 2, 11)], ("user", "item", "at"))
    part = WindowedLabel("10us")
    early = part.label(shown, click, known_until=5)
    assert early.known.tolist() == [False] * 3 and early.report.counts() == {"window still open": 3}
    late = part.label(shown, click, known_until=20)
    assert late.value.tolist() == [0, 1, 0] and late.known.all()  # 11 is after the window: negative
    assert late.at.tolist() == [10, 8, 10]
    assert changed_since(early, late).tolist() == [0, 1, 2]
    assert changed_since(late, late).tolist() == []
    with pytest.raises(DataError, match="different rows"):
        changed_since(early, part.label({k: v[:1] for k, v in shown.items()}, click, known_until=5))


def test_one_click_is_one_positive_with_last_credit():
    shown = events([(0, 0, 0), (0, 0, 4)], ("user", "item", "at"))
    click = events([(0, 0, 6)], ("user", "item", "at"))
    assert WindowedLabel("10us").label(shown, click, known_until=99).value.tolist() == [1, 1]
    assert WindowedLabel("10us", credit="last").label(shown, click, known_until=99).value.tolist() == [0, 1]


def test_join_by_request_and_bad_input():
    shown = {"request": np.array([7, 8]), "at": np.array([0, 0])}
    click = {"request": np.array([8]), "at": np.array([1])}
    assert WindowedLabel("10us", by=("request",)).label(shown, click, known_until=50).value.tolist() == [0, 1]
    with pytest.raises(DataError, match="no column `user`"):
        WindowedLabel("10us").label(shown, click, known_until=50)
    with pytest.raises(OptionError, match="within"):
        WindowedLabel("soon")
    with pytest.raises(OptionError, match="`by`"):
        WindowedLabel("1d", by=())


GRADES = {"click": 1.0, "cart": 3.0, "purchase": 4.0}


@given(shown_rows, st.lists(outcome_rows, min_size=3, max_size=3), st.integers(0, 45))
@settings(max_examples=60, deadline=None)
def test_graded_labels_take_the_highest(shown, outcomes, known_until):
    shown = events(shown, ("user", "item", "at"))
    named = {n: events(o, ("user", "item", "at", "arrived")) for n, o in zip(GRADES, outcomes, strict=True)}
    labels = GradedLabel(GRADES, within="10us").label(shown, named, known_until=known_until)
    single = {n: brute(shown, o, known_until, 0, "every") for n, o in named.items()}
    for row in range(len(labels.value)):
        reached = [GRADES[n] for n in GRADES if single[n][row][0] == 1.0]
        assert labels.value[row] == max(reached, default=0.0)
        closed = any(single[n][row][1] and single[n][row][0] == 0 for n in GRADES) or (
            0 <= shown["at"][row] <= known_until - WITHIN and shown["user"][row] >= 0 and shown["item"][row] >= 0
        )
        assert labels.known[row] == (closed or 4.0 in reached)
    assert labels.report.rows_in - labels.report.rows_out == sum(labels.report.counts().values())


def test_graded_mistakes_are_named():
    with pytest.raises(OptionError, match="above 0"):
        GradedLabel({"click": 0.0}, within="1d")
    with pytest.raises(DataError, match=r"`clik` has no grade.*Did you mean 'click'"):
        GradedLabel(GRADES, within="1d").label(events([], ("user", "item", "at")), {"clik": {}}, known_until=0)


def test_threshold_labels():
    ratings = {"value": np.array([5.0, 3.0, np.nan, np.inf]), "at": np.array([1, 2, 3, 4])}
    labels = ThresholdLabel(at_least(4)).label(ratings)
    assert labels.value.tolist() == [1, 0, 0, 0] and labels.known.tolist() == [True, True, False, False]
    assert labels.at.tolist() == [1, 2, NEVER, NEVER]
    assert labels.report.counts() == {"missing value": 2}
    watched = {"seconds": np.array([50, 49, 9]), "length": np.array([100, 100, 0])}
    labels = ThresholdLabel(at_least(0.5), column="seconds", per="length").label(watched)
    assert labels.value.tolist() == [1, 0, 0] and labels.report.counts() == {"no length to divide by": 1}


@pytest.mark.slow
def test_a_million_rows_by_ten_million_outcomes():
    import time

    rng = np.random.default_rng(0)
    day = 86_400_000_000
    shown = {
        "user": rng.integers(0, 200_000, 10**6),
        "item": rng.integers(0, 50_000, 10**6),
        "at": rng.integers(0, 30 * day, 10**6),
    }
    outcome = {
        "user": rng.integers(0, 200_000, 10**7),
        "item": rng.integers(0, 50_000, 10**7),
        "at": rng.integers(0, 30 * day, 10**7),
    }
    start = time.perf_counter()
    WindowedLabel("1d").label(shown, outcome, known_until=29 * day)
    assert time.perf_counter() - start < 30
