import numpy as np
import pytest

from tamis.core.words import Rows
from tamis.training.measures import NDCG, LogLoss, Measure, SquaredError, smaller_is_better


def rows_of(query):
    return Rows(np.zeros((len(query), 1), np.float32), ("x",), np.asarray(query, np.int64))


@pytest.mark.parametrize(("measure", "loss"), [(NDCG(), False), (LogLoss(), True), (SquaredError(), True)])
def test_meet_the_contract(measure, loss):
    assert isinstance(measure, Measure)
    assert smaller_is_better(measure) is loss
    assert measure.name


def test_ndcg_is_that_of_scikit_learn_per_query():
    from sklearn.metrics import ndcg_score

    rng = np.random.default_rng(0)
    query, grade, score = np.repeat([3, 8, 9], 12), rng.integers(0, 4, 36).astype(float), rng.normal(size=36)
    ours = NDCG(k=5)(rows_of(query), grade, score).values
    theirs = [ndcg_score(grade[query == q][None], score[query == q][None], k=5) for q in (3, 8, 9)]
    np.testing.assert_allclose(ours, theirs)


def test_a_constant_scores_as_chance_does_however_rows_are_written():
    # One relevant row of 5, always written first: by chance it stands on each place equally often.
    label = np.tile([1.0, 0, 0, 0, 0], 4000)
    chance = np.mean(1 / np.log2(np.arange(5) + 2))
    found = NDCG()(rows_of(np.repeat(np.arange(4000), 5)), label, np.zeros(20_000)).mean
    assert found == pytest.approx(chance, abs=0.01)


def test_queries_without_truth_are_left_out():
    measured = NDCG()(rows_of([0, 0, 1, 1]), np.array([0.0, 0, 1, 0]), np.array([1.0, 2, 2, 1]))
    assert np.isnan(measured.values[0])
    assert measured.mean == 1


def test_rows_of_one_cluster_are_not_independent():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(50), 40)
    label = (rng.random(2000) < np.repeat(rng.uniform(0, 1, 50), 40)).astype(float)
    rows = rows_of(np.arange(2000))
    alone = LogLoss()(rows, label, np.full(2000, 0.7))
    together = LogLoss()(rows, label, np.full(2000, 0.7), person)
    assert together.mean == alone.mean
    assert together.standard_error > 2 * alone.standard_error
    assert SquaredError()(rows, label, np.full(2000, 0.7), person).n_clusters == 50
    assert NDCG()(rows, label, np.full(2000, 0.7), person).n_clusters == 50
