from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from tests.models.retrieval_worlds import random_interactions

from tamis.models.ials import ImplicitFactors, _conjugate_gradients


def brute_force(w: np.ndarray, y: np.ndarray, model: ImplicitFactors) -> np.ndarray:
    """One user at a time, one item at a time, in float64."""
    n_items, f = y.shape
    x = np.zeros((len(w), f))
    for u, weights in enumerate(w):
        n_met = np.count_nonzero(weights)
        if n_met == 0:
            continue
        penalty = model.regularization * (n_met + model.unobserved_weight * n_items) ** model.frequency_exponent
        left, right = penalty * np.eye(f), np.zeros(f)
        for i in range(n_items):
            left += (weights[i] + model.unobserved_weight) * np.outer(y[i], y[i])
            right += weights[i] * y[i]
        x[u] = np.linalg.solve(left, right)
    return x


def objective(w: np.ndarray, x: np.ndarray, y: np.ndarray, model: ImplicitFactors) -> float:
    predicted = x @ y.T
    a0, power = model.unobserved_weight, model.frequency_exponent
    of_users = ((w > 0).sum(axis=1) + a0 * w.shape[1]) ** power
    of_items = ((w > 0).sum(axis=0) + a0 * w.shape[0]) ** power
    penalty = model.regularization * ((of_users * (x**2).sum(1)).sum() + (of_items * (y**2).sum(1)).sum())
    return float((w * (1 - predicted) ** 2).sum() + a0 * (predicted**2).sum() + penalty)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_fold_in_is_the_exact_solution(exponent):
    seen = random_interactions()
    model = ImplicitFactors(factors=6, iterations=3, frequency_exponent=exponent).fit(seen)
    expected = brute_force(seen.toarray().astype(float), model.item_factors_.astype(float), model)
    np.testing.assert_allclose(model.fold_in(seen), expected, atol=2e-4)
    np.testing.assert_allclose(model.score(seen), expected @ model.item_factors_.T, atol=2e-4)


def test_training_reaches_what_exact_alternating_solutions_reach():
    seen = random_interactions(n_users=40, n_items=15, share=0.4)
    w = seen.toarray().astype(float)
    model = ImplicitFactors(factors=5, iterations=40, regularization=0.2).fit(seen)
    y = np.random.default_rng(5).standard_normal((15, 5)) * 0.1
    for _ in range(40):
        x = brute_force(w, y, model)
        y = brute_force(w.T, x, model)
    reached = objective(w, model.fold_in(seen).astype(float), model.item_factors_.astype(float), model)
    exact = objective(w, brute_force(w, y, model), y, model)
    assert reached < exact * 1.02


def test_more_sweeps_fit_better():
    seen = random_interactions()
    w = seen.toarray().astype(float)
    reached = []
    for iterations in (1, 3, 10, 30):
        model = ImplicitFactors(factors=5, iterations=iterations).fit(seen)
        reached.append(objective(w, model.fold_in(seen).astype(float), model.item_factors_.astype(float), model))
    assert reached == sorted(reached, reverse=True)


def test_enough_conjugate_steps_are_the_exact_solution():
    random = np.random.default_rng(0)
    y = random.standard_normal((3, 7, 4)).astype(np.float32)
    weights = random.random((3, 7)).astype(np.float32)
    weights[1, 5:] = 0
    gram = np.eye(4, dtype=np.float32) * 0.3
    penalty = np.float32([[0.5], [1.0], [2.0]])
    found = _conjugate_gradients(y, weights, np.zeros((3, 4), np.float32), gram, penalty, steps=12)
    for row in range(3):
        left = y[row].T @ (weights[row, :, None] * y[row]) + gram + penalty[row] * np.eye(4)
        np.testing.assert_allclose(found[row], np.linalg.solve(left, y[row].T @ weights[row]), atol=1e-4)


def test_stronger_confidence_pulls_harder():
    seen = random_interactions()
    model = ImplicitFactors(factors=6).fit(seen)
    once = np.zeros((2, 25), np.float32)
    once[0, 4], once[1, 4] = 1, 50
    score = model.score(csr_matrix(once))
    assert 0 < score[0, 4] < score[1, 4] < 1.01


def test_the_seed_decides_and_the_number_of_cores_does_not(monkeypatch):
    seen = random_interactions(n_users=300, n_items=40)
    model = ImplicitFactors(factors=4, iterations=4)
    first = model.fit(seen).item_factors_.copy()
    monkeypatch.setattr("tamis.models._parallel.cores", lambda: 1)
    np.testing.assert_array_equal(model.fit(seen).item_factors_, first)
    assert not np.allclose(ImplicitFactors(factors=4, iterations=4, seed=1).fit(seen).item_factors_, first)


def test_long_rows_beyond_one_batch():
    seen = csr_matrix(np.ones((3, 20_000), np.float32))
    model = ImplicitFactors(factors=2, iterations=5, regularization=1e-4, unobserved_weight=0.2).fit(seen)
    np.testing.assert_allclose(model.score(seen)[:, :5], 1 / 1.2, atol=0.02)  # the best compromise of 1 and 0.2 * 0
