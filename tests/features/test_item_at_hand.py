"""Closeness and overlap with the item at hand, against a loop over pairs."""

import numpy as np
import pytest
from tests.stores import DAY, small

from tamis.core.errors import OptionError
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import Category
from tamis.features.declarations import Entity, Events

ITEMS = {
    "item_id": ["a", "b", "c", "d", "e"],
    "price": [10.0, 20.0, None, 0.0, 5.0],
    "tags": [["x", "y"], ["y"], ["x", "y", "y"], [], ["z"]],
    "brand": ["k", "k", "l", None, "m"],
    "text": ["one", "two", "three", "four", "five"],
}
A, B, C, D, E = range(5)


@pytest.fixture
def shop():
    return small(["u", "u", "v"], ["a", "b", "e"], items=ITEMS, entity=Entity, events=Events)


def asked(data, users, at, items=None):
    queries = Queries(np.array(users, np.int32), np.array(at, np.int64), data.past, item=items)
    n = len(queries)
    every = Candidates(np.repeat(np.arange(n), 5), np.tile(np.arange(5, dtype=np.int32), n), n)
    return queries, every


def test_closeness_to_the_latest_item_as_of_the_request(shop):
    data, log, _, things = shop
    # u had a (10) on day 0 and b (20) on day 1: on day 1 itself only a is known
    queries, every = asked(data, [0, 0, 1, -1], [DAY, DAY + 1, 2 * DAY, 9 * DAY])
    found = things.price.closeness(log).read(queries, every).reshape(4, 5)
    nan = np.nan
    np.testing.assert_allclose(found[0], [1, 0.5, nan, nan, 0.5])
    np.testing.assert_allclose(found[1], [0.5, 1, nan, nan, 0.25])
    assert np.isnan(found[2:]).all()  # v had nothing before day 2, and nobody knows the last one


def test_the_item_that_a_request_names_goes_first(shop):
    data, log, _, things = shop
    queries, every = asked(data, [0, 0, 0], [9 * DAY] * 3, np.array([E, D, -1], np.int32))
    found = things.price.closeness(log).read(queries, every).reshape(3, 5)
    np.testing.assert_allclose(found[0], [0.5, 0.25, np.nan, np.nan, 1])
    assert np.isnan(found[1]).all()  # a price of 0 is close to nothing
    np.testing.assert_allclose(found[2], [0.5, 1, np.nan, np.nan, 0.25])


def test_overlap_is_shared_labels_over_all(shop):
    data, log, _, things = shop
    sets = [set(tags) for tags in ITEMS["tags"]]
    named = np.array([A, B, C, D, E], np.int32)
    queries, every = asked(data, [0] * 5, [DAY] * 5, named)
    found = things.tags.overlap(log).read(queries, every).reshape(5, 5)
    for i, here in enumerate(sets):
        for j, there in enumerate(sets):
            wanted = len(here & there) / len(here | there) if here and there else np.nan
            np.testing.assert_allclose(found[i, j], wanted, err_msg=f"{i}, {j}")
    things.kinds["brand"] = Category()
    brands = things["brand"].overlap(log).read(queries, every).reshape(5, 5)
    np.testing.assert_allclose(brands[A], [1, 1, 0, np.nan, 0])


def test_a_candidate_outside_the_catalogue_is_like_nothing(shop):
    data, log, _, things = shop
    queries, _ = asked(data, [0], [9 * DAY])
    odd = Candidates(np.zeros(2, np.int64), np.array([-1, 99], np.int32), 1)
    assert np.isnan(things.price.closeness(log).read(queries, odd)).all()
    assert np.isnan(things.tags.overlap(log).read(queries, odd)).all()


def test_names_and_wrong_kinds(shop):
    data, log, _, things = shop
    queries, every = asked(data, [0], [9 * DAY])
    assert things.price.closeness(log).columns == (f"{things.price.name}.closeness",)
    assert things.tags.overlap(log).columns == (f"{things.tags.name}.overlap",)
    with pytest.raises(OptionError, match=r"tags.closeness: has no numbers"):
        things.tags.closeness(log).read(queries, every)
    with pytest.raises(OptionError, match=r"price.overlap: has no labels"):
        things.price.overlap(log).read(queries, every)
