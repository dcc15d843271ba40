"""Online rates from events: clicks, conversions, bounces, reactions, hides, session success. Ratios of totals, by user.

Gain: one per event.
Discount: none.
Ties: none.
Empty truth: no impressions give NaN; a user without impressions is left out.
Averaging: sum over sum, not a mean of users' rates; intervals take users as clusters (delta method, `Measured`).

Rates are shares; print `f"{rate.mean:.2%}"` for a percentage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.ragged import sum_per_query
from tamis.metrics.columns import Floats, cluster_of, codes, divided, numbers, same_length, zero_one
from tamis.metrics.measured import Measured


def rate(
    numerator: ArrayLike, denominator: ArrayLike, user: ArrayLike | None = None, *, name: str = "rate"
) -> Measured:
    """Return sum(numerator) / sum(denominator), one value per user with the user's denominator as weight.

    Parameters
    ----------
    numerator, denominator : arrays of shape (n,), at least 0
        Counts or amounts per row; a row may be an event, a session or a day.
    user : array of shape (n,), whole numbers, optional
        Rows of one user are added up first; the result is in ascending order of user. Default: each row its own user.
    name : str

    Raises
    ------
    DataError
        Where lengths differ, a value is negative, or a user has a numerator and no denominator (the rate would
        lose it).

    Examples
    --------
    >>> clicks = rate([1, 0, 0, 1], [1, 1, 1, 1], [7, 7, 7, 9])
    >>> clicks.mean, clicks.values.round(2), clicks.weight
    (0.5, array([0.33, 1.  ]), array([3., 1.]))
    """
    top, bottom = _at_least_zero(name, "numerator", numerator), _at_least_zero(name, "denominator", denominator)
    n = same_length(name, numerator=top, denominator=bottom)
    who = cluster_of(name, user, n)
    users = None
    if who is not None:
        users, at = np.unique(who, return_inverse=True)
        top, bottom = sum_per_query(at, top, len(users)), sum_per_query(at, bottom, len(users))
    orphans = (top > 0) & (bottom == 0)
    if orphans.any():
        raise DataError(
            "a numerator without a denominator",
            where=name,
            allowed="a denominator above 0 for whoever has a numerator",
            got=f"{int(orphans.sum())} of {len(top)} users",
            next_step="count conversions in the period of their impressions",
        )
    return Measured(name, divided(top, bottom), users, bottom)


def click_through_rate(clicks: ArrayLike, impressions: ArrayLike, user: ArrayLike | None = None) -> Measured:
    """Return clicks / impressions (CTR).

    Examples
    --------
    >>> click_through_rate([3, 1], [10, 10], [1, 2]).mean
    0.2
    """
    return rate(clicks, impressions, user, name="click-through rate")


def conversion_rate(conversions: ArrayLike, impressions: ArrayLike, user: ArrayLike | None = None) -> Measured:
    """Return conversions / impressions, the advertiser's conversion rate; see `acting_user_share` for the shop's.

    Examples
    --------
    >>> conversion_rate([1, 0], [10, 10]).mean
    0.05
    """
    return rate(conversions, impressions, user, name="conversion rate")


def acting_user_share(interacting_user: ArrayLike, acting_user: ArrayLike) -> Measured:
    """Return the share of users with an interaction who also acted (bought, booked), the conversion rate per user.

    Parameters
    ----------
    interacting_user, acting_user : arrays of user codes, one per event
        A user who acted without an interaction is not counted.

    Examples
    --------
    >>> acting_user_share([1, 1, 2, 3, 4], [2, 2, 9]).mean
    0.25
    """
    where, bounds = "acting_user_share", np.iinfo(np.int64)
    came = np.sort(codes(where, "interacting_user", interacting_user, bounds.min, bounds.max))
    came = came[np.diff(came, prepend=came[:1] - 1) != 0]
    acted = codes(where, "acting_user", acting_user, bounds.min, bounds.max)
    return Measured("acting user share", np.isin(came, acted).astype(np.float64), came)


def bounce_rate(further_actions: ArrayLike, user: ArrayLike | None = None) -> Measured:
    """Return the share of visits without any further action.

    Parameters
    ----------
    further_actions : array of shape (n,)
        Actions after the landing, per visit.
    user : array of shape (n,), optional

    Examples
    --------
    >>> bounce_rate([0, 3, 1, 0]).mean
    0.5
    """
    actions = _at_least_zero("bounce rate", "further_actions", further_actions)
    return rate(actions == 0, np.ones(len(actions)), user, name="bounce rate")


def reaction_rates(
    reactions: Mapping[str, ArrayLike], impressions: ArrayLike, user: ArrayLike | None = None
) -> dict[str, Measured]:
    """Return each kind of reaction (like, comment, share, bookmark) per impression, or per session if so counted.

    The guardrails hide, report and block are counted the same way: there lower is better.

    Examples
    --------
    >>> rates = reaction_rates({"like": [2, 0], "report": [0, 1]}, [10, 10])
    >>> rates["like"].mean, rates["report"].mean
    (0.1, 0.05)
    """
    return {kind: rate(count, impressions, user, name=f"{kind} rate") for kind, count in reactions.items()}


def hide_rate(hides: ArrayLike, impressions: ArrayLike, user: ArrayLike | None = None) -> Measured:
    """Return hides / impressions; lower is better.

    Examples
    --------
    >>> hide_rate([1], [50]).mean
    0.02
    """
    return rate(hides, impressions, user, name="hide rate")


def session_success_rate(
    dwell: ArrayLike, acted: ArrayLike, user: ArrayLike | None = None, *, dwell_above: float
) -> Measured:
    """Return the share of sessions with a dwell time above a limit, or an action such as adding to the cart.

    The failure rate is 1 minus it.

    Parameters
    ----------
    dwell : array of shape (n,), at least 0
        Longest dwell time of each session.
    acted : array of shape (n,), 0 or 1
    user : array of shape (n,), optional
    dwell_above : float
        In the unit of `dwell`; a dwell of exactly the limit is no success.

    Examples
    --------
    >>> session_success_rate([40, 5, 5, 30], [0, 1, 0, 0], dwell_above=30).mean
    0.5
    """
    name = "session success rate"
    check_value(name, "dwell_above", dwell_above, Annotated[float, at_least(0)])
    stayed, action = _at_least_zero(name, "dwell", dwell), zero_one(name, "acted", acted)
    same_length(name, dwell=stayed, acted=action)
    return rate((stayed > dwell_above) | (action == 1), np.ones(len(stayed)), user, name=name)


def _at_least_zero(where: str, name: str, values: ArrayLike) -> Floats:
    column = numbers(where, name, values)
    if (column < 0).any():
        raise DataError(f"`{name}` is negative", where=where, allowed="at least 0", got=float(column.min()))
    return column
