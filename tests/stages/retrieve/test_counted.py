"""Known answers of the retrievers that count: popular, trending, fresh, matching, random."""

import numpy as np
import pytest

from tamis.core.conditions import at_least, between, one_of
from tamis.core.errors import OptionError
from tamis.stages.retrieve import Fresh, Matching, Popular, Random, Trending
from tamis.stages.retrieve._moments import RunningCounts
from tests.stages.retrieve.worlds import DAY, HOUR, checkerboard, requests, world

NOW = 10 * DAY


def answer(stage, dataset, at, k=3, user=(0,), item=None):
    found = stage.retrieve(requests(dataset.past, at, user, item), k)
    return found.item.tolist(), found["score"].tolist(), found["cold"].tolist()


def test_popular_counts_events_before_the_hour_of_the_request():
    # item 1: three events; item 0: two; item 2: one in the hour of the request, so not yet counted
    at = [1 * DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, NOW + HOUR // 6]
    dataset, log, *_ = world([0, 1, 2, 0, 1, 2], [1, 1, 1, 0, 0, 2], at, n_items=4)
    stage = Popular(log).fit(dataset.before(0))
    assert answer(stage, dataset, NOW + HOUR // 2) == ([1, 0, 2], [3, 2, 1], [0, 0, 1])
    assert answer(stage, dataset, NOW + HOUR) == ([1, 0, 2], [3, 2, 1], [0, 0, 0])


def test_popular_within_counts_the_window_and_falls_back_to_all_times():
    dataset, log, *_ = world([0, 1, 2, 0], [1, 1, 0, 3], [1 * DAY, 2 * DAY, 9 * DAY, 8 * DAY], n_items=4)
    stage = Popular(log, within="2d").fit(dataset)
    # [8d, 10d): items 0 and 3 once each; then item 1 with two events at fit
    assert answer(stage, dataset, NOW) == ([0, 3, 1], [1, 1, 0], [0, 0, 1])


def test_a_new_item_is_popular_as_soon_as_it_has_events():
    dataset, log, *_ = world([0, 0, 1, 2], [0, 3, 3, 3], [0, 5 * DAY, 6 * DAY, 7 * DAY], n_items=4)
    for stage in (Popular(log), Trending(log), Fresh(log)):
        assert answer(stage.fit(dataset.before(DAY)), dataset, NOW, k=1)[0] == [3]


@pytest.mark.parametrize("within", [None, 1, 5 * DAY, 200 * DAY])
def test_running_counts_are_the_counts_at_once(within):
    dataset, log, *_ = checkerboard()
    running = RunningCounts(dataset.past, log, within)
    for moment in sorted([0, 1, 3 * DAY, 3 * DAY, 4 * DAY, 30 * DAY, 31 * DAY, 70 * DAY, 400 * DAY]):
        np.testing.assert_array_equal(running.at(moment), dataset.past.item_counts(log, moment, within=within))


def test_many_moments_of_a_bucket_cost_one_count():
    dataset, log, *_ = checkerboard()
    past, calls = dataset.past, []

    class Counting:
        n_items, n_users = past.n_items, past.n_users

        def item_counts(self, selection, at, within=None, half_life=None):
            calls.append(at)
            return past.item_counts(selection, at, within, half_life)

    stage = Trending(log, refresh="1d").fit(dataset)
    at = 30 * DAY + np.arange(48) * HOUR
    stage.retrieve(requests(Counting(), at, np.zeros(48)), 3)
    assert calls == [30 * DAY, 31 * DAY]


def test_trending_weighs_events_by_their_age():
    # item 0: two events two half-lives old = 2 / 4; item 1: one event half a half-life old = 2 ** -0.5
    dataset, log, *_ = world([0, 1, 2], [0, 0, 1], [NOW - 2 * DAY, NOW - 2 * DAY, NOW - DAY // 2], n_items=3)
    items, score, cold = answer(Trending(log, half_life="1d").fit(dataset), dataset, NOW)
    assert items == [1, 0, 2] and cold == [0, 0, 1]
    assert score[:2] == pytest.approx([2**-0.5, 0.5], rel=1e-12)


def test_trending_growth_compares_with_the_items_own_past():
    # half-lives 1d and 4d. Item 0: four events 4 days old: recent 4/16, usual 4/2 * 1/4. Item 1: one event 1 day old.
    at = [NOW - 4 * DAY] * 4 + [NOW - DAY]
    dataset, log, *_ = world([0, 1, 2, 3, 0], [0, 0, 0, 0, 1], at, n_items=3)
    stage = Trending(log, half_life="1d", compared_to="4d", smoothing=1.0).fit(dataset)
    items, score, _ = answer(stage, dataset, NOW, k=2)
    assert items == [1, 0]
    assert score == pytest.approx([(0.5 + 1) / (2**-0.25 / 4 + 1), (0.25 + 1) / (0.5 + 1)], rel=1e-12)


def test_a_steady_item_neither_grows_nor_shrinks_and_smoothing_holds_rare_items_back():
    steady = np.arange(0, 400, 0.25) * DAY
    rare = np.array([399.5]) * DAY
    at = np.concatenate([steady, rare]).astype(np.int64)
    order = np.argsort(at, kind="stable")
    item = np.concatenate([np.zeros(len(steady), int), np.ones(1, int)])[order]
    dataset, log, *_ = world(np.zeros(len(at), int), item, at[order], n_items=2)
    for smoothing, first in ((0.01, 1), (1000.0, 1)):
        stage = Trending(log, half_life="7d", compared_to="28d", smoothing=smoothing).fit(dataset)
        items, score, _ = answer(stage, dataset, 400 * DAY, k=2)
        assert items[0] == first
        assert score[items.index(0)] == pytest.approx(1, abs=0.02)
        assert score[items.index(1)] == pytest.approx(3.8 if smoothing < 1 else 1, rel=0.1)


def test_fresh_by_first_event_and_by_date():
    dataset, log, _, things = world([0, 1, 0, 1], [2, 2, 0, 1], [DAY, 9 * DAY, 4 * DAY, 7 * DAY], n_items=4)
    stage = Fresh(log).fit(dataset)
    assert answer(stage, dataset, NOW, k=4) == ([1, 0, 2, 3], [-3, -6, -9, -10], [0, 0, 0, 1])
    # at day 7 item 1 has no event strictly before: the two that have, then by popularity
    assert answer(stage, dataset, 7 * DAY, k=4) == ([0, 2, 1, 3], [-3, -6, -7, -8], [0, 0, 1, 1])
    assert answer(Fresh(log, within="6d").fit(dataset), dataset, NOW, k=2)[0] == [1, 0]
    # released on days 0, 5, 10, 15
    dated = Fresh(things.released).fit(dataset)
    assert answer(dated, dataset, NOW, k=3) == ([1, 0, 2], [-5, -10, -11], [0, 0, 1])


def test_fresh_needs_a_time():
    dataset, _, _, things = checkerboard()
    stage = Fresh(things.genres).fit(dataset)
    with pytest.raises(OptionError, match=r"Fresh: `by` is not a time.*genres"):
        answer(stage, dataset, NOW)


def test_matching_proposes_popular_items_of_the_favourite_labels():
    # genres: 0 g0|g2, 1 g0|g3, 2 g0|g2, 3 g0|g3, 7 g1|g3, 8 g1|g2, 9 g1|g3
    at = np.arange(8) * DAY
    dataset, log, _, things = world([0, 0, 1, 2, 3, 1, 2, 3], [0, 2, 8, 8, 8, 3, 7, 3], at)
    stage = Matching(things.genres, log, favourites=1).fit(dataset)
    # user 0: g0 and g2 twice each, the tie goes to g0: items 0-5, own items 0 and 2 last of all
    items, score, cold = answer(stage, dataset, 20 * DAY, k=5)
    assert items == [3, 1, 4, 5, 8] and score[:4] == [2, 0, 0, 0] and cold == [0, 0, 0, 0, 1]
    # two favourites, g0 and g2: item 8 (three events) shares g2
    two = Matching(things.genres, log, favourites=2, repeat=True).fit(dataset)
    assert answer(two, dataset, 20 * DAY, k=4)[:2] == ([8, 3, 0, 2], [3, 2, 1, 1])
    # starting from item 7 the labels are g1 and g3
    assert answer(two, dataset, 20 * DAY, k=2, item=[7])[0] == [8, 3]


def test_matching_a_condition_on_numbers_and_labels():
    dataset, log, _, things = world([0, 1, 2, 0], [3, 3, 4, 0], np.arange(4) * DAY, n_items=6)
    years = Matching(things.year, log, condition=between(2003, 2005)).fit(dataset)
    assert answer(years, dataset, 20 * DAY, k=4) == ([3, 4, 5, 0], [2, 1, 0, -1], [0, 0, 0, 1])
    labels = Matching(things.genres, log, condition=one_of("g2")).fit(dataset)
    assert answer(labels, dataset, 20 * DAY, k=3)[0] == [0, 4, 2]


@pytest.mark.parametrize(
    ("column", "condition", "match"),
    [
        ("year", None, "no labels to share.*year"),
        ("title", None, "no labels to share.*title"),
        ("title", one_of("x"), "cannot be asked of this attribute.*title"),
        ("genres", at_least(3), "cannot be asked of this attribute.*genres at least 3"),
    ],
)
def test_matching_says_what_the_attribute_must_be(column, condition, match):
    dataset, log, _, things = checkerboard()
    with pytest.raises(OptionError, match=match):
        Matching(things[column], log, condition=condition).fit(dataset)


def test_random_is_even_and_depends_on_the_request_alone():
    dataset, _, _, _ = checkerboard()
    at = NOW + np.arange(7000)
    found = Random(seed=3).retrieve(requests(dataset.past, at, np.arange(7000)), 2)
    counts = np.bincount(found.item, minlength=14)
    # 1000 draws of each item expected; the standard deviation is about 29
    assert np.abs(counts - 1000).max() < 150
    again = Random(seed=3).retrieve(requests(dataset.past, at, np.arange(7000)), 2)
    other = Random(seed=4).retrieve(requests(dataset.past, at, np.arange(7000)), 2)
    assert (found.item == again.item).all() and (found.item != other.item).mean() > 0.5


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda log: Popular(log, within="soon"), r"Popular: `within` is not a span.*'soon'"),
        (lambda log: Popular(log, refresh="0h"), r"Popular: `refresh` is not a span.*'0h'"),
        (lambda log: Trending(log, half_life="-1d"), r"Trending: `half_life` is not a span.*'-1d'"),
        (lambda log: Trending(log, half_life="7d", compared_to="7d"), r"`compared_to` is not allowed.*longer than"),
        (lambda log: Trending(log, smoothing=0), r"`smoothing` is not allowed.*above 0.*Got: 0"),
        (lambda log: Fresh(log, within="x"), r"Fresh: `within`"),
        (lambda log: Popular("ratings"), r"Popular: `events` is not allowed.*'ratings'"),
        (lambda log: Popular(log, windw="1d"), r"no option `windw`"),
    ],
)
def test_wrong_options_are_named(make, match):
    with pytest.raises(OptionError, match=match):
        make(checkerboard()[1])
