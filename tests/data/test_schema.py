import datetime as dt

import pyarrow as pa
import pytest

from tamis.core.errors import DataError
from tamis.data.schema import ColumnSchema, ColumnType, Schema, diff, infer_schema
from tamis.data.tables import open_table
from tests.data.real_files import real_file


def kinds(table, **options):
    return {c.name: c.type.value for c in infer_schema(table, **options).columns}


def test_types_missing_shares_and_ranges():
    table = open_table(
        {
            "user_id": [1, 2, 3, 4],
            "price": [1.5, float("nan"), float("inf"), 4.0],
            "kind": ["a", "b", "a", None],
            "title": ["one two", "three", "four", "five"],
            "tags": [["x"], [], None, ["y"]],
            "new": [True, False, None, None],
            "at": [dt.datetime(2020, 1, 1), dt.datetime(1970, 1, 1), None, None],
            "more": [{"a": 1}] * 4,
        }
    )
    schema = infer_schema(table)
    assert {c.name: c.type.value for c in schema.columns} == {
        "user_id": "id",
        "price": "number",
        "kind": "text",
        "title": "text",
        "tags": "tags",
        "new": "flag",
        "at": "time",
        "more": "nested",
    }
    price, at = schema.column("price"), schema.column("at")
    assert (price.missing, price.low, price.high, price.distinct) == (0.5, 1.5, 4, 2)
    assert (at.low, at.high, at.nullable) == (0, 1_577_836_800_000_000, True)
    assert schema.column("user_id").low is None and not schema.column("user_id").nullable


def test_repeating_text_is_a_category_and_pieces_that_repeat_are_tags():
    table = open_table(
        {
            "kind": ["b", "a"] * 10,
            "genres": ["x|y", "y|z", "x", "z|x"] * 5,
            "title": [f"Part {i}, The" for i in range(20)],
            "said": ["I like it very much", "No"] * 10,
            "seconds": [1_577_836_800] * 20,
            "code": ["a1"] * 20,
        }
    )
    schema = infer_schema(table, ids=["code"], times=["seconds"])
    assert kinds(table, ids=["code"], times=["seconds"]) == {
        "kind": "category",
        "genres": "tags",
        "title": "text",
        "said": "category",
        "seconds": "time",
        "code": "id",
    }
    assert schema.column("kind").values == ("a", "b") and schema.column("genres").separator == "|"
    assert schema.column("seconds").low == 1_577_836_800_000_000


def test_json_and_back_and_what_is_no_schema():
    schema = infer_schema(open_table({"a": ["é", "é"], "b": [1.25, 3.0], "c": [None, True]}))
    assert Schema.from_json(schema.to_json()) == schema
    for text in ("", "[]", '{"rows": 1}', '{"rows": 1, "columns": [{"name": "a"}]}'):
        with pytest.raises(DataError, match="is no schema"):
            Schema.from_json(text)


def test_diff_says_everything_in_one_line_each():
    number, category = ColumnType.NUMBER, ColumnType.CATEGORY
    old = Schema(
        9,
        (
            ColumnSchema("gone", number),
            ColumnSchema("stars", number, low=1, high=5),
            ColumnSchema("kind", category, values=("a", "b")),
            ColumnSchema("text", category),
            ColumnSchema("gaps", number, missing=0.1),
            ColumnSchema("at", ColumnType.TIME, low=0, high=10**6),
        ),
    )
    new = Schema(
        9,
        (
            ColumnSchema("came", number),
            ColumnSchema("stars", number, missing=0.25, low=0, high=5),
            ColumnSchema("kind", category, values=("b", "c", "d")),
            ColumnSchema("text", ColumnType.TEXT),
            ColumnSchema("gaps", number, missing=0.3),
            ColumnSchema("at", ColumnType.TIME, low=0, high=2 * 10**6),
        ),
    )
    assert diff(old, new) == [
        "`gone`: removed (was number)",
        "`came`: added (number)",
        "`stars`: has missing values now (25 %)",
        "`stars`: range moved from 1 .. 5 to 0 .. 5",
        "`kind`: 2 new categories: c, d",
        "`kind`: 1 lost category: a",
        "`text`: type changed from category to text",
        "`gaps`: missing values grew from 10 % to 30 %",
        "`at`: range moved from 1970-01-01T00:00:00Z .. 1970-01-01T00:00:01Z to "
        "1970-01-01T00:00:00Z .. 1970-01-01T00:00:02Z",
    ]
    assert diff(old, old) == []


def test_an_empty_table_and_a_column_of_nothing():
    empty = open_table(pa.table({"a": pa.array([], pa.int64()), "s": pa.array([], pa.string())}), allow_empty=True)
    schema = infer_schema(empty)
    assert schema.rows == 0 and schema.column("a").low is None and schema.column("a").missing == 0.0
    assert infer_schema(open_table({"n": pa.array([None, None])})).column("n").missing == 1.0


def test_a_column_that_does_not_exist():
    with pytest.raises(DataError, match="Did you mean 'user'"):
        infer_schema(open_table({"user": [1]}), ids=["usr"])


def test_real_tables():
    assert kinds(open_table(real_file("anime-5k/items.parquet"))) == {
        "anime_id": "id",
        "name": "text",
        "genre": "tags",
        "type": "category",
        "episodes": "category",
        "avg_rating": "number",
        "members": "number",
    }
    assert kinds(open_table(real_file("movielens-latest-small-2016/ratings.parquet"))) == {
        "user_id": "id",
        "movie_id": "id",
        "rating": "number",
        "timestamp": "time",
    }
    brand = infer_schema(open_table(real_file("cosmetics-sephora/products.parquet"))).column("brand")
    assert (brand.type, brand.distinct) == (ColumnType.CATEGORY, 116)
