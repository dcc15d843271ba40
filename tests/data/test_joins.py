import numpy as np
import pyarrow as pa
import pytest

from tamis.core.errors import DataError
from tamis.data.joins import join_as_of, join_by_key
from tamis.data.report import Report
from tamis.data.tables import open_table
from tests.data.real_files import real_file


def brute_force(left, right, arrived):
    found = []
    for row in left:
        best = None
        for fact in right:
            known = fact["at"] < row["at"] and (not arrived or fact["arrived"] < row["at"])
            if known and fact["user"] == row["user"] and fact["shop"] == row["shop"]:
                order = (fact["at"], fact["arrived"], fact["price"])
                best = order if best is None or order > best else best
        found.append((row["user"], row["shop"], row["at"], row["n"], None if best is None else best[2]))
    return sorted(found, key=str)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("arrived", [None, "arrived"])
def test_as_of_equals_a_plain_loop_with_ties_duplicates_and_late_facts(seed, arrived):
    draw = np.random.default_rng(seed)
    left = {"user": draw.integers(0, 3, 50), "shop": draw.integers(0, 2, 50), "at": draw.integers(0, 12, 50)}
    left["n"] = draw.integers(0, 2, 50)
    right = {"user": draw.integers(0, 4, 70), "shop": draw.integers(0, 2, 70), "at": draw.integers(0, 12, 70)}
    right["arrived"] = draw.integers(0, 15, 70)
    right["price"] = draw.integers(0, 4, 70)
    report = Report("prices")
    left_table, right_table = open_table(left), open_table(right)
    joined = join_as_of(left_table, right_table, report, on=["user", "shop"], take={"price": "price"}, arrived=arrived)
    rows = [tuple(r.values()) for r in joined.to_pyarrow().to_pylist()]
    expected = brute_force(left_table.to_pyarrow().to_pylist(), right_table.to_pyarrow().to_pylist(), arrived)
    assert sorted(rows, key=str) == expected
    lost = sum(row[-1] is None for row in expected)
    assert report.rows_in == report.rows_out == 50 and report.warnings == [f"{lost} rows without a match"]


def test_a_fact_of_the_same_moment_is_not_known_yet():
    asked = open_table({"u": ["a", "a"], "at": [10, 11]})
    facts = open_table({"u": ["a"], "at": [10], "x": [1]})
    joined = join_as_of(asked, facts, Report("t"), on=["u"], take={"x": "x"})
    assert joined.order_by("at").to_pyarrow()["x"].to_pylist() == [None, 1]


def test_an_older_fact_that_arrives_later_does_not_replace_a_newer_one():
    asked = open_table({"u": ["a", "a", "a"], "at": [6, 20, 4]})
    facts = open_table({"u": ["a", "a"], "at": [3, 5], "arrived": [15, 5], "x": [1, 2]})
    joined = join_as_of(asked, facts, Report("t"), on=["u"], take={"x": "x"}, arrived="arrived")
    assert joined.order_by("at").to_pyarrow()["x"].to_pylist() == [None, 2, 2]


def test_nulls_match_nothing_and_are_counted():
    asked = open_table({"u": ["a", None, "a"], "at": pa.array([10, 10, None], pa.int64())})
    facts = open_table({"u": ["a", None, "a"], "at": pa.array([1, 1, None], pa.int64()), "x": [1, 2, 3]})
    report = Report("t")
    joined = join_as_of(asked, facts, report, on=["u"], take={"x": "x"})
    assert sorted(joined.to_pyarrow()["x"].to_pylist(), key=str) == [1, None, None]
    assert report.warnings == ["1 facts without a time are left out", "2 rows without a match"]


def test_a_match_whose_value_is_null_is_a_match():
    report = Report("t")
    facts = open_table({"u": ["a"], "at": [1], "x": pa.array([None], pa.int64())})
    join_as_of(open_table({"u": ["a"], "at": [2]}), facts, report, on=["u"], take={"x": "x"})
    assert report.warnings == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"on": ["v"]}, "no column `v`"),
        ({"on": []}, "no key"),
        ({"take": {"u": "x"}}, "already there"),
        ({"take": {"y": "z"}}, "no column `z`"),
        ({"happened": "x"}, "wrong type"),
        ({"on": ["k"]}, "different types"),
    ],
)
def test_bad_joins_are_errors(options, words):
    asked = open_table({"u": ["a"], "k": [1], "at": [2]})
    facts = open_table({"u": ["a"], "k": ["1"], "at": [1], "x": [1.5]})
    with pytest.raises(DataError, match=words):
        join_as_of(asked, facts, Report("t"), **{"on": ["u"], "take": {"x": "x"}, **options})


def test_joining_by_key_never_repeats_a_row_and_counts_the_unmatched():
    left = open_table({"product": ["p", "q", "p", None], "n": [1, 2, 3, 4]})
    right = open_table({"id": ["p", None], "brand": ["LA MER", "none"]})
    options = {"on": {"product": "id"}, "take": {"brand": "brand"}}
    report = Report("kept")
    joined = join_by_key(left, right, report, **options)
    assert joined.order_by("n").to_pyarrow()["brand"].to_pylist() == ["LA MER", None, "LA MER", None]
    assert (report.rows_in, report.rows_out, report.warnings) == (4, 4, ["2 rows without a match"])
    report = Report("dropped")
    assert join_by_key(left, right, report, unmatched="drop", **options).count().to_pyarrow().as_py() == 2
    assert report.counts() == {"without a match": 2} and report.rows_out == 2
    assert [e["n"] for e in report.removed[0].examples] == [4, 2] or len(report.removed[0].examples) == 2
    assert set(report.rejected[0].to_pyarrow()["reason"].to_pylist()) == {"without a match"}


def test_a_repeated_key_on_the_right_is_an_error():
    left, right = open_table({"id": ["p"]}), open_table({"id": ["p", "p"], "x": [1, 2]})
    with pytest.raises(DataError, match="a key more than once"):
        join_by_key(left, right, Report("t"), on=["id"], take={"x": "x"})


def test_a_real_join_keeps_every_rating():
    ratings = open_table(real_file("movielens-latest-small-2016/ratings.parquet"))
    movies = open_table(real_file("movielens-latest-small-2016/movies.parquet"))
    report = Report("ratings")
    joined = join_by_key(ratings, movies, report, on=["movie_id"], take={"title": "title"}, unmatched="drop")
    assert (report.rows_in, report.rows_out) == (100_004, 100_004)
    assert joined.filter(joined.movie_id == 1).title.nunique().to_pyarrow().as_py() == 1
