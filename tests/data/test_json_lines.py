import pytest

from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import open_table

TEXT = '{"a": 1, "b": {"c": "x"}, "tags": ["p", "q"]}\n\nnot json\n[1]\n{"a": 2}\n'


def test_objects_become_rows_and_bad_lines_are_reported(tmp_path):
    (tmp_path / "t.jsonl").write_text(TEXT)
    report = Report("t")
    table = open_table("t.jsonl", tmp_path, report=report)
    assert table.to_pyarrow().to_pylist() == [
        {"a": 1, "b": {"c": "x"}, "tags": ["p", "q"]},
        {"a": 2, "b": None, "tags": None},
    ]
    assert report.counts() == {"no JSON object": 2} and report.rows_in == 2
    assert [e["line"] for e in report.removed[0].examples] == [3, 4]


def test_without_a_report_a_bad_line_is_an_error(tmp_path):
    (tmp_path / "t.jsonl").write_text(TEXT)
    with pytest.raises(DataError, match=r"line 3 is no JSON object. Got: 'not json'"):
        open_table("t.jsonl", tmp_path)


@pytest.mark.parametrize("text", ["", "{}\n", "\n\n"])
def test_a_file_without_keys_is_an_error(tmp_path, text):
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(DataError, match=r"no line is a JSON object|is empty"):
        open_table("t.jsonl", tmp_path)


def test_keys_that_differ_only_in_case_are_refused(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"a": 1, "A": 2}\n')
    with pytest.raises(DataError, match="columns of the same name"):
        open_table("t.jsonl", tmp_path)
