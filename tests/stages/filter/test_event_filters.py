"""Filters that read the log: known answers by hand, and against a plain loop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError, OptionError
from tamis.stages.filter import Blocked, Fatigue, FrequencyCap, Interests, NotSeen
from tests.stages.shop import DAY, Shop, candidates, kept, numbers, tags


def test_not_seen_is_live_and_strictly_before():
    shop = Shop(plays=[(0, 1, 10), (0, 2, 20), (1, 3, 5)])
    queries = shop.queries((0, 20), (0, 21), (1, 6), (-1, 99))
    rows = candidates([1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3])
    assert kept(NotSeen(shop.plays), queries, rows) == [[2, 3], [3], [1, 2], [1, 2, 3]]


def test_not_seen_within_forgets():
    shop = Shop(plays=[(0, 1, 10 * DAY), (0, 2, 95 * DAY)])
    stage = NotSeen(shop.plays, within="30d")
    assert kept(stage, shop.queries((0, 100 * DAY)), candidates([1, 2, 3])) == [[1, 3]]
    assert "within 30d" in stage.keep(shop.queries((0, 100 * DAY)), candidates([1])).reason


def test_not_seen_refuses_a_bad_span():
    shop = Shop(plays=[])
    with pytest.raises(OptionError, match="NotSeen"):
        NotSeen(shop.plays, within="soon")


def test_frequency_cap_per_item_and_per_campaign():
    shop = Shop(
        item={"campaign": tags(["a"], ["a"], ["b"], [], ["b", "a"])},
        shown=[(0, 0, 1 * DAY), (0, 0, 2 * DAY), (0, 1, 2 * DAY), (0, 3, 2 * DAY), (0, 3, 2 * DAY)],
    )
    queries, rows = shop.queries((0, 2 * DAY + 1)), candidates([0, 1, 2, 3, 4])
    assert kept(FrequencyCap(shop.shown, 2, within="5d"), queries, rows) == [[1, 2, 4]]
    # campaign a was shown three times; item 3 has no campaign and is never capped; item 4 is also of campaign a
    assert kept(FrequencyCap(shop.shown, 3, within="5d", per=shop.item.campaign), queries, rows) == [[2, 3]]
    assert kept(FrequencyCap(shop.shown, 2, within="12h"), queries, rows) == [[0, 1, 2, 4]]


def test_frequency_cap_takes_the_most_of_several_tags():
    shop = Shop(item={"topic": tags(["a"], ["b"], ["a", "b"])}, shown=[(0, 0, 1), (0, 1, 2)])
    # each topic was shown once: two topics of one item do not add up to two showings
    stage = FrequencyCap(shop.shown, 2, within="1d", per=shop.item.topic)
    assert kept(stage, shop.queries((0, 5)), candidates([0, 1, 2])) == [[0, 1, 2]]


def test_frequency_cap_needs_a_category():
    shop = Shop(item={"campaign": numbers(1, 1)}, shown=[(0, 0, 1)])
    with pytest.raises(DataError, match="Category"):
        FrequencyCap(shop.shown, per=shop.item.campaign).keep(shop.queries((0, 5)), candidates([0]))


def test_fatigue_starts_anew_after_interest():
    shop = Shop(
        shown=[(0, 1, 10), (0, 1, 20), (0, 1, 30), (0, 2, 10), (0, 2, 20), (0, 2, 30), (0, 3, 10)],
        clicks=[(0, 2, 20), (1, 1, 25)],
    )
    stage = Fatigue(shop.shown, shop.clicks, times=2, within="1d")
    # item 1: three showings; item 2: one after the click at 20 (the showing at 20 counts as before it)
    assert kept(stage, shop.queries((0, 40)), candidates([1, 2, 3, 4])) == [[2, 3, 4]]
    assert kept(stage, shop.queries((0, 20)), candidates([1, 2])) == [[1, 2]]
    assert kept(stage, shop.queries((0, 40 + 2 * DAY)), candidates([1, 2])) == [[1, 2]]


def test_blocked_items_and_authors():
    shop = Shop(
        item={"author": tags(["x"], ["x"], ["y"], [], [])},
        hides=[(0, 0, 10), (0, 3, 10), (1, 2, 50)],
    )
    rows = candidates([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])
    queries = shop.queries((0, 60), (1, 50))
    assert kept(Blocked(shop.hides), queries, rows) == [[1, 2, 4], [0, 1, 2, 3, 4]]
    answer = Blocked(shop.hides, sharing=shop.item.author).keep(queries, rows)
    assert rows.item[answer.mask].tolist() == [2, 4, 0, 1, 2, 3, 4]
    assert answer.reason[0] == "in hides" and "shares items.author" in answer.reason[1]
    assert Blocked(shop.hides).safety is True
    recent = Blocked(shop.hides, within="1s")
    assert kept(recent, shop.queries((0, 60 + DAY)), candidates([0, 3])) == [[0, 3]]


def test_interests():
    shop = Shop(
        item={"topic": tags(["a"], ["a", "b"], ["b"], ["c"], [])},
        clicks=[(0, 0, 10), (0, 1, 20), (1, 4, 10), (2, 3, 10), (2, 3, 5 * DAY)],
    )
    rows = candidates(*[[0, 1, 2, 3, 4]] * 5)
    queries = shop.queries((0, 15), (0, 25), (1, 25), (-1, 25), (2, 6 * DAY))
    stage = Interests(shop.clicks, per=shop.item.topic)
    # the third person clicked only something without a topic, the fourth is unknown: everything stays
    everything = [0, 1, 2, 3, 4]
    assert kept(stage, queries, rows) == [[0, 1], [0, 1, 2], everything, everything, [3]]
    twice = Interests(shop.clicks, per=shop.item.topic, times=2)
    assert kept(twice, queries, rows) == [everything, [0, 1], everything, everything, [3]]
    recent = Interests(shop.clicks, per=shop.item.topic, times=2, within="2d")
    assert kept(recent, queries.rows(np.array([4])), candidates(everything)) == [everything]


log = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 30)), max_size=30)


@settings(max_examples=60, deadline=None)
@given(log, log, st.integers(0, 31), st.integers(1, 3))
def test_counts_equal_a_plain_loop(shown, clicks, at, times):
    shop = Shop(n_users=3, n_items=5, shown=shown, clicks=clicks)
    queries, rows = shop.queries((0, at), (2, at)), candidates(range(5), range(5))

    def count(user, item, since=-1):
        return sum(u == user and i == item and since < t < at for u, i, t in shown)

    def last_click(user, item):
        return max((t for u, i, t in clicks if u == user and i == item and t < at), default=-1)

    users = (0, 2)
    assert kept(NotSeen(shop.shown), queries, rows) == [[i for i in range(5) if count(u, i) == 0] for u in users]
    # a window of a day of microseconds holds everything: the buckets are tested in the timeline's own test
    assert kept(FrequencyCap(shop.shown, times, within="1d"), queries, rows) == [
        [i for i in range(5) if count(u, i) < times] for u in users
    ]
    assert kept(Fatigue(shop.shown, shop.clicks, times, within="1d"), queries, rows) == [
        [i for i in range(5) if count(u, i, last_click(u, i)) < times] for u in users
    ]
