"""The review tables from a shop's database: every step counts what the generator's truth says."""

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tamis.core.clock import fixed_clock
from tamis.core.errors import DataError, OptionError
from tamis.data.reviews import ATTRIBUTES, ReviewTables
from tamis.data.worlds import cosmetics

TABLES = ("products", "brands", "images", "reviews", "comments")
AT = fixed_clock(1_700_000_000_000_000)


@pytest.fixture(scope="module")
def store():
    return cosmetics(6_000, seed=2)


def tables(store, **other):
    return ReviewTables(**({name: dict(getattr(store, name)) for name in TABLES} | other))


@pytest.fixture(scope="module")
def made(store):
    return tables(store).clean()


def test_every_step_counts_as_the_truth(store, made):
    truth = store.truth
    pictured = np.isin(store.products["id"], store.images["cosmetics_product_id"]).sum()
    assert [(r.where[0], r.rows_in, r.rows_out) for r in made.reports] == [
        ("1", 100, 100),
        ("1", 100, 100),
        ("1", 100, pictured),
        ("1", pictured, truth.valid_product.sum()),
        ("4", truth.valid_product.sum(), truth.valid_product.sum()),
        ("4", truth.valid_product.sum(), truth.valid_product.sum()),
        ("2", 6_000, 6_000),
        ("2", 6_000, truth.joined.sum()),
        ("3", truth.joined.sum(), truth.joined.sum()),
        ("5", truth.joined.sum(), truth.kept.sum()),
    ]
    for report in made.reports:
        assert report.rows_in == report.rows_out + sum(report.counts().values())
    assert made.report("of a valid product").counts() == {"without a match": (~truth.joined).sum()}
    for name in ATTRIBUTES:
        lifted = made.report("attributes lifted").changed[f"`{name}` lifted"]
        assert lifted == (truth.attributes[name][truth.joined] != "").sum()


def test_the_rows_are_those_of_the_truth(store, made):
    rows = made.reviews.order_by("id").to_pyarrow()
    comment = np.flatnonzero(store.truth.kept)
    np.testing.assert_array_equal(rows["id"].to_numpy(), comment + 1)
    product = store.comments["cosmetics_review_id"][comment] - 1
    assert rows["product_id"].to_pylist() == store.products["id"][product].tolist()
    assert rows["product"].to_pylist() == store.truth.name[product].tolist()
    for column, truth in (
        ("product_category_primary", store.truth.primary),
        ("product_category_secondary", store.truth.secondary),
    ):
        assert [value or "" for value in rows[column].to_pylist()] == truth[product].tolist()
    for name in ATTRIBUTES:
        assert [value or "" for value in rows[name].to_pylist()] == store.truth.attributes[name][comment].tolist()
    assert "other_data" not in rows.column_names
    assert "Café Lune" in rows["brand"].to_pylist()


def test_lists_of_three_categories_and_more_do_not_break(made):
    warnings = made.report("primary and secondary category").warnings
    assert len(warnings) == 1 and warnings[0].endswith("rows have more than two entries")


def test_products_have_their_price_and_ingredients(store, made):
    rows = made.products.order_by("product_id").to_pyarrow()
    order = np.argsort(store.products["id"])
    order = order[store.truth.valid_product[order]]
    assert rows["product_id"].to_pylist() == store.products["id"][order].tolist()
    price = np.array([np.nan if value is None else value for value in rows["price"].to_pylist()])
    np.testing.assert_array_equal(price, store.truth.price[order])
    assert rows["ingredients"].to_pylist() == store.products["ingredients"][order].tolist()
    assert len(set(rows["product"].to_pylist())) == len(rows)


def test_the_figures_of_the_table(store, made):
    told = made.figures()
    truth = store.truth
    assert told.rows == truth.kept.sum()
    stars = store.comments["rating"][truth.kept]
    assert told.ratings == pytest.approx({float(s): (stars == s).mean() for s in range(1, 6)})
    assert 0.55 < told.ratings[5.0] < 0.67
    assert told.duplicate_rate == pytest.approx(1 - truth.kept.sum() / truth.joined.sum())
    for name in ATTRIBUTES:
        assert told.missing[name] == pytest.approx(100 * (truth.attributes[name][truth.kept] == "").mean())
    primary = truth.primary[store.comments["cosmetics_review_id"] - 1][truth.kept]
    names, counts = np.unique(primary, return_counts=True)
    assert told.categories == {name or None: n for name, n in zip(names.tolist(), counts.tolist())}
    assert next(iter(told.categories)) == names[np.argmax(counts)]


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_the_same_tables_give_the_same_bytes(store, tmp_path, format):
    shuffled = {}
    for name in TABLES:
        order = np.random.default_rng(1).permutation(len(getattr(store, name)["id"]))
        shuffled[name] = {column: values[order] for column, values in getattr(store, name).items()}
    first = tables(store).write(tmp_path / "a", clock=AT, format=format)[:2]
    again = ReviewTables(**shuffled).write(tmp_path / "b", clock=AT, format=format)[:2]
    assert [p.name for p in first] == [f"reviews_1700000000.{format}", f"products_1700000000.{format}"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    read = pq.read_table if format == "parquet" else pyarrow.csv.read_csv
    assert len(read(first[0])) == store.truth.kept.sum()
    with pytest.raises(DataError, match="exists already"):
        tables(store).write(tmp_path / "a", clock=AT, format=format)


def test_a_brand_that_is_unknown_and_ids_that_come_twice(store):
    products = {name: np.concatenate([column, column[:3]]) for name, column in store.products.items()}
    products["cosmetics_brand_id"] = np.where(np.arange(103) == 5, 99, products["cosmetics_brand_id"])
    made = tables(store, products=products).clean()
    assert made.report("with an id of their own").counts() == {"duplicate of (id)": 3}
    assert made.report("of a known brand").counts() == {"without a match": 1}


def test_a_source_or_a_column_that_is_missing(store):
    with pytest.raises(OptionError, match=r"ReviewTables: `images` is missing\. Allowed: a path"):
        tables(store, images=None)
    comments = {name: column for name, column in store.comments.items() if name != "other_data"}
    with pytest.raises(DataError, match=r"there is no column `other_data`"):
        tables(store, comments=comments).clean()
    with pytest.raises(DataError, match=r"the file does not exist"):
        tables(store, brands="brands.parquet").clean()


def test_no_table_is_changed(store):
    before = {name: {c: v.copy() for c, v in getattr(store, name).items()} for name in TABLES}
    tables(store).clean()
    for name in TABLES:
        for column, values in getattr(store, name).items():
            np.testing.assert_array_equal(values, before[name][column])
