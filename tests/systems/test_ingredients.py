"""S39 on a real catalogue and on the review generator: alike by ingredients, and why."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from tamis.core.words import Queries
from tamis.models.text_vectors import Tokens
from tamis.testing import check_system
from tamis.training.train import train
from tests.systems import real_tables
from tests.systems.running import blueprint, loaded, tamis
from tests.systems.test_ratings import reviewed


@pytest.fixture(scope="module")
def sephora(tmp_path_factory):
    return real_tables.sephora(tmp_path_factory.mktemp("sephora"))


@pytest.fixture(scope="module")
def trained(sephora):
    system = loaded("ingredients", sephora)
    dataset = system.dataset()
    train(system.funnel, dataset)
    return system.funnel, dataset


def pages(funnel, dataset, items):
    """Return the pages that start from items, as (query, item) rows."""
    start = np.asarray(items, np.int32)
    queries = Queries(np.full(len(start), -1, np.int32), np.full(len(start), dataset.until), dataset.past, item=start)
    return queries, funnel.answer(queries, strict=True).candidates


def test_neighbours_have_alike_ingredients_and_mostly_the_same_category(trained, sephora):
    funnel, dataset = trained
    products = pq.read_table(sephora / "products.parquet")
    items = np.arange(0, dataset.n_items, 5)
    _, page = pages(funnel, dataset, items)
    label = np.array(products["product_category_primary"].to_pylist())
    same = (label[page.item] == label[items[page.query]]).mean()
    chance = sum((label == name).mean() ** 2 for name in np.unique(label))
    print(f"precision@10 on the same category: {same:.3f}, by chance {chance:.3f}")
    assert same > 2.5 * chance
    assert (np.bincount(page.query, minlength=len(items)) == 10).all()
    assert (page.item != items[page.query]).all()


def test_the_content_alone_finds_the_category_too(trained, sephora):
    """Without the bonus for the same category: the ingredients carry it."""
    funnel, dataset = trained
    label = np.array(pq.read_table(sephora / "products.parquet")["product_category_primary"].to_pylist())
    items = np.arange(0, dataset.n_items, 5)
    queries, _ = pages(funnel, dataset, items)
    found = funnel.retrieve[0].retrieve(queries, 10)
    warm = found.rows(found["cold"] == 0)
    same = (label[warm.item] == label[items[warm.query]]).mean()
    chance = sum((label == name).mean() ** 2 for name in np.unique(label))
    print(f"precision@10 of ingredients alone: {same:.3f}, by chance {chance:.3f}")
    assert same > 1.8 * chance


def test_why_is_the_shared_ingredients(trained, sephora):
    funnel, dataset = trained
    source = funnel.retrieve[0]
    queries, page = pages(funnel, dataset, np.arange(50))
    told = source.shared_terms(queries, page, at=3)
    texts = pq.read_table(sephora / "products.parquet")["ingredients"].to_pylist()
    words = [set(Tokens.COMMA_LIST.split(text)) for text in texts]
    assert sum(map(len, told)) > len(page)
    for row, terms in enumerate(told):
        parts = [part for _, part in terms]
        assert parts == sorted(parts, reverse=True) and all(part > 0 for part in parts)
        for term, _ in terms:
            assert term in words[page.item[row]] and term in words[int(page.query[row])]
    # all parts together are the cosine that the source gave as score; below 0 is a row filled in by popularity
    rows = np.flatnonzero(page["similar-content.score"] > 0)[:100]
    whole = source.shared_terms(queries, page.rows(rows), at=10_000)
    cosine = [sum(part for _, part in terms) for terms in whole]
    np.testing.assert_allclose(cosine, page["similar-content.score"][rows], rtol=1e-3)


def test_a_product_without_ingredients_gets_the_popular_of_its_category(tmp_path, sephora):
    products = pq.read_table(sephora / "products.parquet")
    texts = products["ingredients"].to_pylist()
    texts[7] = None
    products = products.set_column(products.column_names.index("ingredients"), "ingredients", [texts])
    folder = real_tables.write(tmp_path, products=products, reviews=pq.read_table(sephora / "reviews.parquet"))
    system = loaded("ingredients", folder)
    dataset = system.dataset()
    train(system.funnel, dataset)
    _, page = pages(system.funnel, dataset, [7])
    label = np.array(products["product_category_primary"].to_pylist())
    assert len(page) == 10 and (label[page.item] == label[7]).all()
    assert not np.isnan(page["judge.value"]).any()
    assert system.funnel.retrieve[0].shared_terms(*pages(system.funnel, dataset, [7]))[0] == []


def test_from_the_command_line(sephora):
    path = blueprint("ingredients", sephora)
    assert "all checks passed" in tamis("check", path).out
    assert tamis("train", path).code == 0
    page = json.loads(tamis("recommend", path, "--item", "p0000", "--json").out)["items"]
    assert page[0]["title"].startswith("Little Miss Miracle") and "shares " in page[0]["reason"]
    shown = tamis("recommend", path, "--item", "p0000")
    assert "from Crème de la Mer" in shown.out
    wrong = tamis("recommend", path, "--item", "q0000")
    assert wrong.code == 2 and "Did you mean 'p0000'" in wrong.err


def test_the_whole_contract_on_generated_reviews(tmp_path):
    system = loaded("ingredients", reviewed(tmp_path, n=1_500, seed=4))
    check_system(system.funnel, system.dataset())
