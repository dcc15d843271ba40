import gzip

import pytest

from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import open_table


def read(folder, content, name="t.csv", report=None):
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return open_table(name, folder, report=report)


def columns(table):
    return {name: str(kind) for name, kind in table.schema().items()}


def test_types_are_taken_only_where_nothing_is_lost(tmp_path):
    table = read(
        tmp_path,
        "zip,big,n,x,flag,day,at,zoned,word,none\n"
        "007,12345678901234567890,-9223372036854775808,1.5,true,2020-01-31,2020-01-31 10:00,2020-01-31T10:00:00Z,1e5,\n"
        "100,12345678901234567891,7,-2e-05,False,2020-02-01,2020-02-01T11:30:00.250,2020-01-31T10:00:00Z,12,\n",
    )
    assert columns(table) == {
        "zip": "string",
        "big": "string",
        "n": "int64",
        "x": "float64",
        "flag": "boolean",
        "day": "date",
        "at": "timestamp(6)",
        "zoned": "string",
        "word": "string",
        "none": "string",
    }
    first = table.to_pyarrow().to_pylist()[0]
    assert first["zip"] == "007" and first["big"] == "12345678901234567890" and first["n"] == -(2**63)


def test_a_late_word_turns_the_whole_column_to_text(tmp_path):
    # beyond any sample: no row is rejected for the type that the first rows had
    lines = "\n".join(str(i) for i in range(30_000))
    table = read(tmp_path, f"n\n{lines}\nN/A\n")
    assert columns(table) == {"n": "string"} and table.count().to_pyarrow().as_py() == 30_001


def test_infinity_and_nan_are_numbers(tmp_path):
    table = read(tmp_path, "x\n1\ninf\nNaN\n-inf\n")
    assert columns(table) == {"x": "float64"}


def test_ragged_lines_are_reported_with_number_and_reason(tmp_path):
    report = Report("t")
    text = "id,name,price\n1,a,2\n2,b\n3,c,4,5\n6,d,7\n"
    table = read(tmp_path, text, report=report)
    assert table.to_pyarrow()["id"].to_pylist() == [1, 6]
    assert report.counts() == {"too few values in the line": 1, "too many values in the line": 1}
    assert report.removed[0].examples == ({"line": 3, "text": "2,b"},)
    assert report.removed[1].examples == ({"line": 4, "text": "3,c,4,5"},)
    set_aside = report.rejected[0].order_by("line").to_pyarrow().to_pylist()
    assert [(r["line"], r["text"]) for r in set_aside] == [(3, "2,b"), (4, "3,c,4,5")]


def test_without_a_report_the_first_bad_line_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"line 3: too few values in the line. Got: '2,b'") as caught:
        read(tmp_path, "id,name,price\n1,a,3\n2,b\n")
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_utf8_are_reported(tmp_path):
    report = Report("t")
    table = read(tmp_path, "id,name\n1,café\n2,b\n".encode("latin-1"), report=report)
    assert report.counts() == {"not UTF-8": 1} and table.to_pyarrow()["id"].to_pylist() == [2]


def test_an_open_quote_does_not_lose_the_rest_in_silence(tmp_path):
    report = Report("t")
    read(tmp_path, 'id,name\n1,a\n2,"b\n3,c\n', report=report)
    assert report.counts() == {"a quote is not closed": 1}
    assert "3,c" in report.removed[0].examples[0]["text"]


def test_quotes_newlines_and_doubled_quotes(tmp_path):
    table = read(tmp_path, 'id,text\n1,"a ""b"", c\nd"\n2,\n')
    assert table.to_pyarrow().to_pylist() == [{"id": 1, "text": 'a "b", c\nd'}, {"id": 2, "text": None}]


@pytest.mark.parametrize("mark", [";", "|", "\t", ","])
def test_the_delimiter_is_read_off_the_first_line(tmp_path, mark):
    table = read(tmp_path, f"id{mark}title\n1{mark}x\n")
    assert table.to_pyarrow().to_pylist() == [{"id": 1, "title": "x"}]


def test_windows_lines_a_byte_order_mark_and_gzip(tmp_path):
    text = "\ufeffid,name\r\n1,a\r\n2,b\r\n"
    expected = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    assert read(tmp_path, text).to_pyarrow().to_pylist() == expected
    assert read(tmp_path, gzip.compress(text.encode()), "t.csv.gz").to_pyarrow().to_pylist() == expected


def test_names_with_quotes_and_spaces(tmp_path):
    table = read(tmp_path, '"it\'s ""x""",b c\n1,2\n')
    assert table.columns == ('it\'s "x"', "b c")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("id,name\n", "has columns but no rows"),
        ("id,id\n1,2\n", "columns of the same name"),
        ("Name,name\n1,2\n", "columns of the same name"),
        ("1,31,2.5\n1,29,3\n", "the first line has numbers"),
        (",a\n0,1\n", "column 1 has no name"),
        ("id,n\n".encode("utf-16"), "is not UTF-8"),
        (bytes(range(256)), "is not UTF-8"),
        ("ïd,n\n1,2\n".encode("latin-1"), "the column names are not UTF-8"),
    ],
)
def test_files_that_are_no_table(tmp_path, content, words):
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path, content)
    assert "t.csv" in str(caught.value) and "\n" not in str(caught.value)
