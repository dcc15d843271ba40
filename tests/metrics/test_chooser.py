"""The metric chooser covers every purpose."""

import pytest

from tamis.core.errors import OptionError
from tamis.metrics import Purpose, average_precision, choose_metric, ndcg, recall_at_k, reciprocal_rank, roc_auc


def test_the_rules() -> None:
    assert choose_metric(Purpose.RANKING).metric is average_precision
    assert choose_metric(Purpose.RANKING, graded=True).metric is ndcg
    assert choose_metric(Purpose.RANKING, first_hit_matters=True).metric is reciprocal_rank
    assert choose_metric(Purpose.CANDIDATES).metric is recall_at_k
    assert choose_metric(Purpose.FIRST_STAGE).metric is roc_auc
    assert choose_metric(Purpose.PROBABILITY).name == "normalised cross-entropy"
    assert choose_metric(Purpose.CLASSIFICATION, imbalanced=True).name == "pr-auc"
    assert choose_metric(Purpose.REGRESSION, outliers=True).name == "mean absolute error"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_a_metric_and_a_reason(purpose: Purpose) -> None:
    choice = choose_metric(purpose)
    assert callable(choice.metric)
    assert len(choice.reason) > 10


def test_a_ranking_is_never_told_to_use_precision_at_k() -> None:
    for flags in ({}, {"graded": True}, {"first_hit_matters": True}):
        assert "precision@k" in choose_metric(Purpose.RANKING, **flags).avoid


def test_bad_input_is_told() -> None:
    with pytest.raises(OptionError, match="exclude each other"):
        choose_metric(Purpose.RANKING, graded=True, first_hit_matters=True)
    with pytest.raises(OptionError, match=r"one of Purpose.CANDIDATES"):
        choose_metric("ranking")  # type: ignore[arg-type]
