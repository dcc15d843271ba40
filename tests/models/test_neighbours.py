from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import cosine_similarity
from tests.models.retrieval_worlds import random_interactions

from tamis.models._largest import largest_per_row, padded
from tamis.models._pair_products import PairProducts
from tamis.models.item_neighbours import ItemNeighbours, Similarity
from tamis.models.user_neighbours import UserNeighbours


def top(dense: np.ndarray, n: int) -> np.ndarray:
    """Keep the n largest positive entries of each row, by a loop."""
    kept = np.zeros_like(dense)
    for i, row in enumerate(dense):
        for j in sorted(range(len(row)), key=lambda j: (-row[j], j))[:n]:
            kept[i, j] = max(row[j], 0)
    return kept


def without_own(similarity: np.ndarray) -> np.ndarray:
    similarity = similarity.copy()
    np.fill_diagonal(similarity, 0)
    return similarity


def test_cosine_is_scikit_learns():
    seen = random_interactions()
    found = ItemNeighbours(neighbours=25).fit(seen).similarity_.toarray()
    np.testing.assert_allclose(found, without_own(cosine_similarity(seen.T)), atol=1e-6)


def test_only_the_nearest_are_kept():
    seen = random_interactions(n_users=200, n_items=25)
    found = ItemNeighbours(neighbours=5).fit(seen).similarity_.toarray()
    expected = without_own(cosine_similarity(seen.T))
    assert np.all((found > 0).sum(axis=1) == 5)
    np.testing.assert_allclose(np.sort(found, axis=1)[:, -5:], np.sort(expected, axis=1)[:, -5:], atol=1e-6)
    np.testing.assert_allclose(found[found > 0], expected[found > 0], atol=1e-6)


def test_the_dense_and_the_sparse_way_agree_with_the_product():
    seen = random_interactions(n_users=500, n_items=90, share=0.06)
    products = PairProducts(seen)
    assert 0 < products.n_head < 90
    whole = (seen.T @ seen).toarray()[np.ix_(products.order, products.order)]
    for size in (7, 1000):
        rebuilt = np.zeros((90, 90), np.float32)
        for block in products.blocks(size):
            columns, values = products.rows(block)
            for row in range(values.shape[0]):
                np.add.at(rebuilt[block.start + row], np.broadcast_to(columns, values.shape)[row], values[row])
        np.testing.assert_allclose(rebuilt, whole)


def test_similarities_shrinkage_and_damping_by_hand():
    # Users of item 0: a b c d; of item 1: a b; of item 2: a e.
    seen = csr_matrix(np.float32([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]]))
    cosine = ItemNeighbours(shrinkage=2.0).fit(seen).similarity_.toarray()
    np.testing.assert_allclose(cosine[0, 1], 2 / (np.sqrt(8) + 2), rtol=1e-6)
    share = ItemNeighbours(similarity=Similarity.CO_OCCURRENCE).fit(seen).similarity_.toarray()
    np.testing.assert_allclose([share[0, 1], share[1, 0], share[2, 1]], [2 / 4, 2 / 2, 1 / 2], rtol=1e-6)
    jaccard = ItemNeighbours(similarity=Similarity.JACCARD, shrinkage=1.0).fit(seen).similarity_.toarray()
    np.testing.assert_allclose([jaccard[0, 1], jaccard[1, 2]], [2 / (4 + 1), 1 / (3 + 1)], rtol=1e-6)
    damped = ItemNeighbours(similarity=Similarity.CO_OCCURRENCE, popularity_damping=0.5).fit(seen).similarity_.toarray()
    np.testing.assert_allclose([damped[1, 0], damped[0, 1]], [1 / 2, 0.5 / np.sqrt(2)], rtol=1e-6)


def test_one_rater_is_doubted():
    seen = csr_matrix(np.float32([[1, 1, 0, 0]] + [[0, 0, 1, 1]] * 20))
    score = ItemNeighbours(shrinkage=5.0).fit(seen).score(csr_matrix(np.float32([[1, 0, 1, 0]])))[0]
    assert score[3] > 3 * score[1] > 0


def test_similar_lists_best_first_and_knows_no_unknown_item():
    seen = random_interactions(n_users=200)
    model = ItemNeighbours(neighbours=6).fit(seen)
    row, item, value = model.similar(np.array([4, -1, 99, 7]))
    assert row.tolist() == [0] * 6 + [3] * 6
    dense = without_own(cosine_similarity(seen.T))
    assert item[:6].tolist() == np.argsort(-dense[4], kind="stable")[:6].tolist()
    np.testing.assert_allclose(value[6:], np.sort(dense[7])[::-1][:6], atol=1e-6)


def test_score_is_the_weighted_sum_of_similarities():
    seen = random_interactions()
    model = ItemNeighbours(neighbours=7).fit(seen)
    np.testing.assert_allclose(model.score(seen), seen.toarray() @ model.similarity_.toarray(), rtol=1e-5, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 12))
def test_largest_per_row_is_a_sorted_loop(seed, n_rows, n):
    random = np.random.default_rng(seed)
    dense = (random.integers(-2, 4, (n_rows, 9)) * (random.random((n_rows, 9)) < 0.7)).astype(np.float32)
    for columns, values in (padded(csr_matrix(dense)), (np.arange(9, dtype=np.int32)[None], dense)):
        row, column, value = largest_per_row(columns, values, n)
        found = np.zeros_like(dense)
        found[row, column] = value
        assert len(row) == np.count_nonzero(found)
        np.testing.assert_array_equal(found, top(dense, n))


@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
def test_user_neighbours_are_a_loop_over_users(shrinkage):
    seen, asked = random_interactions(n_users=50), random_interactions(n_users=9, seed=8)
    random = np.random.default_rng(0)
    for matrix in (seen, asked):  # no two similarities alike
        matrix.data = random.uniform(1, 2, matrix.nnz).astype(np.float32)
    model = UserNeighbours(neighbours=6, shrinkage=shrinkage).fit(seen)
    x, h = seen.toarray().astype(float), asked.toarray().astype(float)
    similarity = np.zeros((9, 50))
    for a in range(9):
        for b in range(50):
            below = np.linalg.norm(h[a]) * np.linalg.norm(x[b]) + shrinkage
            similarity[a, b] = h[a] @ x[b] / below if below else 0
    np.testing.assert_allclose(model.score(asked), top(similarity, 6) @ x, rtol=1e-4, atol=1e-4)


def test_a_history_that_overlaps_with_nobody_scores_nothing():
    model = UserNeighbours().fit(csr_matrix(np.float32([[1, 1, 0], [1, 0, 0]])))
    np.testing.assert_array_equal(model.score(csr_matrix(np.float32([[0, 0, 1]]))), 0)
