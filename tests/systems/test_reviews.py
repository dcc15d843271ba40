"""S36 as a file: five tables beside it become two, and the next blueprints read them."""

import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tamis.data.worlds import cosmetics
from tests.systems import real_tables
from tests.systems.running import blueprint, tamis


def test_the_file_builds_the_tables_that_the_next_blueprints_read(tmp_path):
    store = cosmetics(3_000, seed=3)
    names = {"products": "products", "brands": "brands", "images": "images", "reviews": "reviews"}
    tables = {f"cosmetics_{name}": dict(getattr(store, table)) for name, table in names.items()}
    tables["cosmetics_review_comments"] = dict(store.comments)
    real_tables.write(tmp_path, **{name: pa.table(columns) for name, columns in tables.items()})
    path = blueprint("reviews", tmp_path)
    ran = subprocess.run([sys.executable, path], capture_output=True, text=True, cwd="/", check=False)
    assert ran.returncode == 0, ran.stderr
    (reviews,) = tmp_path.glob("reviews_*.parquet")
    (products,) = tmp_path.glob("products_*.parquet")
    assert f"5 one of each review: {store.truth.joined.sum()} rows in, {store.truth.kept.sum()} out" in ran.stdout
    assert f"wrote {reviews}" in ran.stdout
    assert len(pq.read_table(reviews)) == store.truth.kept.sum()
    assert len(pq.read_table(products)) == store.truth.valid_product.sum()
    shutil.copy(reviews, tmp_path / "reviews.parquet")
    shutil.copy(products, tmp_path / "products.parquet")
    for name in ("ratings", "ingredients", "similar_products"):
        assert "all checks passed" in tamis("check", blueprint(name, tmp_path)).out


def test_it_is_no_funnel_and_says_so(tmp_path):
    ran = tamis("check", blueprint("reviews", tmp_path))
    assert ran.code == 2 and "declares no Funnel" in ran.err


def test_the_sources_are_the_tables_of_the_shop():
    from tamis.systems import reviews

    sources = [getattr(reviews.tables, name) for name in ("products", "brands", "images", "reviews", "comments")]
    assert np.unique(sources).size == 5 and all(s.startswith("cosmetics_") and s in reviews.__doc__ for s in sources)
