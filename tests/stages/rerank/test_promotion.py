"""FreshFirst, Pin and Quota: known answers by hand and against plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.stages.rerank import FreshFirst, Pin, Quota
from tamis.stages.rerank._places import placed
from tests.stages.shop import DAY, Shop, candidates, numbers, page, tags

NOW = 100 * DAY


def test_fresh_first_by_hand():
    shop = Shop(item={"born": numbers(None, NOW - 7 * DAY, NOW, NOW + DAY, 0)})
    rows = candidates([0, 1, 2, 3, 4], value=[[1.0, 0.85, 0.8, 0.75, 0.0]])
    # 1, 0.85 + 0.1, 0.8 + 0.2, 0.75 + 0.2 (future: as now), 0 + almost nothing; equal sums keep their order
    stage = FreshFirst(shop.item.born, boost=0.2, half_life="7d")
    assert page(stage, shop.queries((0, NOW)), rows, 5) == [[0, 2, 1, 3, 4]]
    more = FreshFirst(shop.item.born, boost=0.21, half_life="7d")
    assert page(more, shop.queries((0, NOW)), rows, 5) == [[2, 0, 3, 1, 4]]


def test_fresh_first_by_first_event_knows_no_future():
    shop = Shop(plays=[(0, 0, 1), (1, 1, NOW - 1), (1, 0, NOW - 1), (2, 2, NOW)])
    rows = candidates([3, 0, 2, 1, -1, 99], value=[[1.0, 0.9, 0.8, 0.7, 0.1, 0.0]])
    stage = FreshFirst(shop.plays, boost=0.5)
    assert page(stage, shop.queries((0, NOW)), rows, 6) == [[1, 3, 0, 2, -1, 99]]
    assert page(stage, shop.queries((0, NOW + 1)), rows, 6) == [[2, 1, 3, 0, -1, 99]]


def test_fresh_first_refuses_what_is_no_time():
    shop = Shop(item={"genre": tags(["a"])})
    with pytest.raises(DataError, match="FreshFirst"):
        FreshFirst(shop.item.genre).rerank(shop.queries((0, 5)), candidates([0]), 1)
    with pytest.raises(OptionError, match="half_life"):
        FreshFirst(shop.item.genre, half_life="a week")


def place_one_by_one(n, targets):
    """Rows asked for in order of place; each takes its place or the next free one, the others fill the gaps."""
    slots = {}
    for row, place in sorted(targets.items(), key=lambda pair: pair[1]):
        while place in slots:
            place += 1
        slots[place] = row
    others = iter([i for i in range(n) if i not in targets])
    page, place = [], 0
    while len(page) < n:
        if place in slots:
            page.append(slots[place])
        else:
            other = next(others, None)
            if other is not None:
                page.append(other)
        place += 1
    return page


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.integers(1, 7).flatmap(
            lambda n: st.tuples(st.just(n), st.dictionaries(st.integers(0, n - 1), st.integers(0, 9), max_size=n))
        ),
        min_size=1,
        max_size=4,
    )
)
def test_placed_equals_the_plain_loop(pages):
    rows = candidates(*[range(n) for n, _ in pages])
    starts = rows.offsets
    flat = [(starts[q] + row, place) for q, (_, targets) in enumerate(pages) for row, place in sorted(targets.items())]
    wanted, place = (np.array([f[i] for f in flat], np.int64) for i in range(2))
    order = placed(rows, wanted, place)
    assert [rows.item[order][rows.query[order] == q].tolist() for q in range(len(pages))] == [
        place_one_by_one(n, dict(sorted(targets.items()))) for n, targets in pages
    ]


def test_pin_by_mapping():
    shop = Shop(n_items=8)
    stage = Pin({"0005": 1, "0001": 3, "0007": 2, "nowhere": 1})
    with pytest.raises(NotFittedError):
        stage.rerank(shop.queries((0, 5)), candidates([1]), 1)
    stage.fit(shop.dataset())
    assert stage.unknown_ == ["nowhere"]
    # 7 is not among the candidates of the first query; the third has too few rows for place 3
    rows = candidates([0, 1, 2, 3, 5], [7, 1, 5], [1, -1], [])
    assert page(stage, shop.queries(*[(0, 5)] * 4), rows, 3) == [[5, 0, 1, 2, 3], [5, 7, 1], [-1, 1], []]


@pytest.mark.parametrize("pins", [{"0001": 0}, {"0001": "1"}, {1: 1}, {"0001": True}])
def test_pin_refuses_bad_places(pins):
    with pytest.raises(OptionError, match="Pin"):
        Pin(pins)


def test_pin_file_by_text_survives_saving(tmp_path):
    shop = Shop(n_items=8)
    file = tmp_path / "pins.csv"
    file.write_text("query,item,place\n Red Shoes,0003,1\n,0004,1\nred shoes,0004,2\n")
    stage = Pin(file).fit(shop.dataset())
    rows = candidates(*[[0, 1, 2, 3, 4]] * 3)
    texts = ["RED shoes ", "blue", ""]
    want = [[3, 4, 0, 1, 2], [4, 0, 1, 2, 3], [4, 0, 1, 2, 3]]
    assert page(stage, shop.queries(*[(0, 5)] * 3, text=texts), rows, 2) == want
    stage.save(tmp_path / "saved")
    again = Pin(file).load(tmp_path / "saved")
    assert page(again, shop.queries(*[(0, 5)] * 3, text=texts), rows, 2) == want
    assert page(again, shop.queries(*[(0, 5)] * 3), rows, 2) == [want[1]] * 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("thing,place\n1,1\n", "column is missing"),
        ("item,place\n0001,first\n", "line 2"),
        ("item,place\n0001,0\n", "whole number"),
        ("item,place\n0001,1\n0001,2\n", "twice"),
    ],
)
def test_pin_file_errors_name_the_place(tmp_path, content, message):
    file = tmp_path / "pins.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=message):
        Pin(str(file)).fit(Shop().dataset())
    with pytest.raises(DataError, match="cannot be read"):
        Pin(tmp_path / "none.csv").fit(Shop().dataset())


def greedy_quota(member, k, share):
    """At every place the best row, or the best member where the count would fall short."""
    left, page = list(range(len(member))), []
    for p in range(1, min(k, len(member)) + 1):
        short = sum(member[i] for i in page) < int(np.floor(share * p + 1e-9))
        choice = next((i for i in left if member[i]), left[0]) if short else left[0]
        page.append(choice)
        left.remove(choice)
    return page + left


@settings(max_examples=150, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=14), st.integers(0, 15), st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.0]))
def test_quota_share_equals_the_greedy_loop(member, k, share):
    shop = Shop(n_items=len(member), item={"local": numbers(*map(int, member))})
    rows = candidates(range(len(member)), range(len(member)))
    got = page(Quota(shop.item.local, 1, share=share), shop.queries((0, 5), (1, 5)), rows, k)
    assert got == [greedy_quota(member, k, share)] * 2


def test_quota_count_takes_the_last_places_that_suffice():
    shop = Shop(item={"kind": tags(["news"], ["video"], ["news"], ["news"], ["video"], ["video"], [])})
    stage = Quota(shop.item.kind, "video", count=2)
    queries = shop.queries((0, 5))
    assert page(stage, queries, candidates([0, 2, 3, 6, 1, 4, 5]), 4) == [[0, 2, 1, 4, 3, 6, 5]]
    assert page(stage, queries, candidates([1, 2, 3, 6, 0, 4, 5]), 4) == [[1, 2, 3, 4, 6, 0, 5]]
    assert page(stage, queries, candidates([1, 2, 3, 0]), 3) == [[1, 2, 3, 0]]
    assert page(stage, queries, candidates([0, 2, 3]), 3) == [[0, 2, 3]]
    assert page(Quota(shop.item.kind, "video", count=9), queries, candidates([0, 2, 1, 4]), 3) == [[1, 4, 0, 2]]


def test_quota_needs_exactly_one_size():
    shop = Shop(item={"local": numbers(1)})
    for options in ({}, {"share": 0.5, "count": 2}):
        with pytest.raises(OptionError, match="exactly one"):
            Quota(shop.item.local, 1, **options)
    with pytest.raises(OptionError, match="share"):
        Quota(shop.item.local, 1, share=0.0)
