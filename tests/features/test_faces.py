"""Both faces of every aggregate against a loop, on random histories with ties, at several kinds of key."""

import numpy as np
import pytest
from tests.stores import DAY, small

from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf, Tags
from tamis.data.tables import open_table
from tamis.features.declarations import Entity, Events

N = 400


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(3)
    items = {
        "item_id": [f"{i:02d}" for i in range(12)],
        "tags": [["a|b", "b", "", "c|a"][i % 4] for i in range(12)],
        "brand": [["x", "y", None][i % 3] for i in range(12)],
    }
    at = rng.integers(0, 40, N) * (DAY // 4)
    data, log, people, things = small(
        rng.integers(0, 9, N),
        [f"{i:02d}" for i in rng.integers(0, 12, N)],
        at,
        rng.integers(1, 6, N),
        items=items,
        entity=Entity,
        events=Events,
    )
    things.kinds["tags"] = Tags("|")
    query = np.sort(rng.integers(0, 30, 200))
    queries = Queries(rng.integers(-1, 9, 30).astype(np.int32), rng.integers(0, 44, 30) * (DAY // 4), data.past)
    candidates = Candidates(query, rng.integers(0, 12, 200).astype(np.int32), 30)
    return data, log, people, things, queries, candidates


def keys_of(part, user, item, items):
    if part.name == "user_id":
        return [user] if user >= 0 else []
    if isinstance(part, AttributeOf):
        value = items[part.column][item] or ""
        return [t for t in value.split("|") if t]
    return [item]


def by_hand(feature, verb, data, log, per, within, queries, candidates, things):
    items = {c: list(things.source[c]) for c in ("tags", "brand")}
    batch = data.events(log)
    out = []
    for q, item in zip(candidates.query, candidates.item):
        user, at = queries.user[q], queries.at[q]
        combos = [()]
        for part in per:
            combos = [(*c, k) for c in combos for k in keys_of(part, user, item, items)]
        values = []
        for combo in combos:
            bucket = within // 10 if within else None
            start = -(2**62) if within is None else (at - within) // bucket * bucket
            hits = []
            for u, i, t, v in zip(*batch.columns):
                mine = [()]
                for part in per:
                    mine = [(*c, k) for c in mine for k in keys_of(part, u, i, items)]
                hits += [(t, float(v)) for m in mine if m == combo and start <= t < at]
            if verb == "count":
                values.append(len(hits))
            elif verb == "sum":
                values.append(sum(v for _, v in hits))
            elif verb == "mean" and hits:
                values.append(np.mean([v for _, v in hits]))
            elif verb == "time_since" and hits:
                values.append((at - max(t for t, _ in hits)) / DAY)
        empty = 0.0 if verb in ("count", "sum") else np.nan
        out.append(np.mean(values) if values else empty)
    return np.array(out)


@pytest.mark.parametrize("verb", ["count", "sum", "mean", "time_since"])
@pytest.mark.parametrize("per", ["item", "user", "pair", "tags", "user tags", "brand"])
@pytest.mark.parametrize("within", [None, "5d"])
def test_read_and_batch_equal_a_loop(world, verb, per, within):
    if verb == "time_since" and within:
        pytest.skip("has no window")
    data, log, people, things, queries, candidates = world
    keys = {
        "item": (things,),
        "user": (people,),
        "pair": (people, things),
        "tags": (things.tags,),
        "user tags": (people, things.tags),
        "brand": (things.brand,),
    }[per]
    options = {} if verb == "time_since" else {"within": within}
    feature = getattr(log, verb)(per=keys, **options)
    expected = by_hand(feature, verb, data, log, keys, None if within is None else 5 * DAY, queries, candidates, things)
    read = feature.read(queries, candidates)
    np.testing.assert_allclose(read, expected, rtol=1e-6)
    rows = open_table(
        {
            "row": np.arange(len(candidates)),
            "user": queries.user[candidates.query],
            "item": candidates.item,
            "at": queries.at[candidates.query],
        }
    )
    batch = feature.batch(data, rows).to_pyarrow().sort_by("row")
    np.testing.assert_array_equal(batch["row"].to_numpy(), np.arange(len(candidates)))
    value = batch["value"].to_numpy(zero_copy_only=False).astype(float)
    np.testing.assert_allclose(value, expected, rtol=1e-9 if verb != "sum" else 1e-6)


def test_smoothed_mean_leans_to_the_mean_of_everything_before(world):
    data, log, _people, things, queries, candidates = world
    feature = log.mean(per=things, smooth=5)
    batch = data.events(log)
    expected = []
    for q, item in zip(candidates.query, candidates.item):
        before = batch.at < queries.at[q]
        overall = batch.value[before].mean() if before.any() else 0.0
        mine = batch.value[before & (batch.item == item)]
        expected.append((mine.sum() + 5 * overall) / (len(mine) + 5))
    np.testing.assert_allclose(feature.read(queries, candidates), expected, rtol=1e-5)


def test_later_events_never_change_a_feature(world):
    data, log, people, things, queries, candidates = world
    early = Queries(queries.user, np.full(30, 10 * DAY), queries.past)
    batch = data.events(log)
    keep = batch.at < 10 * DAY
    shorter, log2, people2, things2 = small(
        batch.user[keep],
        [f"{i:02d}" for i in batch.item[keep]],
        batch.at[keep],
        batch.value[keep],
        entity=Entity,
        events=Events,
    )
    users = shorter.store.users.encode(data.store.users.strings)
    items = shorter.store.items.encode(data.store.items.strings)
    there = Queries(users[early.user].astype(np.int32), early.at, shorter.past)
    pairs = Candidates(candidates.query, items[candidates.item].astype(np.int32), 30)
    known = (early.user[candidates.query] >= 0) & (pairs.item >= 0)
    for per, per2 in (((people,), (people2,)), ((things,), (things2,)), ((people, things), (people2, things2))):
        for verb in ("count", "mean"):
            now = getattr(log, verb)(per=per).read(early, candidates)[known]
            then = getattr(log2, verb)(per=per2).read(there, pairs)[known]
            np.testing.assert_array_equal(now, then)
