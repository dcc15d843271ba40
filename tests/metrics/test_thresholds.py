"""Each criterion against a search over every possible cut."""

import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.metrics import (
    best_f_threshold,
    binary_counts,
    cheapest_threshold,
    threshold_curve,
    threshold_for_precision,
    threshold_for_recall,
)


def test_every_criterion_finds_the_best_cut() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        actual, score = random.integers(0, 2, 10), random.integers(0, 6, 10) / 5
        actual[0] = 1
        curve = threshold_curve(actual, score)
        cuts = [np.inf, *sorted(set(score), reverse=True)]
        counts = {cut: binary_counts(actual, score >= cut) for cut in cuts}
        cost = {cut: float(2 * c.false_positive + 3 * c.false_negative) for cut, c in counts.items()}
        assert cheapest_threshold(curve, false_positive_cost=2, false_negative_cost=3).threshold == min(
            cuts, key=cost.get
        )
        f = {cut: float(c.f_beta(0.5)) for cut, c in counts.items()}
        assert best_f_threshold(curve, 0.5).threshold == max(cuts, key=f.get)
        enough = [cut for cut in cuts if float(counts[cut].recall()) >= 0.6]
        found = threshold_for_recall(curve, 0.6)
        assert found.threshold == enough[0]
        assert found.precision == pytest.approx(float(counts[enough[0]].precision()))
        assert found.recall == pytest.approx(float(counts[enough[0]].recall()))
        precise = [cut for cut in cuts if float(counts[cut].precision()) >= 0.5]
        if precise:
            best = max(precise, key=lambda cut: float(counts[cut].recall()))
            assert threshold_for_precision(curve, 0.5).threshold == best
        else:
            with pytest.raises(DataError, match=r"no threshold has a precision of 0.5"):
                threshold_for_precision(curve, 0.5)


def test_predicting_nothing_may_be_cheapest() -> None:
    chosen = cheapest_threshold(threshold_curve([0, 1], [0.9, 0.1]), false_positive_cost=9, false_negative_cost=1)
    assert chosen.threshold == np.inf
    assert np.isnan(chosen.precision)
    assert chosen.recall == 0


def test_bad_input_is_told() -> None:
    curve = threshold_curve([0, 0], [0.1, 0.2])
    with pytest.raises(DataError, match=r"no threshold has a recall of 0.5"):
        threshold_for_recall(curve, 0.5)
    with pytest.raises(DataError, match="at most 0 here"):
        threshold_for_precision(curve, 0.5)
    for target in (0, 1.5, np.nan):
        with pytest.raises(OptionError, match="target"):
            threshold_for_recall(curve, target)
    with pytest.raises(OptionError, match="false_positive_cost"):
        cheapest_threshold(curve, false_positive_cost=-1, false_negative_cost=1)
