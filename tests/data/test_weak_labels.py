import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError, NotFittedError
from tamis.data.labelling_functions import Confident, Keywords, Lookup, Pattern
from tamis.data.weak_labels import DawidSkene, MajorityVote, vote_report, votes_of


def world(accuracy, abstain=0.3, n=20_000, prior=0.3, seed=0):
    """Votes of independent functions of known accuracy, and the truth."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < prior).astype(np.int64)
    right = rng.random((n, len(accuracy))) < np.array(accuracy)
    votes = np.where(right, truth[:, None], 1 - truth[:, None])
    return np.where(rng.random(votes.shape) < abstain, -1, votes), truth


def test_em_finds_the_accuracy_of_each_function_without_truth():
    accuracy = [0.9, 0.8, 0.7, 0.6, 0.55]
    votes, truth = world(accuracy)
    model = DawidSkene(n_classes=2).fit(votes)
    assert np.abs(model.accuracy() - accuracy).max() < 0.025
    assert model.prior_[1] == pytest.approx(0.3, abs=0.02)
    probability = model.predict_proba(votes)
    ours = (probability.argmax(axis=1) == truth).mean()
    majority = MajorityVote(n_classes=2).predict_proba(votes)
    theirs = (majority.argmax(axis=1) == truth).mean()
    # the best any rule can do knows the accuracies: posterior by Bayes' rule
    log_odds = np.log(0.3 / 0.7) + (
        np.where(votes == -1, 0, 2 * votes - 1) * np.log(np.array(accuracy) / (1 - np.array(accuracy)))
    ).sum(axis=1)
    best = ((log_odds > 0) == truth).mean()
    assert ours > theirs + 0.02 and ours > best - 0.005
    # calibrated: among rows said to be about 0.8 or more, the mean probability is the share that is true
    sure = probability[:, 1] > 0.8
    assert truth[sure].mean() == pytest.approx(probability[sure, 1].mean(), abs=0.02)


def test_em_with_three_classes_and_a_function_that_confuses_two():
    rng = np.random.default_rng(1)
    truth = rng.choice(3, 9000, p=[0.5, 0.3, 0.2])
    confusion = np.array([[[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.0, 0.5, 0.5]]] + [np.eye(3) * 0.7 + 0.1] * 4)
    votes = np.stack([(rng.random((9000, 1)) > np.cumsum(c[truth], axis=1)).sum(axis=1) for c in confusion], axis=1)
    model = DawidSkene(n_classes=3).fit(votes)
    assert np.abs(model.confusion_ - confusion).max() < 0.06
    assert (model.predict_proba(votes).argmax(axis=1) == truth).mean() > 0.88


def test_rows_without_votes_get_the_prior():
    votes, _ = world([0.9, 0.8, 0.7], n=500)
    model = DawidSkene(n_classes=2).fit(votes)
    assert np.allclose(model.predict_proba(np.full((1, 3), -1)), model.prior_)
    prior = MajorityVote(n_classes=2, prior=(0.9, 0.1)).predict_proba(np.array([[-1, -1], [1, -1]]))
    assert prior.tolist() == [[0.9, 0.1], [0.0, 1.0]]


votes = st.lists(st.lists(st.integers(-1, 2), min_size=3, max_size=3), max_size=12).map(
    lambda v: np.array(v, np.int64).reshape(-1, 3)
)


@given(votes)
@settings(max_examples=60, deadline=None)
def test_report_equals_a_loop(votes):
    report = vote_report(votes, truth=np.zeros(len(votes), np.int64))
    n = max(len(votes), 1)
    for j in range(3):
        rows = [v for v in votes.tolist() if v[j] != -1]
        others = [[v[k] for k in range(3) if k != j and v[k] != -1] for v in rows]
        assert report.coverage[j] == pytest.approx(len(rows) / n)
        assert report.overlap[j] == pytest.approx(sum(bool(o) for o in others) / n)
        assert report.conflict[j] == pytest.approx(
            sum(any(x != v[j] for x in o) for v, o in zip(rows, others, strict=True)) / n
        )
        if rows:
            assert report.accuracy[j] == pytest.approx(sum(v[j] == 0 for v in rows) / len(rows))
        else:
            assert np.isnan(report.accuracy[j])


def test_labelling_functions():
    batch = {
        "text": np.array(["Win a FREE prize", "freedom", None, "50% off"], dtype=object),
        "domain": np.array(["a", "b", "b", "c"]),
    }
    model = Confident(lambda rows: np.array([[0.95, 0.05], [0.5, 0.5], [np.nan, np.nan], [0.05, 0.95]]))
    functions = [Keywords(("free", "c++"), label=1), Pattern(r"\d+ ?%", label=1), Lookup({"b": 0}, of="domain"), model]
    assert votes_of(functions, batch).tolist() == [[1, -1, -1, 0], [-1, -1, 0, -1], [-1, -1, 0, -1], [-1, 1, -1, 1]]
    assert Keywords((), label=1).vote(batch).tolist() == [-1] * 4


def test_bad_votes():
    with pytest.raises(NotFittedError):
        DawidSkene(n_classes=2).predict_proba(np.zeros((1, 1), int))
    for bad in (np.array([[2, 0]]), np.array([[0.5]]), np.array([0, 1]), np.array([[-2, 0]])):
        with pytest.raises(DataError, match="votes are not allowed"):
            MajorityVote(n_classes=2).predict_proba(bad)
    with pytest.raises(DataError, match="no function votes"):
        DawidSkene(n_classes=2).fit(np.full((4, 2), -1))
    with pytest.raises(DataError, match=r"shape \(n, 3\)"):
        DawidSkene(n_classes=2).fit(np.zeros((4, 3), int)).predict_proba(np.zeros((1, 2), int))
    with pytest.raises(Exception, match="no regular expression"):
        Pattern("(", label=0)
