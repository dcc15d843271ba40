"""Coverage, popularity, novelty, freshness and serendipity against loops over random lists."""

import numpy as np
import pytest
from scipy.stats import rankdata

from tamis.core.clock import DAY
from tamis.core.errors import DataError, OptionError
from tamis.metrics import (
    RankedLists,
    average_popularity,
    catalogue_coverage,
    exposure,
    exposure_gini,
    head_share,
    mean_age,
    novelty,
    popularity_rank,
    serendipity,
)
from tests.metrics.worlds import grades_of, random_world

COUNT = np.random.default_rng(0).integers(0, 9, 30)


@pytest.mark.parametrize("k", [1, 5, None])
def test_list_means_equal_a_loop_over_ten_thousand_lists(k: int | None) -> None:
    world = random_world(5, 10_000, repeats=True)
    random = np.random.default_rng(1)
    published, at = random.integers(-DAY * 900, DAY * 900, 30), random.integers(DAY * 1000, DAY * 2000, 10_000)
    published[3] = np.iinfo(np.int64).min
    percentile = (rankdata(COUNT) - 0.5) / 30
    in_head = np.isin(np.arange(30), sorted(range(30), key=lambda i: (-COUNT[i], i))[:3])
    information = -np.log2(np.maximum(COUNT, 1) / COUNT.sum())
    got = {
        "popularity": average_popularity(world.lists, COUNT, k),
        "rank": popularity_rank(world.lists, COUNT, k),
        "head": head_share(world.lists, COUNT, k, head=0.1),
        "novelty": novelty(world.lists, COUNT, k),
        "age": mean_age(world.lists, published, at, k),
    }
    per_item = {"popularity": COUNT, "rank": percentile, "head": in_head, "novelty": information}
    expected = {name: np.full(10_000, np.nan) for name in got}
    for q, row in enumerate(world.shown):
        items = row[:k]
        for name, values in per_item.items():
            if items:
                expected[name][q] = sum(values[i] for i in items) / len(items)
        ages = [(at[q] - published[i]) / DAY for i in items if i != 3]
        if ages:
            expected["age"][q] = sum(ages) / len(ages)
    for name, measured in got.items():
        assert np.allclose(measured.values, expected[name], rtol=1e-10, equal_nan=True), name


def test_exposure_coverage_and_gini_equal_a_loop() -> None:
    world = random_world(6, 4)
    shown = np.zeros(30)
    for row in world.shown:
        for item in row[:4]:
            shown[item] += 1
    assert exposure(world.lists, 4).tolist() == shown.tolist()
    assert 0 < catalogue_coverage(world.lists, 4) == (shown > 0).mean() < 1
    differences = np.abs(shown[:, None] - shown[None, :]).sum()
    assert exposure_gini(world.lists, 4) == pytest.approx(differences / (2 * 30 * shown.sum()))


def test_gini_ends() -> None:
    even = RankedLists.build(1, [0, 0, 0], [0, 1, 2], [], [], n_items=3)
    one = RankedLists.build(3, [0, 1, 2], [1, 1, 1], [], [], n_items=3)
    assert exposure_gini(even) == pytest.approx(0)
    assert exposure_gini(one) == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [3, None])
def test_serendipity_equals_a_loop(k: int | None) -> None:
    world = random_world(7, 400, repeats=True)
    expected_items = COUNT > 4
    got = serendipity(world.lists, expected_items, k).values
    for q, (row, truth) in enumerate(zip(world.shown, world.truth)):
        hits = sum(g > 0 and not expected_items[i] for i, g in list(zip(row, grades_of(row, truth)))[:k])
        places = len(row) if k is None else k
        assert got[q] == pytest.approx((hits / places if places else 0) if truth else np.nan, nan_ok=True)


def test_unknown_items_are_left_out() -> None:
    lists = RankedLists.build(2, [0, 0, 1], [-1, 2, -1], [], [], n_items=3)
    assert np.array_equal(average_popularity(lists, [5, 5, 8]).values, [8, np.nan], equal_nan=True)
    assert catalogue_coverage(lists) == pytest.approx(1 / 3)


def test_an_item_of_the_future_has_a_negative_age() -> None:
    lists = RankedLists.build(1, [0], [0], [], [], n_items=1)
    assert mean_age(lists, [3 * DAY], [DAY]).mean == -2


def test_all_items_equally_popular() -> None:
    lists = RankedLists.build(1, [0, 0], [0, 3], [], [], n_items=4)
    assert popularity_rank(lists, [7] * 4).mean == 0.5
    assert novelty(lists, [7] * 4).mean == pytest.approx(2.0)
    assert novelty(lists, [0] * 4).mean == 0.0
    assert head_share(lists, [7] * 4, head=0.25).mean == 0.5


def test_empty_input_gives_nan() -> None:
    none = RankedLists.build(0, [], [], [], [], n_items=0)
    assert np.isnan([catalogue_coverage(none), exposure_gini(none), novelty(none, []).mean]).all()
    assert np.isnan(mean_age(none, [], []).mean)


def test_bad_input_is_told() -> None:
    lists = RankedLists.build(1, [0], [0], [], [], n_items=2)
    with pytest.raises(DataError, match=r"novelty: `count` has another length. Allowed: 2 values. Got: 3"):
        novelty(lists, [1, 2, 3])
    with pytest.raises(DataError, match="negative"):
        average_popularity(lists, [1, -2])
    with pytest.raises(DataError, match="not finite"):
        popularity_rank(lists, [1, np.nan])
    with pytest.raises(DataError, match="`at` has another length"):
        mean_age(lists, [0, 0], [0, 0])
    with pytest.raises(DataError, match="`expected` has another length"):
        serendipity(lists, [True])
    with pytest.raises(OptionError, match="head"):
        head_share(lists, [1, 2], head=0)
