"""What every model that scores histories must do, whatever it learns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix
from tests.models.retrieval_worlds import checkerboard, random_interactions, unmet_best

from tamis.core.errors import DataError, NotFittedError
from tamis.models.bpr import PairwiseFactors
from tamis.models.ease import Ease
from tamis.models.ials import ImplicitFactors
from tamis.models.item_neighbours import ItemNeighbours, Similarity
from tamis.models.user_neighbours import UserNeighbours

MODELS = {
    "ease": lambda: Ease(regularization=1.0),
    "ease-kept": lambda: Ease(regularization=1.0, keep=12),
    "cosine": lambda: ItemNeighbours(neighbours=30),
    "co-occurrence": lambda: ItemNeighbours(similarity=Similarity.CO_OCCURRENCE, neighbours=30),
    "jaccard": lambda: ItemNeighbours(similarity=Similarity.JACCARD, neighbours=30),
    "users": lambda: UserNeighbours(neighbours=30),
    "ials": lambda: ImplicitFactors(factors=4, regularization=0.01),
    "bpr": lambda: PairwiseFactors(factors=8, epochs=60),
}
every_model = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())


@every_model
def test_checkerboard_answer_is_found(make):
    seen = checkerboard()
    score = make().fit(seen).score(seen)
    assert unmet_best(score, seen).tolist() == list(range(20))


@every_model
def test_batch_equals_single(make):
    seen = random_interactions()
    model = make().fit(seen)
    batch = model.score(seen)
    single = np.vstack([model.score(seen[row]) for row in range(seen.shape[0])])
    assert batch.dtype == np.float32 and batch.shape == seen.shape
    np.testing.assert_allclose(batch, single, rtol=2e-4, atol=2e-5)


@every_model
def test_a_second_fit_forgets_the_first(make):
    first, second = random_interactions(seed=1), random_interactions(n_items=18, seed=2)
    model = make().fit(first)
    again = model.fit(second).score(second)
    np.testing.assert_array_equal(again, make().fit(second).score(second))


@every_model
def test_save_and_load_give_the_same_scores(make, tmp_path):
    seen = random_interactions()
    model = make().fit(seen)
    model.save(tmp_path / "model")
    loaded = make().load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.score(seen), model.score(seen))


@every_model
def test_inputs_are_not_changed_and_order_repeats_and_zeros_do_not_matter(make):
    seen = random_interactions()
    expected = make().fit(seen).score(seen)
    row = np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr))
    half = seen.data / 2
    messy = csr_matrix(seen.shape, dtype=np.float32)
    messy.data = np.concatenate([half, half, [0.0]]).astype(np.float32)
    columns = np.concatenate([seen.indices, seen.indices, [0]])
    rows = np.concatenate([row, row, [0]])
    order = np.argsort(rows, kind="stable")
    messy.data, messy.indices = messy.data[order], columns[order].astype(np.int32)
    messy.indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=seen.shape[0]))]).astype(np.int32)
    before = messy.data.copy(), messy.indices.copy()
    np.testing.assert_allclose(make().fit(messy).score(messy), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(messy.data, before[0])
    np.testing.assert_array_equal(messy.indices, before[1])
    np.testing.assert_allclose(make().fit(csc_matrix(seen)).score(csc_matrix(seen)), expected, rtol=1e-4, atol=1e-5)


@every_model
def test_nothing_met_at_all(make):
    nothing = csr_matrix((3, 4), dtype=np.float32)
    np.testing.assert_array_equal(make().fit(nothing).score(nothing), np.zeros((3, 4)))


@every_model
def test_no_users(make):
    model = make().fit(csr_matrix((0, 4), dtype=np.float32))
    assert model.score(csr_matrix((0, 4), dtype=np.float32)).shape == (0, 4)
    np.testing.assert_array_equal(model.score(csr_matrix(np.ones((1, 4), np.float32))), np.zeros((1, 4)))


@every_model
def test_one_item(make):
    one = csr_matrix(np.float32([[1], [0], [1]]))
    score = make().fit(one).score(one)
    assert score.shape == (3, 1) and np.all(np.isfinite(score))


@every_model
def test_an_empty_history_favours_no_taste(make):
    seen = random_interactions()
    model = make().fit(seen)
    score = model.score(csr_matrix((1, seen.shape[1]), dtype=np.float32))[0]
    if isinstance(model, PairwiseFactors):
        np.testing.assert_array_equal(score, model.item_bias_)
    else:
        np.testing.assert_array_equal(score, 0)


@every_model
def test_an_item_nobody_met_and_more_neighbours_than_items_are_finite(make):
    dense = random_interactions().toarray()
    dense[:, 3] = 0
    model = make().fit(csr_matrix(dense))
    assert np.all(np.isfinite(model.score(csr_matrix(dense))))
    asked = np.zeros((1, dense.shape[1]), np.float32)
    asked[0, 3] = 1
    assert np.all(np.isfinite(model.score(csr_matrix(asked))))


@every_model
def test_bad_input_is_told(make):
    with pytest.raises(NotFittedError, match="has not been trained"):
        make().score(csr_matrix((1, 4), dtype=np.float32))
    with pytest.raises(DataError, match="sparse matrix"):
        make().fit(np.ones((2, 2), np.float32))
    with pytest.raises(DataError, match=r"row 1, item 0.*Got: nan"):
        make().fit(csr_matrix(np.float32([[1, 1], [np.nan, 0]])))
    model = make().fit(random_interactions())
    with pytest.raises(DataError, match=r"Allowed: 25 columns. Got: 7"):
        model.score(csr_matrix((1, 7), dtype=np.float32))


@pytest.mark.parametrize("name", ["ials", "bpr"])
def test_negative_weights_are_refused_where_they_mean_nothing(name):
    with pytest.raises(DataError, match=r"at least 0. Got: -1.0"):
        MODELS[name]().fit(csr_matrix(np.float32([[1, -1]])))


@pytest.mark.parametrize("name", ["ease", "cosine", "ials", "bpr"])
def test_no_items_are_told(name):
    with pytest.raises(DataError, match="there are no items to learn"):
        MODELS[name]().fit(csr_matrix((3, 0), dtype=np.float32))
