import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.progress import listening
from tamis.core.words import Rows
from tamis.data.splits import KFold
from tamis.models.constant_rate import ConstantRate
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.linear import LinearRegression
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import LogLoss, SquaredError


def world(n_queries=60, size=5, seed=0):
    rng = np.random.default_rng(seed)
    n = n_queries * size
    x = rng.normal(size=(n, 2)).astype(np.float32)
    return Rows(x, ("a", "b"), np.repeat(np.arange(n_queries), size)), x[:, 0] + rng.normal(size=n)


class Memory:
    """Remembers the label of every query it saw."""

    output = "quantity"

    def fit(self, rows, label, *, weight=None, validation=None):
        self.seen = dict(zip(rows.query.tolist(), label.tolist()))
        self.validation = validation
        return self

    def predict(self, rows):
        return np.array([self.seen.get(q, -1.0) for q in rows.query.tolist()])


def test_no_row_is_judged_by_a_model_that_saw_its_query():
    rows, label = world()
    found = CrossValidation().run(Memory(), rows, label, SquaredError())
    np.testing.assert_array_equal(found.prediction, -1.0)
    assert len(found.folds) == 5


def test_no_row_is_judged_by_a_model_that_saw_its_group():
    rows, label = world()
    person = rows.query // 6

    class ByPerson(Memory):
        def fit(self, rows, label, *, weight=None, validation=None):
            self.seen = dict.fromkeys((rows.query // 6).tolist(), 1.0)
            return self

        def predict(self, rows):
            return np.array([self.seen.get(p, -1.0) for p in (rows.query // 6).tolist()])

    assert np.any(CrossValidation().run(ByPerson(), rows, label, SquaredError()).prediction == 1)
    grouped = CrossValidation().run(ByPerson(), rows, label, SquaredError(), group=person)
    np.testing.assert_array_equal(grouped.prediction, -1.0)
    assert grouped.measured.n_clusters == 10


def test_equals_a_loop_by_hand():
    rows, label = world()
    found = CrossValidation(folds=3).run(LinearRegression(), rows, label, SquaredError())
    expected = np.full(len(label), np.nan)
    for fold in KFold(k=3, kind="group", by="g").split({"g": rows.query}):
        model = LinearRegression().fit(rows.rows(fold.train), label[fold.train])
        expected[fold.test] = model.predict(rows.rows(fold.test))
    np.testing.assert_array_equal(found.prediction, expected)
    assert found.mean == pytest.approx(np.mean((label - expected) ** 2))
    low, high = found.interval()
    assert low < found.mean < high


def test_the_interval_holds_the_truth_as_often_as_it_says():
    # Predicting the mean of noise: the true squared error is 1 + 1 / n_train.
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rows = Rows(np.zeros((100, 1), np.float32), ("x",), np.arange(100))
        model = ConstantRate(output="quantity")
        low, high = CrossValidation().run(model, rows, rng.normal(size=100), SquaredError()).interval()
        held += low <= 1 + 1 / 80 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_the_model_itself_stays_untrained():
    rows, label = world()
    model = LinearRegression()
    CrossValidation().run(model, rows, label, SquaredError())
    assert not hasattr(model, "weights_")


def test_validation_rows_come_from_other_groups_of_the_training_side():
    rows, label = world()
    seen = []

    class Spy(Memory):
        def fit(self, rows, label, *, weight=None, validation=None):
            seen.append((set(rows.query.tolist()), set(validation[0].query.tolist())))
            return super().fit(rows, label)

    CrossValidation(validation_share=0.25).run(Spy(), rows, label, SquaredError())
    for train, held in seen:
        assert not train & held
        assert len(train | held) == 48
        assert len(held) == 12


def test_early_stopping_gets_validation():
    rows, label = world()
    model = GradientBoosting(trees=30, threads=1)
    found = CrossValidation(folds=2, validation_share=0.3).run(model, rows, (label > 0) * 1.0, LogLoss())
    assert 0 < found.mean < np.log(2) + 0.1


def test_rows_of_an_unknown_group_are_left_out():
    rows, label = world()
    group = np.where(rows.query < 3, -1, rows.query)
    found = CrossValidation().run(LinearRegression(), rows, label, SquaredError(), group=group)
    assert np.isnan(found.prediction).sum() == 15
    assert np.isnan(found.prediction[:15]).all()
    assert found.measured.n == 285


def test_weights_are_handed_on():
    rows, _ = world()
    half = (rows.x[:, 1] > 0).astype(float)
    found = CrossValidation().run(ConstantRate(output="quantity"), rows, half, SquaredError(), weight=half + 1e-9)
    assert found.prediction.min() > 0.99


def test_a_query_over_two_groups_is_refused():
    rows, label = world()
    with pytest.raises(DataError, match="query 0 is spread over several groups"):
        CrossValidation().run(LinearRegression(), rows, label, SquaredError(), group=np.arange(300))
    with pytest.raises(DataError, match="differ in length"):
        CrossValidation().run(LinearRegression(), rows, label[:-1], SquaredError())
    with pytest.raises(DataError, match="too few groups"):
        CrossValidation().run(LinearRegression(), rows.rows(np.arange(10)), label[:10], SquaredError())


def test_progress_is_told():
    rows, label = world()
    heard = []
    with listening(lambda label, done, total, note: heard.append((done, total))):
        CrossValidation(folds=2).run(LinearRegression(), rows, label, SquaredError())
    assert heard == [(0, 2), (1, 2), (2, 2)]
