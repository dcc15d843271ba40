import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tamis.core.conditions import at_least, between
from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import open_table
from tamis.data.validation import check_entity, check_events, quarantine
from tests.data.real_files import real_file

S = 1_577_836_800
NOW = 1_760_000_000_000_000


def checked(data, **options):
    report = Report("events")
    options = {"user": "user", "item": "item", "at": "at", "now": NOW, **options}
    good = check_events(open_table(data), report, **options)
    return good.to_pyarrow().to_pylist(), report


def bad_events():
    return {
        "user": ["a", "a", None, "b", "c", "a", "b", "zz", "a"],
        "item": [1.0, 1.0, 2.0, None, 3.0, 9.0, 1.0, 1.0, 2.0],
        "at": [S, S, S, S, S + 10**9, S, S * 1000, S, S],
        "value": [1.0, 1.0, 2.0, 3.0, 1.0, 2.0, 1.0, 1.0, float("inf")],
    }


def test_every_reason_is_counted_and_no_row_is_lost(tmp_path):
    users, items = open_table({"id": ["a", "b", "c"]}), open_table({"id": ["1", "2", "3"]})
    good, report = checked(bad_events(), value="value", users=users, items=items)
    assert good == [{"user": "a", "item": "1", "at": S * 10**6, "value": 1.0}]
    assert report.counts() == {
        "no user": 1,
        "no item": 1,
        "unknown user": 1,
        "unknown item": 1,
        "no time": 1,
        "time in the future": 1,
        "`value` is not finite": 1,
        "duplicate event": 1,
    }
    assert report.rows_in == 9 == report.rows_out + sum(report.counts().values())
    (file,) = quarantine(report, tmp_path / "deep" / "events.parquet")
    kept_aside = pq.read_table(file).to_pylist()
    assert sorted(r["reason"] for r in kept_aside) == sorted(report.counts())
    # set aside as it was written, not as it was read
    assert next(r["at"] for r in kept_aside if r["reason"] == "no time") == S * 1000


def test_nothing_is_written_where_all_is_well(tmp_path):
    _, report = checked({"user": ["a", "b"], "item": [1, 2], "at": [S, S + 1]})
    assert quarantine(report, tmp_path / "q.parquet") == [] and list(tmp_path.iterdir()) == []


def test_unreadable_lines_and_bad_rows_share_a_report_and_both_are_written(tmp_path):
    (tmp_path / "e.csv").write_text("user,item,at\na,1,1577836800\nb,2\n,3,1577836800\n")
    report = Report("e.csv")
    table = open_table("e.csv", tmp_path, report=report)
    check_events(table, report, user="user", item="item", at="at", now=NOW)
    assert (report.rows_in, report.rows_out) == (3, 1)
    assert report.counts() == {"too few values in the line": 1, "no user": 1}
    files = quarantine(report, tmp_path / "q.parquet")
    assert [f.name for f in files] == ["q.parquet", "q-2.parquet"]
    assert pq.read_table(files[0]).to_pylist()[0]["text"] == "b,2"


def test_unknown_ids_can_be_allowed_and_are_counted():
    good, report = checked(
        {"user": ["a", "zz"], "item": [1, 1], "at": [S, S]}, users=open_table({"id": ["a"]}), unknown="allow"
    )
    assert len(good) == 2 and "1 rows have an unknown user and are kept" in report.warnings


def test_a_bad_row_never_makes_a_good_one_its_duplicate():
    data = {"event": ["e1", "e1", "e1"], "user": [None, "a", "b"], "item": [1, 1, 1], "at": [S, S + 5, S + 9]}
    good, report = checked(data, event_id="event")
    assert good == [{"event": "e1", "user": "a", "item": "1", "at": (S + 5) * 10**6}]
    assert report.counts() == {"no user": 1, "duplicate event": 1}


def test_the_duplicate_that_stays_does_not_depend_on_the_order_of_rows():
    data = {"event": ["e", "e", "e"], "user": ["c", "a", "b"], "item": [1, 1, 1], "at": [S, S, S]}
    turned = {name: values[::-1] for name, values in data.items()}
    assert checked(data, event_id="event")[0] == checked(turned, event_id="event")[0]


def test_seconds_where_microseconds_are_declared_are_an_error():
    with pytest.raises(DataError, match="looks like seconds, but microseconds are declared"):
        checked({"user": ["a"], "item": [1], "at": [S]}, unit="us")


def test_a_table_without_times_is_checked_too():
    good, report = checked({"user": ["a", "a"], "item": [1, 1]}, at=None)
    assert good == [{"user": "a", "item": "1"}] and report.counts() == {"duplicate event": 1}


def test_equal_labels_and_few_rows_are_warned_of():
    _, report = checked({"user": ["a", "b"], "item": [1, 2], "at": [S, S + 1], "value": [5, 5]}, value="value")
    assert any("`value` is 5.0 in every row: nothing can be learned" in w for w in report.warnings)
    assert any("only 2 rows" in w for w in report.warnings)


def test_arrivals_before_the_event_are_warned_of():
    data = {"user": ["a", "b"], "item": [1, 2], "at": [S + 5, S], "arrived": [S, S + 1]}
    good, report = checked(data, arrived="arrived")
    assert "1 events arrived before they happened: check `arrived`" in report.warnings and len(good) == 2


def test_ranges_and_prices_in_text():
    data = {"user": ["a", "b", "c"], "item": [1, 2, 3], "at": [S] * 3, "paid": ["$5.00", "$500", None]}
    good, report = checked(data, value="paid", ranges={"paid": between(0, 100)})
    assert sorted(r["paid"] or 0 for r in good) == [0, 5.0]
    assert report.counts() == {"`paid` is not from 0 to 100": 1}


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        ({"user": ["a"], "itm": [1], "at": [S]}, {}, "no column `item`.*Did you mean 'itm'"),
        ({"user": [1.5], "item": [1], "at": [S]}, {}, "holds fractions"),
        ({"user": ["a"], "item": [1], "at": [True]}, {}, "wrong type"),
        ({"user": [None, None], "item": [1, 2], "at": [S, S]}, {}, "no good row is left"),
        ({"user": ["a"], "item": [1], "at": [S], "w": ["x"]}, {"ranges": {"w": at_least(0)}}, "is no number"),
    ],
)
def test_bad_tables_are_one_line_errors(data, options, words):
    if data["user"] == [None, None]:
        data = {**data, "user": pa.array([None, None], pa.string())}
    with pytest.raises(DataError, match=words) as caught:
        checked(data, **options)
    assert "\n" not in str(caught.value)


def test_an_entity_keeps_one_good_row_per_id():
    report = Report("items")
    table = open_table({"id": [1, 1, 2, None, 3], "price": [2.0, 1.0, float("nan"), 1.0, -1.0], "c": ["x"] * 5})
    good = check_entity(table, report, id="id", ranges={"price": at_least(0)})
    assert good.to_pyarrow().to_pylist() == [{"id": "1", "price": 1.0, "c": "x"}]
    assert report.counts() == {
        "no id": 1,
        "`price` is not finite": 1,
        "`price` is not at least 0": 1,
        "duplicate id": 1,
    }


def test_constant_and_empty_columns_are_warned_of():
    report = Report("items")
    check_entity(open_table({"id": [1, 2], "c": ["x", "x"], "n": pa.array([None, None])}), report, id="id")
    assert any("`c` is 'x' in every row" in w for w in report.warnings)
    assert "`n` has no value at all" in report.warnings


def test_nested_columns_do_not_stand_in_the_way():
    report = Report("items")
    table = open_table({"id": ["a", "a", None], "more": [{"x": 1}, {"x": 1}, {"x": 2}], "tags": [["p"], ["p"], []]})
    assert check_entity(table, report, id="id").to_pyarrow().to_pylist() == [
        {"id": "a", "more": {"x": 1}, "tags": ["p"]}
    ]


def test_the_given_table_is_not_changed():
    table = open_table(bad_events())
    check_events(table, Report("e"), user="user", item="item", at="at", now=NOW)
    assert table.count().to_pyarrow().as_py() == 9 and table.columns == ("user", "item", "at", "value")


def test_real_events():
    report = Report("deskdrop")
    table = open_table(real_file("deskdrop-interactions/interactions.parquet"))
    good = check_events(table, report, user="person_id", item="content_id", at="timestamp", now=NOW)
    distinct = table.distinct().count().to_pyarrow().as_py()
    assert (report.rows_in, report.rows_out) == (72_312, distinct)
    assert good["person_id"].min().to_pyarrow().as_py() == str(min(map(str, table.person_id.to_pyarrow().to_pylist())))


def test_real_references():
    ratings = open_table(real_file("movielens-latest-small-2016/ratings.parquet"))
    movies = open_table(real_file("movielens-latest-small-2016/movies.parquet"))
    ids = movies.select(id=movies.movie_id.cast("string"))
    report = Report("ratings")
    options = {"user": "user_id", "item": "movie_id", "at": "timestamp", "value": "rating", "now": NOW}
    check_events(ratings, report, items=ids, ranges={"rating": between(0.5, 5)}, **options)
    assert report.rows_in == report.rows_out == 100_004 and report.removed == []
