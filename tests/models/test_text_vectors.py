from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from tamis.core.errors import DataError, NotFittedError
from tamis.models.text_vectors import TextVectors, Tokens, Weighting, cosine

TEXTS = ["Red apple pie", "green APPLE", "pie, pie & cream", "", "a b c", "naïve café_1 2024"]


def dense(matrix: csr_matrix) -> np.ndarray:
    return matrix.toarray()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc 1é,-", max_size=20), min_size=1, max_size=8))
def test_smoothed_words_are_scikit_learns(texts):
    ours = TextVectors().fit(texts)
    if not ours.vocabulary_:
        assert ours.transform(texts).shape == (len(texts), 0)
        return
    theirs = TfidfVectorizer().fit(texts)
    assert ours.vocabulary_ == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(dense(ours.transform(texts)), dense(theirs.transform(texts)), atol=1e-6)
    np.testing.assert_allclose(
        dense(cosine(ours.transform(texts), ours.transform(texts))),
        cosine_similarity(theirs.transform(texts)),
        atol=1e-5,
    )


def test_rare_terms_left_out_as_scikit_learn_does():
    ours, theirs = TextVectors(min_texts=2).fit(TEXTS), TfidfVectorizer(min_df=2).fit(TEXTS)
    assert ours.vocabulary_ == theirs.get_feature_names_out().tolist() == ["apple", "pie"]
    np.testing.assert_allclose(dense(ours.transform(TEXTS)), dense(theirs.transform(TEXTS)), atol=1e-6)


def test_plain_form_by_hand():
    # The worked example: term share times ln(N / df); "the" is in both texts and weighs 0.
    texts = ["the car drives on the road", "the truck drives on the highway"]
    vectors = TextVectors(weighting=Weighting.PLAIN).fit(texts)
    assert vectors.vocabulary_ == ["car", "drives", "highway", "on", "road", "the", "truck"]
    share = math.log(2) / 6
    np.testing.assert_allclose(dense(vectors.transform(texts))[0], [share, 0, 0, 0, share, 0, 0], rtol=1e-6)
    # An unknown word still counts among all words of its text.
    np.testing.assert_allclose(dense(vectors.transform(["car unknown"]))[0, 0], math.log(2) / 2, rtol=1e-6)


@pytest.mark.parametrize("weighting", list(Weighting))
def test_blank_texts_are_zero_vectors_and_alike_to_nothing(weighting):
    vectors = TextVectors(weighting=weighting).fit(TEXTS)
    found = vectors.transform(["", None, "...", "zebra", "apple pie"])
    assert np.all(dense(found)[:4] == 0) and found[4].nnz > 0
    alike = dense(cosine(found, found))
    assert np.all(np.isfinite(alike)) and np.all(alike[:4] == 0) and alike[4, 4] == pytest.approx(1)


def test_no_texts_at_all():
    vectors = TextVectors().fit([])
    assert vectors.vocabulary_ == [] and vectors.transform(["apple"]).shape == (1, 0)


def test_ingredient_names_stay_whole():
    text = (
        "-Squalane: Absorbs completely into the skin, every single day and night.\n"
        "Water (Aqua, Eau), Titanium Dioxide 5.5%, 1,2-Hexanediol; Alcohol*, CI 77491. • Parfum [Fragrance], 100%, "
    )
    names = Tokens.COMMA_LIST.split(text)
    assert names[-6:] == ["water", "titanium dioxide", "1,2-hexanediol", "alcohol", "ci 77491", "parfum"]


def test_lists_compare_whole_names():
    names = TextVectors(tokens=Tokens.COMMA_LIST).fit(["rose oil, water", "rose water", "rose oil"])
    assert names.vocabulary_ == ["rose oil", "rose water", "water"]
    alike = dense(cosine(names.transform(["rose oil"]), names.transform(["rose water", "rose oil"])))
    np.testing.assert_allclose(alike, [[0, 1]], atol=1e-6)


def test_shared_terms_add_up_to_the_cosine():
    vectors = TextVectors().fit(TEXTS)
    left, right = vectors.transform(["red apple pie cream"]), vectors.transform(["green apple pie pie"])
    terms = vectors.shared_terms(left, right)
    assert [t for t, _ in terms] == ["pie", "apple"]
    assert sum(w for _, w in terms) == pytest.approx(dense(cosine(left, right))[0, 0], rel=1e-5)
    assert vectors.shared_terms(left, right, at=1) == terms[:1]


def test_save_load_refit_and_bad_input(tmp_path):
    vectors = TextVectors().fit(["other words"]).fit(TEXTS)
    vectors.save(tmp_path)
    loaded = TextVectors().load(tmp_path)
    assert loaded.vocabulary_ == TextVectors().fit(TEXTS).vocabulary_
    np.testing.assert_array_equal(dense(loaded.transform(TEXTS)), dense(vectors.transform(TEXTS)))
    with pytest.raises(NotFittedError):
        TextVectors().transform(["a"])
    with pytest.raises(DataError, match=r"row 1.*Got: 5"):
        TextVectors().fit(["a", 5])


@pytest.mark.skipif("TAMIS_DATA" not in os.environ, reason="TAMIS_DATA is not set: no cosmetics data")
def test_real_ingredient_lists():
    import pyarrow.parquet as pq

    table = pq.read_table(Path(os.environ["TAMIS_DATA"]) / "cosmetics-sephora" / "products.parquet")
    texts, label = table["ingredients"].to_pylist(), np.array(table["label"].to_pylist())
    vectors = TextVectors(tokens=Tokens.COMMA_LIST).fit(texts)
    found = vectors.transform(texts)
    alike = dense(cosine(found, found))
    np.fill_diagonal(alike, -1)
    nearest = alike.argmax(axis=1)
    told = alike.max(axis=1) > 0
    same = (label[nearest] == label)[told].mean()
    chance = np.square(np.bincount(np.unique(label, return_inverse=True)[1]) / len(label)).sum()
    assert np.all(np.isfinite(alike)) and same > chance + 0.15
    assert "water" in vectors.vocabulary_ and max(len(t.split()) for t in vectors.vocabulary_) <= 6
