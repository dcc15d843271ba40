import pytest

from tamis.core.errors import DataError
from tamis.data.groups import count_per_group, groups_with_more_than, largest_groups
from tamis.data.tables import open_table
from tests.data.real_files import real_file

TABLE = {"user": ["a", "b", "a", None, "c", "c", "a"], "n": list(range(7))}


def test_counts_are_ordered_and_null_is_a_group():
    counts = count_per_group(open_table(TABLE), ["user"]).to_pyarrow().to_pylist()
    assert [tuple(r.values()) for r in counts] == [("a", 3), ("c", 2), ("b", 1), (None, 1)]


def test_the_largest_groups():
    assert [r["user"] for r in largest_groups(open_table(TABLE), ["user"], 2).to_pyarrow().to_pylist()] == ["a", "c"]
    assert largest_groups(open_table(TABLE), ["user"], 99).count().to_pyarrow().as_py() == 4


def test_groups_with_more_than_n_rows():
    table, report = groups_with_more_than(open_table(TABLE), ["user"], 1)
    assert sorted(table.to_pyarrow()["n"].to_pylist()) == [0, 2, 4, 5, 6] and table.columns == ("user", "n")
    assert report.counts() == {"without a key": 1, "in groups of at most 1": 1}
    assert groups_with_more_than(open_table(TABLE), ["user"], 5)[1].rows_out == 0


def test_a_missing_column():
    with pytest.raises(DataError, match="Did you mean 'user'"):
        count_per_group(open_table(TABLE), ["usr"])


def test_real_users():
    ratings = open_table(real_file("movielens-latest-small-2016/ratings.parquet"))
    _, report = groups_with_more_than(ratings, ["user_id"], 19)
    assert report.rows_out == 100_004  # every user of this set rated at least 20 films
