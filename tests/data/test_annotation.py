import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tamis.core.errors import DataError, OptionError
from tamis.data.annotation import LabelCost, RaterAssignment, RaterModel, cohen_kappa, fleiss_kappa


def test_ten_raters_a_hundred_thousand_queries_ten_results():
    assert LabelCost(raters=10, labels_per_example=10).labels(100_000) == 10_000_000
    cost = LabelCost(raters=3, price=0.05)
    assert cost.total(1000) == pytest.approx(150) and cost.affordable(1.0) == 6
    with pytest.raises(OptionError, match="free"):
        LabelCost(price=0).affordable(1)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 40), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_assignment_is_fair_and_has_no_rater_twice(n_raters, per_example, n, seed):
    if per_example > n_raters:
        with pytest.raises(OptionError, match="per_example"):
            RaterAssignment(n_raters=n_raters, per_example=per_example)
        return
    assigned = RaterAssignment(n_raters=n_raters, per_example=per_example, seed=seed).assign(n)
    assert assigned.shape == (n, per_example)
    assert all(len(set(row)) == per_example for row in assigned.tolist())
    assert np.ptp(np.bincount(assigned.ravel(), minlength=n_raters)) <= 1


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_cohen_equals_scikit_learn(weights):
    rng = np.random.default_rng(0)
    a = rng.integers(0, 4, 300)
    b = np.where(rng.random(300) < 0.6, a, rng.integers(0, 4, 300))
    expected = cohen_kappa_score(a, b, weights=None if weights == "none" else weights)
    assert cohen_kappa(a, b, weights) == pytest.approx(expected)
    gaps = np.where(rng.random(300) < 0.1, -1, a)
    kept = gaps >= 0
    assert cohen_kappa(gaps, b, weights) == pytest.approx(
        cohen_kappa_score(a[kept], b[kept], weights=None if weights == "none" else weights)
    )


def test_kappa_of_nothing_and_of_one_class():
    assert np.isnan(cohen_kappa(np.array([-1]), np.array([0]))) and np.isnan(
        cohen_kappa(np.ones(3, int), np.ones(3, int))
    )
    assert np.isnan(fleiss_kappa(np.array([[0, -1]]))) and np.isnan(fleiss_kappa(np.zeros((3, 2), int)))
    assert np.isnan(fleiss_kappa(np.zeros((0, 2), int)))
    with pytest.raises(DataError, match="different examples"):
        cohen_kappa(np.zeros(2, int), np.zeros(3, int))
    with pytest.raises(OptionError, match="weights"):
        cohen_kappa(np.zeros(2, int), np.zeros(2, int), "cubic")


def test_fleiss_on_the_published_table():
    # the worked example of Fleiss' kappa in the literature: 10 subjects, 14 raters, 5 categories, kappa 0.210
    counts = np.array(
        [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
    )
    ratings = np.stack([np.repeat(np.arange(5), row) for row in counts])
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)
    more = np.concatenate([ratings, np.full((1, 14), -1)])  # an unrated subject changes nothing
    assert fleiss_kappa(more) == pytest.approx(fleiss_kappa(ratings))


def test_rater_effects_when_strict_raters_get_the_hard_examples():
    rng = np.random.default_rng(2)
    quality = rng.normal(size=400)
    lean = np.array([-0.6, -0.1, 0.2, 0.5])
    scores = quality[:, None] + lean + rng.normal(scale=0.3, size=(400, 4))
    # rater 3 (generous) mostly gets bad examples, so a plain mean would call them strict
    scores[(quality > -0.3) & (rng.random(400) < 0.9), 3] = np.nan
    scores[rng.random((400, 4)) < 0.2] = np.nan
    fitted = RaterModel().fit(scores)
    plain = np.nanmean(scores, axis=0)
    assert plain[3] < plain[1]  # the most generous rater looks strict
    assert np.all(np.abs(fitted.effect - lean) < 4 * fitted.error)
    assert np.all((fitted.error > 0.005) & (fitted.error < 0.05))
    seen = np.isfinite(fitted.example)
    assert np.corrcoef(fitted.example[seen], quality[seen])[0, 1] > 0.97
    assert np.array_equal(fitted.rated, np.isfinite(scores).sum(axis=0))


def test_rater_without_ratings():
    fitted = RaterModel().fit(np.array([[1.0, np.nan], [2.0, np.nan]]))
    assert fitted.effect[0] == 0 and np.isnan(fitted.effect[1]) and fitted.example.tolist() == [1, 2]
    empty = RaterModel().fit(np.full((2, 2), np.nan))
    assert np.isnan(empty.effect).all() and np.isnan(empty.example).all()
    with pytest.raises(DataError, match=r"shape \(n, r\)"):
        RaterModel().fit(np.zeros(3))
