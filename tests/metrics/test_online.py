"""Online rates against sums by hand, and their intervals against simulation."""

import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.metrics import (
    acting_user_share,
    bounce_rate,
    click_through_rate,
    conversion_rate,
    hide_rate,
    rate,
    reaction_rates,
    session_success_rate,
)


def test_a_rate_is_total_over_total_and_clustered_by_user() -> None:
    random = np.random.default_rng(0)
    user, shown = random.integers(0, 40, 500), random.integers(1, 5, 500)
    clicks = random.binomial(shown, 0.3)
    got = click_through_rate(clicks, shown, user)
    assert got.mean == pytest.approx(clicks.sum() / shown.sum())
    top, bottom = (np.array([column[user == u].sum() for u in range(40)]) for column in (clicks, shown))
    assert np.allclose(got.values, top / bottom)
    # The delta method in its textbook form: variance of a ratio of two means over users.
    r = top.sum() / bottom.sum()
    cov = np.cov(top, bottom)
    variance = (cov[0, 0] - 2 * r * cov[0, 1] + r * r * cov[1, 1]) / (40 * bottom.mean() ** 2)
    assert got.standard_error == pytest.approx(np.sqrt(variance))


def test_the_interval_of_a_rate_covers_the_truth() -> None:
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        taste = random.beta(2, 8, 60)
        shown = random.integers(1, 30, 60)
        low, high = click_through_rate(random.binomial(shown, taste), shown).interval()
        covered += low <= 0.2 <= high
    assert covered / 300 >= 0.9


def test_names_and_definitions() -> None:
    assert conversion_rate([1, 1], [10, 30]).mean == 0.05
    assert hide_rate([1], [50]).name == "hide rate"
    rates = reaction_rates({"like": [2, 1], "block": [0, 0]}, [10, 5], [3, 3])
    assert (rates["like"].mean, rates["block"].mean) == (0.2, 0.0)
    assert bounce_rate([0, 2, 0, 1, 0]).mean == 0.6


def test_the_two_conversion_rates_differ() -> None:
    assert acting_user_share([5, 5, 6, 7, 7, 8], [5, 5, 9]).mean == 0.25
    assert acting_user_share([5, 5, 6], [5]).cluster.tolist() == [5, 6]


def test_sessions_succeed_by_dwell_or_action() -> None:
    got = session_success_rate([31, 30, 0, 0], [0, 0, 1, 0], [1, 1, 2, 2], dwell_above=30)
    assert got.values.tolist() == [0.5, 0.5]


def test_nothing_shown_is_undefined() -> None:
    assert np.isnan(click_through_rate([], []).mean)
    assert np.isnan(click_through_rate([0], [0]).mean)
    got = click_through_rate([0, 1], [0, 4], [1, 2])
    assert (got.n, got.mean) == (1, 0.25)
    assert np.isnan([bounce_rate([]).mean, acting_user_share([], [1]).mean]).all()
    assert np.isnan(session_success_rate([], [], dwell_above=1).mean)


def test_a_numerator_without_denominator_is_told() -> None:
    with pytest.raises(DataError, match=r"click-through rate: a numerator without a denominator.*1 of 2 users"):
        click_through_rate([1, 1], [0, 5], [1, 2])
    assert click_through_rate([1, 0, 1], [0, 1, 5], [1, 1, 2]).mean == pytest.approx(2 / 6)


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match="`numerator` is negative"):
        rate([-1], [1])
    with pytest.raises(DataError, match="differ in length"):
        rate([1], [1, 2])
    with pytest.raises(DataError, match="`cluster` has another length"):
        rate([1], [1], [1, 2])
    with pytest.raises(DataError, match="not finite"):
        bounce_rate([np.nan])
    with pytest.raises(DataError, match="0 or 1"):
        session_success_rate([1], [2], dwell_above=1)
    with pytest.raises(OptionError, match="dwell_above"):
        session_success_rate([1], [1], dwell_above=-1)
