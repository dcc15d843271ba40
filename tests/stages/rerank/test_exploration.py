"""Explore and SoftmaxExplore: the recorded propensity is the frequency with which it happens.

Stated error: with N draws a frequency p is off by more than 4.5 standard deviations, sqrt(p (1 - p) / N), with
probability 7e-6; the draws are seeded, so the tests do not flicker.
"""

import itertools

import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.stages.rerank import Explore, SoftmaxExplore
from tests.stages.shop import Shop, candidates

DRAWS = 40_000


def pages(stage, values, k, seed=0, user=3):
    """Return (DRAWS, n) first places in the order of the answer, and propensities, of one list at many moments."""
    n = len(values)
    shop = Shop(n_items=n)
    queries = shop.queries(*[(user, at) for at in range(seed, seed + DRAWS)])
    # item codes run against the places, so that draws of items and of places would clash if they were one stream
    rows = candidates(*[range(n)[::-1]] * DRAWS, value=[values] * DRAWS)
    order = stage.rerank(queries, rows, k)
    return (n - 1 - rows.item[order.rows]).reshape(DRAWS, n), order.columns["propensity"].reshape(DRAWS, n)


def close(frequency, probability, draws=DRAWS):
    return abs(frequency - probability) <= 4.5 * np.sqrt(probability * (1 - probability) / draws) + 1e-12


@pytest.mark.parametrize(("n", "k", "epsilon"), [(7, 3, 0.3), (5, 3, 0.5), (4, 2, 1.0), (12, 4, 0.05)])
def test_explore_frequency_of_a_row_at_its_place(n, k, epsilon):
    shown, propensity = pages(Explore(epsilon), [float(n - i) for i in range(n)], k)
    for item, place in itertools.product(range(n), range(k)):
        here = shown[:, place] == item
        recorded = np.unique(propensity[:, place][here])
        if len(recorded) == 0:
            recorded = np.array([1 - epsilon if item == place else 0.0])
        assert len(recorded) == 1
        assert close(here.mean(), recorded[0])
        if item >= k and k - place <= n - k:
            assert recorded[0] == pytest.approx(epsilon / (n - k))
    # below the page: the probability of being there
    for item in range(n):
        below = (shown[:, k:] == item).any(axis=1)
        recorded = np.unique(propensity[:, k:][shown[:, k:] == item])
        assert len(recorded) == (1 if below.any() else 0)
        assert not below.any() or close(below.mean(), recorded[0])


def test_explore_importance_weights_are_unbiased():
    # The value of the fixed page (0, 1, 2) by inverse propensity from random pages: rewards depend on item and place.
    reward = np.arange(21, dtype=float).reshape(7, 3)
    shown, propensity = pages(Explore(0.3), [7.0, 6, 5, 4, 3, 2, 1], 3)
    top, p = shown[:, :3], propensity[:, :3]
    estimate = ((top == np.arange(3)) / p * reward[top, np.arange(3)]).sum(axis=1)
    truth = reward[np.arange(3), np.arange(3)].sum()
    assert abs(estimate.mean() - truth) < 4.5 * estimate.std() / np.sqrt(DRAWS)


def test_explore_where_little_is_below_the_page():
    shown, propensity = pages(Explore(1.0), [5.0, 4, 3, 2, 1], 4)
    # one row below: only the last place explores
    assert (shown == [0, 1, 2, 4, 3]).all() and (propensity == 1).all()
    shown, propensity = pages(Explore(1.0), [5.0, 4, 3], 3)
    assert (shown == [0, 1, 2]).all() and (propensity == 1).all()
    shown, _ = pages(Explore(1.0, pool=4), [5.0, 4, 3, 2, 1, 0], 2)
    # rows 4 and 5 lie below the pool: never drawn, never moved; the rows that lost their place follow the page
    assert set(shown[:, 0]) == {2, 3} and (shown[:, 2:] == [0, 1, 4, 5]).all()


def test_softmax_first_place_and_whole_page():
    values, temperature = [1.0, 0.6, 0.3, 0.0], 0.4
    shown, propensity = pages(SoftmaxExplore(temperature), values, 3)
    weight = np.exp(np.array(values) / temperature)
    for item in range(4):
        assert close((shown[:, 0] == item).mean(), weight[item] / weight.sum())
    total = 0.0
    for order in itertools.permutations(range(4)):
        left, probability = weight.sum(), 1.0
        for item in order:
            probability *= weight[item] / left
            left -= weight[item]
        here = (shown == order).all(axis=1)
        assert close(here.mean(), probability)
        assert np.allclose(propensity[here].prod(axis=1), probability)
        total += probability
    assert total == pytest.approx(1)


def test_softmax_temperature_runs_from_greedy_to_uniform():
    values = [4.0, 3.0, 2.0, 1.0]
    shown, propensity = pages(SoftmaxExplore(1e-4), values, 4)
    assert (shown == [0, 1, 2, 3]).all() and np.allclose(propensity, 1) and np.isfinite(propensity).all()
    shown, propensity = pages(SoftmaxExplore(1e6), values, 4)
    assert all(close((shown[:, 2] == item).mean(), 0.25) for item in range(4))
    assert np.allclose(propensity, [1 / 4, 1 / 3, 1 / 2, 1], atol=1e-6)


def test_softmax_pool():
    shown, propensity = pages(SoftmaxExplore(1e6, pool=2), [3.0, 2.0, 1.0], 3)
    assert set(shown[:, 0]) == {0, 1} and (shown[:, 2] == 2).all() and (propensity[:, 2] == 1).all()


@pytest.mark.parametrize("stage", [Explore, SoftmaxExplore])
def test_seed_user_moment_and_starting_item_each_matter(stage):
    shop, n = Shop(n_items=60), 60
    rows = candidates(range(n), value=[[1.0] * n])

    def answer(seed=0, user=1, at=7, start=None):
        queries = shop.queries((user, at), item=None if start is None else np.array([start], np.int32))
        return stage(0.5, seed=seed).rerank(queries, rows, 20).rows.tolist()

    assert answer() == answer()
    assert len({tuple(a) for a in (answer(), answer(seed=1), answer(user=2), answer(at=8), answer(start=3))}) == 5


def test_options_are_checked():
    with pytest.raises(OptionError, match="epsilon"):
        Explore(1.5)
    with pytest.raises(OptionError, match="temperature"):
        SoftmaxExplore(0.0)
