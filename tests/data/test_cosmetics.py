"""The cosmetics store cleaned up the slow way, in pandas, gives what its truth says."""

import html
import json

import numpy as np
import pandas as pd
import pytest

from tamis.core.errors import OptionError
from tamis.data.tables import open_table
from tamis.data.worlds import cosmetics

N = 6_000


@pytest.fixture(scope="module")
def store():
    return cosmetics(N, seed=2)


def frame(columns):
    return pd.DataFrame({name: np.asarray(column) for name, column in columns.items()})


def valid_products(store):
    brands = frame(store.brands).rename(columns={"id": "cosmetics_brand_id", "name": "brand"})
    products = frame(store.products).merge(brands, on="cosmetics_brand_id")
    pictured = products[products["id"].isin(store.images["cosmetics_product_id"])]
    return pictured.sort_values(["name", "brand"]).drop_duplicates("name")


def test_valid_products_have_an_image_and_a_name_of_their_own(store):
    valid = valid_products(store)
    np.testing.assert_array_equal(np.isin(store.products["id"], valid["id"]), store.truth.valid_product)
    assert 0 < (~store.truth.valid_product).sum() < len(store.products["id"]) / 2
    assert len(set(store.products["id"])) == len(store.products["id"]) == 100


def test_join_and_removal_of_copies_count_as_the_truth(store):
    comments = frame(store.comments)
    reviews = frame(store.reviews).rename(columns={"id": "cosmetics_review_id"})
    joined = comments.merge(reviews, on="cosmetics_review_id")
    joined = joined[joined["cosmetics_product_id"].isin(valid_products(store)["id"])].sort_values("id")
    np.testing.assert_array_equal(np.isin(comments["id"], joined["id"]), store.truth.joined)
    kept = joined.drop_duplicates(["cosmetics_product_id", "user_nickname", "review_text"])
    np.testing.assert_array_equal(np.isin(comments["id"], kept["id"]), store.truth.kept)
    assert abs(len(kept) / len(joined) - 0.4) < 0.03


def test_nested_attributes_are_lifted_as_the_truth(store):
    found = {name: [] for name in store.truth.attributes}
    for text in store.comments["other_data"]:
        values = (json.loads(text) if text else {}).get("context_data_values") or {}
        for name, column in found.items():
            column.append((values.get(name) or {}).get("Value") or "")
    for name, column in found.items():
        np.testing.assert_array_equal(column, store.truth.attributes[name])
    assert len(found) == 12
    missing = np.mean(store.truth.attributes["skinType"] == "")
    assert abs(missing - (1 - 0.6 * 0.92)) < 0.04
    texts = [text for text in store.comments["other_data"] if text]
    assert {"{}", '{"context_data_values": {}}', '{"context_data_values": null}'} <= set(texts)
    assert any('"Value": null' in text for text in texts)
    assert any('"age": {}' in text for text in texts)


def test_a_person_tells_one_skin_type_only(store):
    told = pd.DataFrame({"who": store.comments["user_nickname"], "skin": store.truth.attributes["skinType"]})
    assert told[told["skin"] != ""].groupby("who")["skin"].nunique().max() == 1


def test_categories_names_and_prices_are_read_as_the_truth(store):
    depths = set()
    for row, text in enumerate(store.products["categories"]):
        path = json.loads(text)["classification"] if text else []
        depths.add(len(path) if text else -1)
        assert store.truth.primary[row] == (path[0] if path else "")
        assert store.truth.secondary[row] == (path[1] if len(path) > 1 else "")
    assert depths == {-1, 0, 1, 2, 3, 4}
    assert [html.unescape(name) for name in store.products["name"]] == store.truth.name.tolist()
    for text, price in zip(store.products["price"], store.truth.price):
        if text and text.startswith("$"):
            assert float(text[1:].split()[0]) == price
        else:
            assert np.isnan(price)
    assert sum("/oz" in (text or "") for text in store.products["price"]) > 10


def test_stars_follow_their_probability_and_most_are_fives(store):
    kept = store.truth.kept
    stars, chance = store.comments["rating"][kept], store.truth.rating_probability[kept]
    np.testing.assert_allclose(chance.sum(axis=1), 1)
    for star in range(1, 6):
        p = chance[:, star - 1]
        assert abs((stars == star).sum() - p.sum()) < 5 * np.sqrt((p * (1 - p)).sum())
    assert 0.55 < (stars == 5).mean() < 0.67
    likely, unlikely = chance[:, 4] > np.median(chance[:, 4]), chance[:, 4] <= np.median(chance[:, 4])
    assert (stars[likely] == 5).mean() > (stars[unlikely] == 5).mean() + 0.1


def test_a_seed_makes_one_store_of_any_size():
    assert len(cosmetics(1).comments["id"]) == 1
    one, again, other = cosmetics(300, seed=1), cosmetics(300, seed=1), cosmetics(300, seed=2)
    for name, column in one.comments.items():
        np.testing.assert_array_equal(column, again.comments[name])
    assert one.comments["review_text"].tolist() != other.comments["review_text"].tolist()
    with pytest.raises(OptionError, match="`duplicates`"):
        cosmetics(10, duplicates=1.0)


def test_without_copies_every_comment_is_its_own():
    store = cosmetics(500, duplicates=0.0)
    np.testing.assert_array_equal(store.truth.kept, store.truth.joined)


def test_the_tables_open(store):
    for table in (store.products, store.brands, store.images, store.reviews, store.comments):
        assert open_table(dict(table)).count().to_pyarrow().as_py() == len(table["id"])
