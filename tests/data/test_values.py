import html

import pytest

from tamis.core.errors import DataError, OptionError
from tamis.data.tables import open_table
from tamis.data.values import Synonyms, lift, parse_price, primary_secondary, unescape_html
from tests.data.real_files import real_file


def column(table, name):
    return table.to_pyarrow()[name].to_pylist()


def test_html_is_unescaped_once():
    texts = ["Kiehl&#39;s", "a &amp;amp; b", "plain", "", None, "&lt;b&gt; &eacute;&nbsp;", "A & B"]
    table, report = unescape_html(open_table({"name": texts}), ["name"])
    assert column(table, "name") == [None if t is None else html.unescape(t) for t in texts]
    assert report.changed == {"`name` unescaped": 3}


def test_real_names_with_entities():
    items = open_table(real_file("anime-5k/items.parquet"))
    table, report = unescape_html(items, ["name"])
    escaped = [n for n in column(items, "name") if html.unescape(n) != n]
    assert report.changed == ({"`name` unescaped": len(escaped)} if escaped else {})
    assert sorted(column(table, "name")) == sorted(html.unescape(n) for n in column(items, "name"))


def test_prices():
    table, report = parse_price(open_table({"price": ["$32.00 ($54/oz)", "free", None]}), ["price"])
    assert column(table, "price") == [32.0, None, None] and report.rows_out == 3
    with pytest.raises(DataError, match="wrong type"):
        parse_price(open_table({"price": [1.0]}), ["price"])


def test_synonyms_ignore_case_and_spaces():
    part = Synonyms({"computer science": ("cs", "comp sci"), "art": ()})
    table, report = part.apply(open_table({"x": ["CS", " Comp Sci ", "ART", "law", None]}), ["x"])
    assert column(table, "x") == ["computer science", "computer science", "art", "law", None]
    assert report.changed == {"`x` brought to one form": 3}
    assert column(Synonyms({}).apply(open_table({"x": ["a"]}), ["x"])[0], "x") == ["a"]


def test_a_spelling_of_two_forms_is_refused():
    with pytest.raises(OptionError, match="spelling of two forms"):
        Synonyms({"a": ("x",), "b": ("X ",)})


CATEGORIES = [[], ["Makeup"], ["Makeup", "Face"], ["Skincare", "Eye", "Cream"], None]
PAIRS = [(None, None), ("Makeup", None), ("Makeup", "Face"), ("Skincare", "Eye"), (None, None)]


def test_primary_and_secondary_of_a_list():
    table, report = primary_secondary(open_table({"c": CATEGORIES, "n": list(range(5))}), "c")
    rows = table.order_by("n").to_pyarrow().to_pylist()
    assert [(r["c_primary"], r["c_secondary"]) for r in rows] == PAIRS and "c" not in table.columns
    assert report.warnings == ["1 rows have more than two entries"]


def test_primary_and_secondary_of_json():
    texts = [
        '{"classification": [], "ordered": true}',
        '{"classification": ["Makeup"]}',
        '{"classification": ["Makeup", "Face"]}',
        '{"classification": ["Skincare", "Eye", "Cream"]}',
        None,
        '{"ordered": true}',
        '{"classification": "Makeup"}',
        "no json",
    ]
    table = open_table({"c": texts, "n": list(range(8))})
    table, _ = primary_secondary(table, "c", path=["classification"], names=("first", "second"))
    rows = table.order_by("n").to_pyarrow().to_pylist()
    assert [(r["first"], r["second"]) for r in rows] == [*PAIRS, (None, None), (None, None), (None, None)]


def test_a_number_has_no_categories():
    with pytest.raises(DataError, match="wrong type"):
        primary_secondary(open_table({"c": [1]}), "c")


PATHS = {name: ("context_data_values", name, "Value") for name in ("skinType", "age")}
TEXTS = [
    '{"context_data_values": {"skinType": {"Value": "dry"}, "age": {"Value": 25}}}',
    '{"context_data_values": {"skinType": {"Value": null}, "age": {}}}',
    '{"context_data_values": {"skinType": "dry"}}',
    '{"context_data_values": null}',
    "{}",
    "[]",
    "broken {",
    None,
]


def test_attributes_are_lifted_and_missing_at_any_level_is_null():
    table, report = lift(open_table({"other": TEXTS}), "other", PATHS)
    assert column(table, "skinType") == ["dry", None, None, None, None, None, None, None]
    assert column(table, "age") == ["25", None, None, None, None, None, None, None]
    assert report.warnings == ["`other` has 1 values that are no JSON: nothing is lifted from them"]
    assert report.changed == {"`skinType` lifted": 1, "`age` lifted": 1}


def test_structs_are_lifted_with_their_types():
    values = [{"a": {"n": 1}}, {"a": None}, None]
    table, report = lift(open_table({"s": values}), "s", {"n": ("a", "n"), "m": ("a", "nn")})
    assert column(table, "n") == [1, None, None] and column(table, "m") == [None, None, None]
    assert report.warnings == ["`s` has no `a.nn`: null in every row, did you mean 'n'?"]


def test_a_taken_name_or_a_plain_column_is_refused():
    with pytest.raises(DataError, match="already there"):
        lift(open_table({"other": ["{}"], "age": [1]}), "other", PATHS)
    with pytest.raises(DataError, match="wrong type"):
        lift(open_table({"other": [1]}), "other", PATHS)
