import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from tamis.core.errors import DataError
from tamis.data.imbalance import (
    MergeRareClasses,
    OverSample,
    UnderSample,
    balanced_weights,
    class_counts,
    effective_number_weights,
)

labels = st.lists(st.integers(-1, 4), max_size=60).map(lambda x: np.array(x, np.int64))


def test_balanced_weights_equal_scikit_learn():
    label = np.random.default_rng(0).choice(4, 500, p=[0.6, 0.3, 0.08, 0.02])
    expected = compute_class_weight("balanced", classes=np.arange(4), y=label)
    assert np.allclose(balanced_weights(class_counts(label)), expected)
    assert balanced_weights(np.array([3, 0, 3])).tolist() == [1, 0, 1]
    assert balanced_weights(np.array([0, 0])).tolist() == [0, 0]


def test_effective_numbers_by_hand():
    # beta 0.5: effective numbers 2 (1 - 0.5^1 = 0.5 -> 1) and 1.75; weights 1 and 1/1.75, scaled to a row mean of 1
    raw = np.array([1.0, 1 / 1.75])
    assert np.allclose(effective_number_weights(np.array([1, 3]), beta=0.5), raw * 4 / (raw[0] + 3 * raw[1]))
    near_one = effective_number_weights(np.array([1, 3]), beta=1 - 1e-9)
    assert np.allclose(near_one, balanced_weights(np.array([1, 3])))
    with pytest.raises(DataError, match="beta"):
        effective_number_weights(np.array([1, 3]), beta=1.0)


@given(labels, st.sampled_from([0.2, 0.5, 1.0]), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_over_sampling(label, ratio, seed):
    drawn = OverSample(ratio=ratio, seed=seed).sample(label)
    before, after = class_counts(label, 5), class_counts(label[drawn.index], 5)
    assert set(np.flatnonzero(label >= 0)) == set(drawn.index.tolist())  # every labelled row stays
    goal = np.ceil(ratio * before.max(initial=0))
    assert np.array_equal(after, np.where(before > 0, np.maximum(before, goal), 0))
    assert drawn.report.rows_in == len(label) == drawn.report.rows_out + int((label == -1).sum())


@given(labels, st.sampled_from([1.0, 1.5, 3.0]), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_under_sampling(label, ratio, seed):
    drawn = UnderSample(ratio=ratio, seed=seed).sample(label)
    before, after = class_counts(label, 5), class_counts(label[drawn.index], 5)
    smallest = min(before[before > 0], default=0)
    assert np.array_equal(after, np.minimum(before, np.floor(ratio * smallest)))
    assert len(np.unique(drawn.index)) == len(drawn.index)
    assert drawn.report.rows_in - drawn.report.rows_out == sum(drawn.report.counts().values())


def test_extra_rows_are_drawn_alike():
    from scipy.stats import chisquare

    drawn = OverSample().sample(np.array([0] * 4004 + [1] * 4)).index
    extra = np.bincount(drawn[drawn >= 4004] - 4004) - 1
    assert chisquare(extra).pvalue > 1e-4


@given(labels, st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_merging(label, at_least_rows):
    merged = MergeRareClasses(at_least_rows=at_least_rows).merge(label)
    counts = class_counts(label)
    assert np.array_equal(merged.label == -1, label == -1)
    for c in range(len(counts)):
        home = set(merged.label[label == c].tolist())
        assert home <= {int(merged.new_class[c])}
        together = merged.new_class == merged.new_class[c]
        assert (together.sum() == 1) if counts[c] >= at_least_rows else np.all(counts[together] < at_least_rows)
    assert merged.n_classes == len(np.unique(merged.new_class))


def test_bad_labels():
    with pytest.raises(DataError, match="label"):
        class_counts(np.array([0.5]))
    with pytest.raises(DataError, match="out of range"):
        class_counts(np.array([-2]))
    with pytest.raises(DataError, match="-1 to 2"):
        class_counts(np.array([3]), n_classes=3)
