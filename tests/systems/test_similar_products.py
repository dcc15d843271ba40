"""S40: neighbours in factor space mixed with content, price and category; and what the factors group together."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from tamis.core.words import Queries
from tamis.models.factor_report import describe_factor, neighbour_overlap, principal_components
from tamis.models.text_vectors import cosine
from tamis.testing import check_system
from tamis.training.train import train
from tests.systems import real_tables
from tests.systems.running import blueprint, loaded, tamis
from tests.systems.test_ratings import reviewed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return reviewed(tmp_path_factory.mktemp("similar"), n=20_000)


@pytest.fixture(scope="module")
def trained(folder):
    system = loaded("similar_products", folder)
    dataset = system.dataset()
    train(system.funnel, dataset)
    return system.funnel, dataset


def answered(funnel, dataset, items):
    start = np.asarray(items, np.int32)
    queries = Queries(np.full(len(start), -1, np.int32), np.full(len(start), dataset.until), dataset.past, item=start)
    return queries, funnel.answer(queries, strict=True)


def test_the_value_is_the_mix_that_the_file_states(trained):
    funnel, dataset = trained
    queries, answers = answered(funnel, dataset, np.arange(20))
    pool = answers.pool
    price = dataset.attribute(dataset.store.item["price"]).of(pool.item)
    own = dataset.attribute(dataset.store.item["price"]).of(queries.item)[pool.query]
    category = dataset.attribute(dataset.store.item["product_category_primary"])
    same = category.single(pool.item) == category.single(queries.item)[pool.query]
    same &= category.single(pool.item) >= 0
    value = (
        0.4 * np.maximum(np.nan_to_num(pool["similar-factors.score"]), 0)
        + 0.3 * np.maximum(np.nan_to_num(pool["similar-content.score"]), 0)
        + 0.2 * np.nan_to_num(np.minimum(price, own) / np.maximum(price, own))
        + 0.1 * same
    )
    np.testing.assert_allclose(pool["judge.value"], value, atol=1e-5)


def test_similar_products_cost_alike_and_are_of_the_same_category(trained):
    funnel, dataset = trained
    items = np.arange(dataset.n_items)
    queries, answers = answered(funnel, dataset, items)
    page = answers.candidates
    price = dataset.attribute(dataset.store.item["price"])
    category = dataset.attribute(dataset.store.item["product_category_primary"])
    ratio = price.of(page.item) / price.of(queries.item)[page.query]
    distance, chance = np.abs(np.log(ratio)), np.abs(np.log(price.values[:, None] / price.values[None, :]))
    codes = category.single(items)
    purity = (codes[page.item] == codes[items[page.query]]).mean()
    by_chance = sum((codes == c).mean() ** 2 for c in np.unique(codes))
    print(f"purity {purity:.2f} (chance {by_chance:.2f}), |log price ratio| {np.nanmean(distance):.2f} ", end="")
    print(f"(chance {np.nanmean(chance):.2f})")
    assert purity > 1.2 * by_chance
    assert np.nanmean(distance) < 0.8 * np.nanmean(chance)
    assert (page.item != items[page.query]).all()


def test_what_each_factor_groups_together(trained):
    funnel, dataset = trained
    factors = funnel.retrieve[0].vectors_
    components = principal_components(factors, 5)
    price = dataset.attribute(dataset.store.item["price"]).values
    columns = [dataset.attribute(dataset.store.item[c]) for c in ("product_category_primary", "brand")]
    names = [
        [v.labels[code] if code >= 0 else None for code in v.single(np.arange(dataset.n_items)).tolist()]
        for v in columns
    ]
    for number, top in enumerate(components.top_items(20), 1):
        told = describe_factor(top, price, *names)
        print(f"factor {number}: {told.items} items, mean {told.price_mean:.2f}, {told.categories}")
        assert told.items == 20 and told.price_min <= told.price_median <= told.price_max
        assert sum(told.categories.values()) == pytest.approx(1) and sum(told.brands.values()) == pytest.approx(1)
        assert told.price_mean == pytest.approx(np.nanmean(price[top]))
    overlap = neighbour_overlap(*(cosine_of(matrix) for matrix in (factors, funnel.retrieve[1].vectors_)), at=10)
    # ratings of the generator know nothing of ingredients: the two kinds of neighbours agree by chance only
    assert np.nanmean(overlap) < 0.1


def cosine_of(matrix):
    from scipy.sparse import csr_matrix

    return cosine(csr_matrix(matrix), csr_matrix(matrix))


def test_from_the_command_line_on_a_real_catalogue(tmp_path):
    path = blueprint("similar_products", real_tables.sephora(tmp_path))
    assert "all checks passed" in tamis("check", path).out
    assert tamis("train", path).code == 0
    page = json.loads(tamis("recommend", path, "--item", "p0000", "--json").out)["items"]
    products = pq.read_table(tmp_path / "products.parquet")
    price = dict(zip(products["product_id"].to_pylist(), products["price"].to_pylist()))
    ratios = [max(price[i["id"]], 175) / min(price[i["id"]], 175) for i in page]
    assert len(page) == 10 and np.median(ratios) < 1.5  # Creme de la Mer costs 175, the median product 42
    assert any("shares " in item["reason"] for item in page)


def test_the_whole_contract(tmp_path):
    system = loaded("similar_products", reviewed(tmp_path, n=1_500, seed=4))
    check_system(system.funnel, system.dataset())
