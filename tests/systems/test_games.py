"""S02 on a shop with known taste, and on anime series renamed to games."""

import numpy as np
import pyarrow as pa
import pytest

from tamis.core.words import Queries
from tamis.data.worlds import games
from tamis.testing import check_system
from tamis.training.train import train
from tests.systems import real_tables
from tests.systems.running import QUICK, Backtest, beside_trivial, blueprint, figures, loaded, quick_trees, tamis


@pytest.fixture(scope="module")
def world():
    return games(seed=1)


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    return write(world, tmp_path_factory.mktemp("games"))


def write(world, folder):
    tables = {name: pa.table(dict(getattr(world, name))) for name in ("games", "users", "recommendations")}
    return real_tables.write(folder, **tables)


def test_the_page_beats_popularity_and_nears_the_best_possible(world, folder):
    system = loaded("games", folder)
    made = beside_trivial(quick_trees(system.funnel), system.dataset())
    print(figures(made))
    for name in ("random", "popular", "popular in the last 7 days"):
        assert made.against[name].low > 0, f"{name}: {made.against[name]}"
    # with all taste and popularity known, but not what the person has played already
    assert made.rows[0].metrics["ndcg@10"].mean > 0.6 * world.truth.best_ndcg(10)


def test_nobody_is_shown_a_game_that_does_not_run_there(world, folder):
    system = loaded("games", folder)
    dataset = system.dataset()
    funnel = quick_trees(system.funnel)
    train(funnel, dataset, QUICK.plan)
    users = dataset.store.users.encode(world.users["user_id"].astype(str).tolist())
    platform = world.users["platform"]
    some = np.flatnonzero(platform != "win")[:40]
    moment = np.full(len(some), dataset.until, np.int64)
    page = funnel.answer(Queries(users[some].astype(np.int32), moment, dataset.past), strict=True).candidates
    app = np.array(dataset.store.items.decode(page.item).to_pylist(), np.int64)
    row = np.searchsorted(world.games["app_id"], app)
    runs = np.column_stack([world.games[p] for p in ("mac", "linux", "steam_deck")])
    own = np.array([("mac", "linux", "steam_deck").index(p) for p in platform[some][page.query]])
    assert len(page) > 400 and runs[row, own].all()
    assert not runs.all()


def test_check_train_and_recommend(folder):
    path = blueprint("games", folder)
    assert "all checks passed" in tamis("check", path).out
    path.write_text(
        path.read_text(encoding="utf-8").replace("LambdaMART()", "LambdaMART(trees=40, threads=1)")
        + "\nplan = tm.RowPlan(windows=(0.8,), most_queries=200)\n",
        encoding="utf-8",
    )
    assert tamis("train", path).code == 0
    page = tamis("recommend", path, "--user", "1000")
    assert page.code == 0 and "why" in page.out
    assert tamis("recommend", path, "--user", "1", "--json").code == 2


def test_the_whole_contract(tmp_path):
    write(games(80, 60, per_user=8, seed=3), tmp_path)
    system = loaded("games", tmp_path)
    check_system(quick_trees(system.funnel), system.dataset())


def test_anime_in_a_random_order(tmp_path):
    # no times in the data: trends mean nothing here, and taste must do alone
    real_tables.anime(tmp_path, users=250)
    system = loaded("games", tmp_path)
    made = beside_trivial(quick_trees(system.funnel), system.dataset())
    print(figures(made))
    for name in ("random", "popular", "popular in the last 7 days"):
        assert made.against[name].low > 0, f"{name}: {made.against[name]}"


@pytest.mark.slow
@pytest.mark.parametrize("users", [1_000, None])
def test_the_blueprint_as_it_is_on_anime(users, tmp_path):
    real_tables.anime(tmp_path, users)
    system = loaded("games", tmp_path)
    made = beside_trivial(system.funnel, system.dataset(), Backtest())
    print(figures(made), *made.protocol, sep="\n")
    assert all(made.against[name].low > 0 for name in ("random", "popular", "popular in the last 7 days"))
