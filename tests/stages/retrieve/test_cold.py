import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.words import Candidates
from tamis.stages.retrieve.cold import fill_with_popular, resized


def by_hand(personal, k, popularity, last, never):
    """The rule, one query and one item at a time."""
    rows = []
    order = sorted(range(len(popularity)), key=lambda i: (-popularity[i], i))
    for query in range(personal.n_queries):
        mine = [(i, s) for q, i, s in zip(personal.query, personal.item, personal["score"]) if q == query]
        held = {i for i, _ in mine} | ({int(never[query])} if never[query] >= 0 else set())
        late = {i for q, i in zip(*last) if q == query} - held
        more = [i for i in order if i not in held and i not in late] + [i for i in order if i in late]
        rows += [(query, i, s, 0.0) for i, s in mine]
        floor = mine[-1][1] if mine else 0.0
        rows += [(query, i, floor - n - 1, 1.0) for n, i in enumerate(more[: max(k - len(mine), 0)])]
    return rows


@settings(deadline=None, max_examples=150)
@given(data=st.data(), n_items=st.integers(1, 8), n_queries=st.integers(0, 4), k=st.integers(-1, 10))
def test_the_rule_as_a_loop_gives_the_same(data, n_items, n_queries, k):
    k_kept = max(min(k, n_items), 0)
    item = st.integers(0, n_items - 1)
    never = np.array([data.draw(st.integers(-1, n_items - 1)) for _ in range(n_queries)], np.int64)
    query, items, score = [], [], []
    for q in range(n_queries):
        mine = [i for i in data.draw(st.lists(item, unique=True, max_size=k_kept)) if i != never[q]]
        query += [q] * len(mine)
        items += mine
        score += sorted(data.draw(st.lists(st.integers(-3, 3), min_size=len(mine), max_size=len(mine))), reverse=True)
    personal = Candidates(
        np.array(query, np.int64), np.array(items, np.int32), n_queries, {"score": np.array(score, np.float64)}
    )
    pairs = data.draw(st.lists(st.tuples(st.integers(0, max(n_queries - 1, 0)), item), unique=True, max_size=9))
    pairs = sorted(pairs) if n_queries else []
    last = (np.array([q for q, _ in pairs], np.int64), np.array([i for _, i in pairs], np.int32))
    popularity = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n_items, max_size=n_items)), np.float64)
    kept = popularity.copy()
    found = fill_with_popular(personal, k, popularity, last=last, never=never)
    rows = list(zip(found.query.tolist(), found.item.tolist(), found["score"].tolist(), found["cold"].tolist()))
    assert rows == by_hand(personal, k_kept, popularity, last, never)
    np.testing.assert_array_equal(popularity, kept)


def test_own_items_come_after_every_other_item():
    nobody = Candidates(np.zeros(0, np.int64), np.zeros(0, np.int32), 1, {"score": np.zeros(0)})
    last = (np.array([0, 0]), np.array([1, 3], np.int32))
    found = fill_with_popular(nobody, 4, np.array([1.0, 9.0, 5.0, 9.0]), last=last)
    assert found.item.tolist() == [2, 0, 1, 3] and found["score"].tolist() == [-1, -2, -3, -4]


@pytest.mark.parametrize(("n_items", "expected"), [(1, [4.0]), (2, [4.0, 2.0]), (4, [4.0, 2.0, 0.0, 0.0])])
def test_popularity_follows_the_catalogue(n_items, expected):
    assert resized(np.array([4.0, 2.0]), n_items).tolist() == expected
