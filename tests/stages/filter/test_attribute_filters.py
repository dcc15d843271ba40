"""Filters that read the catalogue, the person and the request: known answers by hand."""

import numpy as np
import pytest

from tamis.core.conditions import above, at_least, at_most, one_of
from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.core.words import Candidates
from tamis.stages.filter import AgeLimit, Available, Duplicates, Exclude, InStock, Matches, Region, Where
from tests.stages.shop import Shop, candidates, kept, numbers, tags, texts


@pytest.fixture
def shop():
    return Shop(
        item={
            "price": numbers(10, 20, None, 0),
            "genres": tags(["drama", "horror"], ["drama"], [], ["horror"]),
            "adult": tags(["true"], ["false"], [], ["false"]),
            "title": texts("Alien", " ALIEN ", None, "Solaris"),
            "minimum": numbers(0, 18, None, 12),
            "regions": tags(["de", "fr"], ["fr"], [], ["worldwide"]),
            "start": numbers(5, 6, None, 1),
            "end": numbers(None, 9, 9, 5),
        },
        user={"age": numbers(12, 18, None), "country": tags(["de"], ["fr", "it"], [])},
    )


ALL = [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("column", "condition", "options", "expected"),
    [
        ("price", at_most(10), {}, [0, 3]),
        ("price", at_most(10), {"missing": "keep"}, [0, 2, 3]),
        ("price", at_most(10), {"negate": True}, [1]),
        ("price", 20, {}, [1]),
        ("price", [10, 20], {}, [0, 1]),
        ("genres", "drama", {}, [0, 1]),
        ("genres", "horror", {"negate": True}, [1]),
        ("genres", "horror", {"negate": True, "missing": "keep"}, [1, 2]),
        ("genres", one_of("drama", "horror"), {}, [0, 1, 3]),
        ("genres", "comedy", {}, []),
        ("adult", False, {}, [1, 3]),
        ("title", "Alien", {}, [0]),
        ("title", "Alien", {"negate": True}, [1, 3]),
    ],
)
def test_where(shop, column, condition, options, expected):
    rows = candidates([0, 1, 2, 3, -1, 99])
    got = kept(Where(shop.item[column], condition, **options), shop.queries((0, 5)), rows)
    unknown = [-1, 99] if options.get("missing") == "keep" else []
    assert sorted(got[0]) == sorted(expected + unknown)


@pytest.mark.parametrize(("column", "condition"), [("genres", at_least(4)), ("price", "cheap"), ("title", above(1))])
def test_where_refuses_a_condition_of_another_kind(shop, column, condition):
    with pytest.raises(DataError, match=f"items.{column}"):
        Where(shop.item[column], condition).keep(shop.queries((0, 5)), candidates(ALL))


def test_where_safety_is_an_option(shop):
    assert Where(shop.item.price, 1).safety is False
    assert Where(shop.item.price, 1, safety=True).safety is True
    with pytest.raises(OptionError, match="missing"):
        Where(shop.item.price, 1, missing="maybe")


def test_in_stock(shop):
    queries = shop.queries((0, 5))
    answer = InStock(shop.item.price).keep(queries, candidates(ALL))
    assert answer.mask.tolist() == [True, True, False, False]
    assert answer.reason[2:].tolist() == ["stock unknown", "out of stock"]
    assert kept(InStock(shop.item.price, missing="keep"), queries, candidates(ALL)) == [[0, 1, 2]]
    with pytest.raises(DataError, match="Where"):
        InStock(shop.item.genres).keep(queries, candidates(ALL))


def test_available_from_start_to_before_end(shop):
    queries = shop.queries((0, 5), (0, 8), (0, 9))
    stage = Available(shop.item.start, shop.item.end)
    assert kept(stage, queries, candidates(ALL, ALL, ALL)) == [[0, 2], [0, 1, 2], [0]]
    assert stage.keep(queries, candidates([1], [], [1])).reason.tolist() == ["not yet available", "no longer available"]
    with pytest.raises(OptionError, match="Available"):
        Available()


def test_age_limit_is_conservative(shop):
    queries, rows = shop.queries((0, 5), (1, 5), (2, 5), (-1, 5)), candidates(ALL, ALL, ALL, ALL)
    stage = AgeLimit(shop.item.minimum, shop.user.age)
    assert kept(stage, queries, rows) == [[0, 3], [0, 1, 3], [0], [0]]
    assert kept(AgeLimit(shop.item.minimum, shop.user.age, unrated=18), queries, rows)[1] == ALL
    assert stage.safety is True
    reasons = stage.keep(queries, rows).reason.reshape(4, 4)
    assert reasons[0, 1:3].tolist() == ["below the age limit", "no age rating"]
    assert reasons[2, 1] == "age unknown"


def test_age_limit_reads_the_context(shop):
    rows = candidates(ALL, ALL)
    queries = shop.queries((0, 5), (0, 5), context={"age": np.array([20.0, np.nan])})
    assert kept(AgeLimit(shop.item.minimum, "age"), queries, rows) == [[0, 1, 3], [0]]
    assert kept(AgeLimit(shop.item.minimum, "years"), queries, rows) == [[0], [0]]
    with pytest.raises(DataError, match="age"):
        AgeLimit(shop.item.minimum, "age").keep(shop.queries((0, 5), context={"age": np.array(["old"])}), rows)


def test_region_is_conservative(shop):
    rows = candidates(ALL, ALL, ALL)
    queries = shop.queries((0, 5), (1, 5), (-1, 5))
    stage = Region(shop.item.regions, shop.user.country)
    assert kept(stage, queries, rows) == [[0], [0, 1], []]
    open_to_all = Region(shop.item.regions, shop.user.country, everywhere="worldwide")
    assert kept(open_to_all, queries, rows) == [[0, 3], [0, 1, 3], [3]]
    reasons = stage.keep(queries, rows).reason
    assert reasons[1] == "not allowed in this region"
    assert reasons[2] == "the item's regions are unknown"
    assert reasons[8] == "the person's region is unknown"
    assert stage.safety is True


@pytest.mark.parametrize("column", [np.array(["fr", "", "xx"]), np.array(["fr", None, "xx"], object)])
def test_region_of_the_request(shop, column):
    queries = shop.queries((0, 5), (0, 5), (0, 5), context={"country": column})
    assert kept(Region(shop.item.regions, "country"), queries, candidates(ALL, ALL, ALL)) == [[0, 1], [], []]
    assert kept(Region(shop.item.regions, "elsewhere"), queries, candidates(ALL, ALL, ALL)) == [[], [], []]


def test_matches(shop):
    queries, rows = shop.queries((0, 5), (1, 5), (2, 5)), candidates(ALL, ALL, ALL)
    assert kept(Matches(shop.item.regions, shop.user.country), queries, rows) == [[0, 2], [0, 1, 2], ALL]
    dropped = Matches(shop.item.regions, shop.user.country, missing="drop")
    assert kept(dropped, queries, rows) == [[0], [0, 1], []]
    with pytest.raises(DataError, match="price"):
        Matches(shop.item.price, shop.user.country).keep(queries, rows)


def test_exclude_looks_ids_up_and_survives_saving(shop, tmp_path):
    stage = Exclude(["0001", "0003", "nowhere"])
    with pytest.raises(NotFittedError):
        stage.keep(shop.queries((0, 5)), candidates(ALL))
    stage.fit(shop.dataset())
    assert stage.unknown_ == ["nowhere"]
    assert kept(stage, shop.queries((0, 5)), candidates([0, 1, 2, 3, -1])) == [[0, 2, -1]]
    stage.save(tmp_path)
    again = Exclude(["0001", "0003", "nowhere"]).load(tmp_path)
    assert kept(again, shop.queries((0, 5)), candidates(ALL)) == [[0, 2]]
    with pytest.raises(OptionError, match="ids"):
        Exclude([1])
    assert kept(Exclude([]).fit(shop.dataset()), shop.queries((0, 5)), candidates(ALL)) == [ALL]


def test_duplicates_see_what_is_chosen(shop):
    queries = shop.queries((0, 5), (0, 5))
    stage = Duplicates(shop.item.title)
    # equal but for case and blanks; a missing title is never a duplicate, nor is one of another query
    rows = candidates([1, 0, 2], [3, 0, 2])
    nothing = Candidates.empty(2)
    assert stage.keep_late(queries, rows, nothing).mask.tolist() == [True, False, True, True, True, True]
    chosen = candidates([3], [1, 2])
    assert stage.keep_late(queries, rows, chosen).mask.tolist() == [True, False, True, True, False, True]


def test_duplicates_by_number_and_tags(shop):
    queries = shop.queries((0, 5))
    shop.values[shop.item.price] = numbers(10, 20, None, 10)
    late = Duplicates(shop.item.price).keep_late(queries, candidates(ALL), Candidates.empty(1))
    assert late.mask.tolist() == [True, True, True, False]
    late = Duplicates(shop.item.genres).keep_late(queries, candidates(ALL), Candidates.empty(1))
    assert late.mask.tolist() == [True, False, True, False]
