from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from tests.models.retrieval_worlds import random_interactions

from tamis.core.errors import TamisError
from tamis.core.rng import generator
from tamis.models._interactions import row_of
from tamis.models.bpr import Negatives, PairwiseFactors


def two_tastes(seed: int = 0) -> tuple[csr_matrix, csr_matrix]:
    """Two groups of users with a block of items each, half of it seen; popular items are in the first block."""
    random = np.random.default_rng(seed)
    group = np.arange(80) >= 50
    belongs = group[:, None] == (np.arange(40) >= 20)[None]
    seen = belongs & (random.random((80, 40)) < 0.5)
    return csr_matrix(seen.astype(np.float32)), csr_matrix((belongs & ~seen).astype(np.float32))


def recall(score: np.ndarray, seen: csr_matrix, target: csr_matrix, at: int = 8) -> float:
    best = np.argsort(-np.where(seen.toarray() > 0, -np.inf, score), axis=1)[:, :at]
    return float(np.take_along_axis(target.toarray(), best, axis=1).mean())


@pytest.mark.parametrize("negatives", list(Negatives))
def test_beats_popularity_where_tastes_differ(negatives):
    seen, target = two_tastes()
    popularity = np.tile(np.asarray(seen.sum(axis=0)), (80, 1))
    model = PairwiseFactors(factors=8, epochs=60, negatives=negatives).fit(seen)
    assert recall(popularity, seen, target) < 0.7
    assert recall(model.score(seen), seen, target) > 0.9


def test_loss_starts_at_chance_and_falls():
    seen, _ = two_tastes()
    loss = PairwiseFactors(factors=8, epochs=40, learning_rate=0.02).fit(seen).loss_
    assert loss.shape == (40,) and abs(loss[0] - np.log(2)) < 0.05 and loss[-1] < 0.45 and np.all(np.isfinite(loss))


@pytest.mark.parametrize("negatives", list(Negatives))
def test_a_known_positive_is_never_drawn(negatives):
    seen = random_interactions(share=0.9)
    user, met = row_of(seen), seen.indices.astype(np.int64)
    drawn = PairwiseFactors(negatives=negatives)._draw(generator(0), user, met, 25)
    found = drawn >= 0
    assert found.mean() > 0.5
    assert np.all(seen.toarray()[user[found], drawn[found]] == 0)


def test_a_user_who_met_everything_gives_no_triples():
    model = PairwiseFactors(epochs=2).fit(csr_matrix(np.ones((3, 4), np.float32)))
    assert np.all(np.isnan(model.loss_)) and np.all(np.isfinite(model.item_factors_))


def test_an_item_nobody_met_does_not_lead():
    seen, _ = two_tastes()
    wider = csr_matrix(np.hstack([seen.toarray(), np.zeros((80, 1), np.float32)]))
    model = PairwiseFactors(factors=4, epochs=10).fit(wider)
    assert model.item_bias_[40] == model.item_bias_.min()
    assert np.all(model.item_factors_[40] == 0)


def test_divergence_is_told():
    seen, _ = two_tastes()
    with np.errstate(all="ignore"), pytest.raises(TamisError, match=r"epoch \d+.*lower `learning_rate`"):
        PairwiseFactors(factors=4, epochs=30, learning_rate=1e30).fit(seen)


def test_fold_in_is_the_mean_of_item_vectors():
    seen, _ = two_tastes()
    model = PairwiseFactors(factors=4, epochs=3).fit(seen)
    asked = np.zeros((1, 40), np.float32)
    asked[0, [2, 5]] = 1, 3
    expected = (model.item_factors_[2] + 3 * model.item_factors_[5]) / 4
    np.testing.assert_allclose(model.fold_in(csr_matrix(asked))[0], expected, rtol=1e-5)
