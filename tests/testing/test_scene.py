"""The ground of all checks: a past and a future that are what they are said to be."""

import dataclasses

import numpy as np
import pytest

from tamis.core.options import options
from tamis.core.words import Candidates
from tamis.data.worlds import biased_log, checkerboard
from tamis.stages.retrieve.popular import Popular
from tamis.testing import ContractError, declare
from tamis.testing.laws import blank, difference
from tamis.testing.scene import scene_of, with_more_ids, without_future

SHOP = declare(biased_log(30, 8, n_pages=60, places=3))


def test_the_moment_is_an_event_and_has_a_past_and_a_future():
    scene = scene_of(SHOP.dataset)
    at = SHOP.dataset.events(SHOP.events).at
    assert scene.at in at
    assert 0.6 < (at < scene.at).mean() < 0.8
    seen = np.unique(SHOP.dataset.before(scene.at).events(SHOP.events).user)
    asked = scene.user[scene.moment == scene.at]
    assert -1 in asked
    assert np.isin(asked, seen).sum() >= 3
    assert (scene.known.events(SHOP.events).at < scene.at).all()


def test_people_without_a_history_are_asked_for_where_there_are_any():
    world = checkerboard(20, 6, per_user=2)
    late = world.events["at"].astype(np.int64) > np.quantile(world.events["at"].astype(np.int64), 0.8)
    shy = np.isin(world.events["user_id"], ["u05", "u11", "u12"])
    kept = late | ~shy
    shop = declare(dataclasses.replace(world, events={n: c[kept] for n, c in world.events.items()}))
    scene = scene_of(shop.dataset)
    history = scene.whole.past.history(shop.events, scene.user, scene.moment)
    asked = (scene.user >= 0) & (scene.moment == scene.at)
    assert (np.bincount(history.query, minlength=len(asked))[asked] == 0).sum() == 2
    assert not np.isin(scene.user[history.query], [5, 11, 12]).any()


def test_without_the_future_is_the_dataset_that_was_never_written():
    scene = scene_of(SHOP.dataset)
    short = without_future(SHOP.dataset, scene.at)
    at = SHOP.dataset.events(SHOP.events).at
    for selection in (SHOP.events, SHOP.events.where(kind="click"), SHOP.events.where(position=1)):
        whole, rest = SHOP.dataset.events(selection), short.store.select(selection)
        n = int((whole.at < scene.at).sum())
        assert 0 < n < len(whole)
        for one, two in zip(whole.columns, rest.columns):
            np.testing.assert_array_equal(one[:n], two)
    assert len(short.store.select(SHOP.events)) == (at < scene.at).sum()
    assert (short.n_users, short.n_items) == (SHOP.dataset.n_users, SHOP.dataset.n_items)
    assert len(SHOP.dataset.events(SHOP.events)) == len(at)


def test_more_ids_keep_the_codes_of_the_old_ones():
    grown = with_more_ids(SHOP.dataset)
    assert (grown.n_users, grown.n_items) == (32, 10)
    old = SHOP.dataset.store.items.strings.to_pylist()
    assert grown.store.items.strings.to_pylist()[:8] == old
    counts = grown.past.item_counts(SHOP.events, 2**61)
    np.testing.assert_array_equal(counts, [*SHOP.dataset.past.item_counts(SHOP.events, 2**61), 0, 0])
    group = grown.attribute(SHOP.users.group).single(np.array([0, 1, 31]))
    assert group.tolist() == [0, 1, -1]


def test_candidates_are_judged_best_first_and_one_request_has_none():
    scene = scene_of(SHOP.dataset)
    made = scene.candidates()
    counts = np.bincount(made.query, minlength=len(scene.user))
    assert counts[1] == 0
    assert (counts[[0, 2]] == 8).all()
    inside = made.query[1:] == made.query[:-1]
    assert (np.diff(made["judge.value"])[inside] <= 0).all()
    assert len(set(zip(made.query.tolist(), made.item.tolist()))) == len(made)
    spoilt = scene.candidates(spoilt=True)
    assert all(np.isnan(column).all() for column in spoilt.columns.values())
    assert (spoilt.item == -1).sum() == (counts > 0).sum()
    assert len(scene.candidates(empty=True)) == 0


def test_events_at_one_moment_are_refused():
    world = checkerboard(4, 4, per_user=2)
    events = {**world.events, "at": np.repeat(world.events["at"][:1], len(world))}
    with pytest.raises(ContractError, match="no past and future"):
        scene_of(declare(dataclasses.replace(world, events=events)).dataset)


def test_difference_is_told_in_words():
    one = Candidates(np.array([0, 0]), np.array([4, 5], np.int32), 1, {"score": np.array([1.0, np.nan])})
    assert difference(one, one) is None
    near = dataclasses.replace(one, columns={"score": np.array([1.0 + 1e-12, np.nan])})
    assert difference(one, near, 1e-9) is None
    assert difference(one, near).startswith("`score` in row 0 is")
    assert "`item` in row 1" in difference(one, dataclasses.replace(one, item=np.array([4, 6], np.int32)))
    assert "1 rows of 1 queries" in difference(one, one.rows(np.array([0])))
    assert "columns score and" in difference(one, dataclasses.replace(one, columns={}))
    words = dataclasses.replace(one, columns={"score": np.array(["a", "b"])})
    assert "`score` in row 0" in difference(one, words)


def test_a_blank_part_has_the_options_and_nothing_learned():
    part = Popular(SHOP.events, within="10d").fit(SHOP.dataset)
    fresh = blank(part)
    assert fresh is not part
    assert fresh.within == "10d"
    assert fresh.events is part.events
    assert not hasattr(fresh, "popularity_")
    assert hasattr(part, "popularity_")

    class Plain:
        def __init__(self):
            self.limit, self.learned_ = 3, 4

    plain = blank(Plain())
    assert (plain.limit, hasattr(plain, "learned_")) == (3, False)
    known = {}
    assert blank(part, known) is blank(part, known)


def test_a_world_is_declared_with_kinds_and_values():
    world = checkerboard(6, 4, per_user=2)
    valued = declare(dataclasses.replace(world, events={**world.events, "stars": np.arange(12.0)}), value="stars")
    assert valued.dataset.events(valued.events).value.tolist() == list(range(12))
    np.testing.assert_array_equal(
        valued.dataset.events(valued.events).user, [int(u[1:]) for u in world.events["user_id"]]
    )
    assert set(SHOP.dataset.store.table(SHOP.events).kind.to_pyarrow().to_pylist()) == {"shown", "click"}


@options
class Nameless:
    k: int = 3

    def retrieve(self, queries, k): ...


def test_a_part_that_names_no_table_gets_a_checkerboard():
    from tamis.testing.declared import dataset_for

    assert dataset_for(Nameless()).n_users == 24
    assert dataset_for(Popular(SHOP.events)).n_users == 30
