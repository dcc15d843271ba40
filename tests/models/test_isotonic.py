import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.models.isotonic import Isotonic


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 1)), min_size=1, max_size=50))
def test_is_the_curve_of_scikit_learn_also_with_ties(rows):
    from sklearn.isotonic import IsotonicRegression

    score, label = np.array([s for s, _ in rows], np.float64), np.array([y for _, y in rows], np.float64)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(score, label)
    grid = np.linspace(-7, 7, 57)
    np.testing.assert_allclose(Isotonic().fit(score, label).calibrate(grid), theirs.predict(grid), atol=1e-6)


def test_known_answer():
    # 0 1 | 1 0 pool to 0, then (1 + 0) / 2 = 0.5 over the scores 2 and 3; the tie at 5 averages to 0.75.
    score = np.array([1.0, 2, 3, 5, 5, 5, 5])
    model = Isotonic().fit(score, np.array([0.0, 1, 0, 1, 1, 1, 0]))
    np.testing.assert_allclose(model.calibrate(np.array([1, 2, 3, 4, 5, 99.0])), [0, 0.5, 0.5, 0.625, 0.75, 0.75])


def test_keeps_only_corners():
    score = np.arange(10_000.0)
    assert len(Isotonic().fit(score, (score > 5000).astype(float)).score_) == 4
