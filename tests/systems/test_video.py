"""S01 on MovieLens: pages beat popularity, the rules of the page hold, every task is judged."""

import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest

from tamis.testing import check_system
from tests.systems import real_tables
from tests.systems.running import Backtest, beside_trivial, blueprint, figures, loaded, quick_trees, tamis


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Half of the people of MovieLens 100K; ten videos only for adults, ten only for France."""
    here = real_tables.movielens_100k(tmp_path_factory.mktemp("video"), share=0.5)
    videos = pq.read_table(here / "videos.parquet")
    row = np.arange(len(videos))
    age, region = np.where(row < 10, 18.0, np.nan), np.where((row >= 10) & (row < 20), "FR", "worldwide")
    videos = videos.set_column(4, "minimum_age", [age]).set_column(5, "regions", [region.tolist()])
    return real_tables.write(here, videos=videos)


def test_the_page_beats_the_trivial_rows_on_real_data(folder):
    system = loaded("video", folder)
    made = beside_trivial(quick_trees(system.funnel), system.dataset())
    print(figures(made))
    assert made.rows[0].metrics[made.chosen].n > 50
    for name in ("random", "popular", "popular in the last 7 days"):
        assert made.against[name].low > 0, f"{name}: {made.against[name]}"


def test_check_train_and_recommend_keep_the_rules_of_the_page(folder):
    path = blueprint("video", folder)
    text = path.read_text(encoding="utf-8").replace("GradientBoosting(", "GradientBoosting(trees=40, threads=1, ")
    path.write_text(text + "\n\nplan = tm.RowPlan(windows=(0.8,), most_queries=200)\n", encoding="utf-8")
    assert "all checks passed" in tamis("check", path).out
    assert tamis("train", path).code == 0
    people = pq.read_table(folder / "people.parquet").to_pylist()
    child = next(p["user_id"] for p in people if p["age"] < 18)
    page = tamis("recommend", path, "--user", child)
    assert page.code == 0 and "why" in page.out
    for item, reason in ((1, "below the age limit"), (11, "not allowed in this region")):
        told = tamis("explain", path, "--user", child, "--item", item)
        assert told.code == 0, told.err
        assert reason in told.out or "already in plays" in told.out or "no source proposed" in told.out
    stranger = tamis("recommend", path, "--new", "--json")
    assert stranger.code == 0 and '"position": 20' in stranger.out


def test_both_tasks_are_judged_and_a_title_is_shown_once(folder):
    system = loaded("video", folder)
    assert list(system.funnel.tasks()) == ["relevant", "like"]
    assert dict(system.funnel.judge.value.weights) == {"relevant": 1.0, "like": 1.0}
    names = [type(stage).__name__ for stage in system.funnel.rerank]
    assert names[-1] == "Explore" and "AtMost" in names


def test_the_whole_contract_on_a_few_people(tmp_path):
    real_tables.movielens_100k(tmp_path, share=0.06)
    system = loaded("video", tmp_path)
    check_system(quick_trees(system.funnel), system.dataset())


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [real_tables.movielens_100k, real_tables.movielens_small], ids=["100k", "latest-small"]
)
def test_the_blueprint_as_it_is_on_all_data(make, tmp_path):
    make(tmp_path)
    system = loaded("video", tmp_path)
    made = beside_trivial(system.funnel, system.dataset(), Backtest())
    print(figures(made), *made.protocol, sep="\n")
    assert all(made.against[name].low > 0 for name in ("random", "popular", "popular in the last 7 days"))


def test_the_quick_copy_differs_in_trees_only(folder):
    whole = loaded("video", folder).funnel
    quick = quick_trees(whole)
    same = dataclasses.replace(quick.judge, predictor=whole.judge.predictor)
    assert same.features is whole.judge.features and quick.retrieve is whole.retrieve
