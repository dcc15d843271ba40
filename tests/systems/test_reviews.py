"""S36 as a file: five tables beside it become two, and the next blueprints read them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tamis.data.worlds import cosmetics
from tests.systems import real_tables
from tests.systems.running import blueprint, tamis


def shop(folder, n, seed):
    """Write the five tables of a generated shop under the names that the blueprint expects."""
    store = cosmetics(n, seed=seed)
    tables = {f"cosmetics_{name}": dict(getattr(store, name)) for name in ("products", "brands", "images", "reviews")}
    tables["cosmetics_review_comments"] = dict(store.comments)
    real_tables.write(folder, **{name: pa.table(columns) for name, columns in tables.items()})
    return store


def test_the_file_builds_the_tables_that_the_next_blueprints_read(tmp_path):
    store = shop(tmp_path, 3_000, seed=3)
    path = blueprint("reviews", tmp_path)
    ran = tamis("build", path)
    assert ran.code == 0, ran.err
    (reviews,) = tmp_path.glob("reviews_*.parquet")
    (products,) = tmp_path.glob("products_*.parquet")
    assert f"5 one of each review: {store.truth.joined.sum()} rows in, {store.truth.kept.sum()} out" in ran.out
    assert f"wrote {reviews}" in ran.out
    assert len(pq.read_table(reviews)) == store.truth.kept.sum()
    assert len(pq.read_table(products)) == store.truth.valid_product.sum()
    shutil.copy(reviews, tmp_path / "reviews.parquet")
    shutil.copy(products, tmp_path / "products.parquet")
    for name in ("ratings", "ingredients", "similar_products"):
        assert "all checks passed" in tamis("check", blueprint(name, tmp_path)).out


def test_it_is_no_funnel_and_says_so(tmp_path):
    path = blueprint("reviews", tmp_path)
    ran = tamis("check", path)
    assert ran.code == 2 and "declares no Funnel" in ran.err
    ran = tamis("build", path)
    assert ran.code == 2 and "the file does not exist" in ran.err and "cosmetics_" in ran.err
    ran = tamis("build", blueprint("ratings", tmp_path))
    assert ran.code == 2 and "declares no data step" in ran.err and "tamis train" in ran.err


def test_into_another_folder_as_csv_for_a_program(tmp_path):
    store = shop(tmp_path, 600, seed=5)
    ran = tamis("build", blueprint("reviews", tmp_path), "--into", tmp_path / "clean", "--format", "csv", "--json")
    told = json.loads(ran.out)
    assert told["reviews"].endswith(".csv") and Path(told["reviews"]).parent == tmp_path / "clean"
    assert told["steps"][-1]["rows_out"] == store.truth.kept.sum()
    assert told["steps"][0]["step"].startswith("1 ") and told["steps"][-1]["removed"]


def test_the_sources_are_the_tables_of_the_shop():
    from tamis.systems import reviews

    sources = [getattr(reviews.tables, name) for name in ("products", "brands", "images", "reviews", "comments")]
    assert np.unique(sources).size == 5 and all(s.startswith("cosmetics_") and s in reviews.__doc__ for s in sources)
