"""Many aggregates in one expression: each column equals its feature's live read."""

import numpy as np
import pytest
from tests.stores import DAY, small

from tamis.core.words import Candidates, Queries
from tamis.data.declarations import Tags
from tamis.data.tables import open_table
from tamis.features.batch import joined
from tamis.features.declarations import Entity, Events

N, ROWS = 600, 300


@pytest.fixture(scope="module")
def world():
    random = np.random.default_rng(5)
    items = {"item_id": [f"{i:02d}" for i in range(15)], "tags": [["a|b", "b", "", "c|a"][i % 4] for i in range(15)]}
    data, log, people, things = small(
        random.integers(0, 9, N),
        [f"{i:02d}" for i in random.integers(0, 15, N)],
        random.integers(0, 40, N) * (DAY // 4),
        random.integers(1, 6, N),
        items=items,
        entity=Entity,
        events=Events,
    )
    things.kinds["tags"] = Tags("|")
    query = np.sort(random.integers(0, 30, ROWS))
    queries = Queries(random.integers(-1, 9, 30).astype(np.int32), random.integers(0, 44, 30) * (DAY // 4), data.past)
    candidates = Candidates(query, random.integers(0, 15, ROWS).astype(np.int32), 30)
    table = {
        "row": np.arange(ROWS),
        "user": queries.user[query],
        "item": candidates.item,
        "at": queries.at[query],
    }
    return data, log, people, things, queries, candidates, open_table(table, connection=data.store.connection)


def test_columns_over_shared_and_other_keys_equal_the_live_read(world):
    data, log, people, things, queries, candidates, rows = world
    loved = log.where(value=[4, 5])
    features = [
        log.count(per=things),
        log.count(per=things, within="2d"),
        log.count(per=things, within="5d"),
        log.sum(per=things, within="5d"),
        log.mean(per=things),
        log.mean(per=things, within="5d", smooth=3),
        log.time_since(per=things),
        log.count(per=people),
        log.count(per=(people, things.tags)),
        log.mean(per=(people, things.tags), within="2d"),
        log.time_since(per=things.tags),
        loved.count(per=things, within="5d"),
        loved.sum(per=(people, things)),
    ]
    made = joined(data, rows, features).to_pyarrow().sort_by("row")
    assert made.column_names == ["row", *[feature.columns[0] for feature in features]]
    np.testing.assert_array_equal(made["row"].to_numpy(), np.arange(ROWS))
    for feature in features:
        column = made[feature.columns[0]].to_numpy(zero_copy_only=False).astype(float)
        np.testing.assert_allclose(column, feature.read(queries, candidates), rtol=1e-5, err_msg=feature.columns[0])
