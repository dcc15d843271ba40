import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.data.dataset import Dataset
from tamis.data.declarations import EntityTable, EventTable, Tags
from tamis.data.timeline import Timeline, window_start
from tests.stores import DAY, small


def test_history_is_strictly_before_oldest_first():
    data, log, *_ = small(["a", "b", "a", "a"], ["x", "x", "y", "z"], at=[1, 2, 3, 4])
    a = data.store.users.code("a")
    at = lambda moment, last=None: data.past.history(log, np.array([a], np.int32), np.array([moment]), last)
    named = lambda history: data.store.items.decode(history.item).to_pylist()
    assert named(at(3)) == ["x"]
    assert named(at(5)) == ["x", "y", "z"]
    assert named(at(5, last=2)) == ["y", "z"]
    assert named(at(0)) == [] and len(data.past.history(log, np.array([-1], np.int32), np.array([9])).item) == 0


def test_item_counts_in_a_window_and_decayed():
    data, log, *_ = small(["a"] * 3, ["x", "x", "y"], at=[0, 2 * DAY, 3 * DAY])
    np.testing.assert_array_equal(data.past.item_counts(log, 3 * DAY), [2, 0])
    np.testing.assert_array_equal(data.past.item_counts(log, 4 * DAY, within=2 * DAY), [1, 1])
    np.testing.assert_allclose(data.past.item_counts(log, 4 * DAY, half_life=2 * DAY), [2**-2 + 2**-1, 2**-0.5])


def test_people_who_know_people_have_two_sides():
    people = EntityTable(id="person")
    edges = {
        "person": ["1", "2"],
        "friend": ["2", "3"],
        "at": np.array([1, 2]).astype("datetime64[us]"),
    }
    log = EventTable(edges, user=people, item=people, at="at", item_column="friend")
    data = Dataset.load([log], now=2**60)
    codes = data.store.users.encode(["1", "2", "3"])
    history = data.past.history(log, codes, np.full(3, 9))
    assert [
        (int(q), data.store.items.decode(np.array([i]))[0].as_py()) for q, i in zip(history.query, history.item)
    ] == [
        (0, "2"),
        (1, "3"),
    ]
    row, key = data.past.encode((people, people), codes[[0]], codes[[1]])
    counted = data.past.timeline(log, (people, people)).count(key, np.array([9]))
    assert row.tolist() == [0] and counted.tolist() == [1.0]


def test_counting_by_text_is_refused():
    data, _log, _, things = small(["a"], ["x"], items={"item_id": ["x"], "title": ["words"], "price": [1.0]})
    with pytest.raises(OptionError, match=r"per=.*price.*cannot be counted by"):
        data.past.encode((things.price,), np.array([0]), np.array([0]))


def test_a_window_is_widened_to_its_bucket_and_never_shorter():
    at = np.arange(0, 5000, 7)
    start = window_start(at, 1000)
    assert ((at - start >= 1000) & (at - start < 1100)).all() and (start % 100 == 0).all()


def test_a_timeline_equals_a_loop():
    rng = np.random.default_rng(0)
    key, at, value = rng.integers(0, 5, 300), rng.integers(0, 50, 300), rng.normal(size=300)
    line = Timeline(key, at, value)
    ask_key, ask_at = rng.integers(0, 6, 100), rng.integers(0, 60, 100)
    for within in (None, 20):
        start = np.full(100, -(2**62)) if within is None else window_start(ask_at, within)
        hits = [(key == k) & (at < a) & (at >= s) for k, a, s in zip(ask_key, ask_at, start)]
        np.testing.assert_array_equal(line.count(ask_key, ask_at, within), [h.sum() for h in hits])
        np.testing.assert_allclose(line.sum(ask_key, ask_at, within), [value[h].sum() for h in hits], atol=1e-12)
    hits = [(key == k) & (at < a) for k, a in zip(ask_key, ask_at)]
    np.testing.assert_array_equal(line.last(ask_key, ask_at), [at[h].max() if h.any() else np.nan for h in hits])


def test_bad_rows_are_counted_with_their_reason_and_never_lost_silently():
    table = {
        "user_id": ["a", None, "b", "c", "d"],
        "item_id": ["x", "x", "", "y", "y"],
        "at": np.array([1, 1, 1, 2**59, 5]).astype("datetime64[us]"),
        "value": [1.0, 2.0, 3.0, 4.0, float("nan")],
    }
    people, things = EntityTable(id="user_id"), EntityTable(id="item_id")
    log = EventTable(table, user=people, item=things, at="at", value="value")
    data = Dataset.load([log], now=2**58)
    report = next(r for r in data.store.reports if r.rows_in == 5)
    assert report.rows_out == 1 == len(data.events(log))
    assert report.counts() == {
        "no user_id": 1,
        "no item_id": 1,
        "in the future": 1,
        "no finite number in value": 1,
    }


def test_the_first_of_duplicate_items_stays_and_is_counted():
    items = {"item_id": ["x", "x", "y"], "tags": ["b|a", "c", None]}
    data, _, _, things = small(["u"], ["x"], items=items)
    things.kinds["tags"] = Tags()
    values = data.attribute(things.tags)
    rows, labels = values.of(data.store.items.encode(["x", "y"]))
    assert rows.tolist() == [0, 0] and [values.labels[i] for i in labels] == ["b", "a"]
    report = next(r for r in data.store.reports if r.rows_in == 3)
    assert report.counts() == {"duplicate item_id": 1}


def test_an_empty_or_missing_table_is_told():
    people, things = EntityTable(id="user_id"), EntityTable(id="item_id")
    with pytest.raises(DataError, match="no rows"):
        Dataset.load([EventTable({"user_id": [], "item_id": []}, user=people, item=things)], now=1)
    with pytest.raises(DataError, match=r"no column `item_id`.*Did you mean 'item'"):
        Dataset.load([EventTable({"user_id": ["a"], "item": ["b"]}, user=people, item=things)], now=1)


def test_new_ids_come_after_those_of_a_trained_system():
    before, log, people, things = small(["b"], ["y"])
    store = before.store
    later = Dataset.load([log.origin], now=2**60, known=(store.users, store.items))
    assert later.store.users.encode(["b"]).tolist() == [0]
    more = EventTable({"user_id": ["a", "b"], "item_id": ["x", "y"]}, user=people, item=things)
    grown = Dataset.load([more], now=2**60, known=(store.users, store.items))
    assert grown.store.users.encode(["b", "a"]).tolist() == [0, 1] and grown.store.items.encode(
        ["y", "x"]
    ).tolist() == [0, 1]


def test_tables_without_times_get_a_seeded_order_that_no_row_order_changes():
    people, things = EntityTable(id="user_id"), EntityTable(id="item_id")
    table = {"user_id": [str(i % 7) for i in range(50)], "item_id": [str(i) for i in range(50)]}
    turned = {name: column[::-1] for name, column in table.items()}
    first, second = (
        Dataset.load([log := EventTable(t, user=people, item=things)], now=2**60).events(log) for t in (table, turned)
    )
    np.testing.assert_array_equal(first.item, second.item)
    np.testing.assert_array_equal(first.at, second.at)
    assert len(np.unique(first.at)) == 50


def test_a_table_whose_columns_have_the_words_for_names_is_read():
    table = {"user": ["a", "b"], "item": ["x", "y"], "at": np.array([1, 2]).astype("datetime64[us]"), "row": [7, 8]}
    people, things = EntityTable(id="user"), EntityTable(id="item")
    log = EventTable(table, user=people, item=things, at="at")
    data = Dataset.load([log], now=2**60)
    assert data.store.items.decode(data.events(log).item).to_pylist() == ["x", "y"]
