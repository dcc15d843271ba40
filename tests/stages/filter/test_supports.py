"""Platforms: yes-no columns of items against the platform of the person or of the request."""

import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.data.declarations import Category, EntityTable, EventTable, Tags
from tamis.stages.filter import Supports

GAMES = {"app_id": ["g0", "g1", "g2", "g3"], "win": [True, True, False, None], "mac": [1, 0, 1, 1]}
PEOPLE = {"user_id": ["a", "b", "c", "d"], "platform": ["win", "mac", None, "ps5"]}


@pytest.fixture
def shop():
    games = EntityTable(GAMES, id="app_id")
    people = EntityTable(PEOPLE, id="user_id", platform=Category())
    plays = {"user_id": ["a", "a", "a", "a"], "app_id": GAMES["app_id"], "day": np.arange(4).astype("datetime64[D]")}
    log = EventTable(plays, user=people, item=games, at="day")
    return Dataset.load([games, people, log], now=2**60), games, people


def kept(stage, dataset, users, context=None):
    """Return the names of the games that each user keeps."""
    queries = Queries(np.array(users, np.int32), np.full(len(users), 2**59), dataset.past, context=context or {})
    n = len(users)
    every = Candidates(np.repeat(np.arange(n), 4), np.tile(np.arange(4, dtype=np.int32), n), n)
    answer = stage.keep(queries, every)
    mask = answer.mask.reshape(n, 4)
    return [[name for name, stays in zip(GAMES["app_id"], row) if stays] for row in mask.tolist()], answer.reason


def test_the_platform_of_the_person(shop):
    dataset, games, people = shop
    stage = Supports({"win": games.win, "mac": games.mac}, people.platform)
    rows, reason = kept(stage, dataset, [0, 1, 2, 3, -1])
    # no platform, or nobody known: everything; a platform without a column: nothing; a missing flag is no yes
    assert rows == [["g0", "g1"], ["g0", "g2", "g3"], GAMES["app_id"], [], GAMES["app_id"]]
    assert reason == f"does not run on {people.platform.name}"
    assert stage.safety


def test_the_device_of_the_request(shop):
    dataset, games, _ = shop
    stage = Supports({"win": games.win, "mac": games.mac}, "device")
    device = np.array(["mac", "win", None, "Mac"], object)
    rows, _ = kept(stage, dataset, [0, 0, 0, 0], {"device": device})
    assert rows == [["g0", "g2", "g3"], ["g0", "g1"], GAMES["app_id"], []]
    assert kept(stage, dataset, [0])[0] == [GAMES["app_id"]]  # a request that does not say


def test_one_of_several_platforms_is_enough(shop):
    _, games, _ = shop
    both = EntityTable({"user_id": ["a"], "owns": ["win|mac"]}, id="user_id", owns=Tags())
    log = EventTable({"user_id": ["a"], "app_id": ["g0"]}, user=both, item=games)
    dataset = Dataset.load([games, both, log], now=2**60)
    rows, _ = kept(Supports({"win": games.win, "mac": games.mac}, both.owns), dataset, [0])
    assert rows == [GAMES["app_id"]]


def test_candidates_outside_the_catalogue_and_none_at_all(shop):
    dataset, games, people = shop
    stage = Supports({"win": games.win}, people.platform)
    queries = Queries(np.array([0], np.int32), np.array([2**59]), dataset.past)
    odd = Candidates(np.zeros(2, np.int64), np.array([-1, 99], np.int32), 1)
    assert stage.keep(queries, odd).mask.tolist() == [False, False]
    assert stage.keep(queries, Candidates.empty(1)).mask.tolist() == []


def test_what_is_refused(shop):
    dataset, games, _ = shop
    with pytest.raises(OptionError, match="`platforms` is empty"):
        Supports({}, "device")
    with pytest.raises(OptionError, match=r"`platforms\['win'\]` is not allowed"):
        Supports({"win": "win"}, "device")
    with pytest.raises(DataError, match="is not a category or tags"):
        kept(Supports({"win": games.win}, games.mac), dataset, [0])
