"""Online amounts from events: time, totals per user, lift of one arm over another, return on investment.

Gain: the amount itself.
Discount: none.
Ties: none.
Empty truth: no rows give NaN; a control of mean 0 has no lift, a cost of 0 no return (NaN).
Averaging: mean over sessions or over users, as each says; intervals take users as clusters.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.ragged import sum_per_query
from tamis.metrics.columns import cluster_of, codes, divided, numbers, same_length
from tamis.metrics.measured import Comparison, Measured, check_level, tested


def mean_time(duration: ArrayLike, user: ArrayLike | None = None, *, cap: float) -> Measured:
    """Return the time per row (page view, play, session), each cut down to `cap` so that a forgotten tab cannot rule.

    Parameters
    ----------
    duration : array of shape (n,), at least 0
    user : array of shape (n,), optional
    cap : float
        In the unit of `duration`; above 0.

    Raises
    ------
    DataError
        Where lengths differ or a duration is negative or not finite.

    Examples
    --------
    >>> mean_time([10, 20, 9000], cap=60).mean
    30.0
    """
    check_value("mean_time", "cap", cap, Annotated[float, above(0)])
    took = numbers("mean_time", "duration", duration)
    if (took < 0).any():
        raise DataError("a duration is negative", where="mean_time", allowed="at least 0", got=float(took.min()))
    return Measured("mean time", np.minimum(took, cap), cluster_of("mean_time", user, len(took)))


def total_per_user(amount: ArrayLike, user: ArrayLike, *, n_users: int, name: str = "total per user") -> Measured:
    """Return the sum per user over a period: completions or purchases (amount 1 each), revenue, play time.

    Users without an event count 0, so all users of the period must be in `n_users`. Completions favour short items,
    and in search a completion says little: read them beside time.

    Parameters
    ----------
    amount : array of shape (n,)
        Per event; a refund is negative.
    user : array of shape (n,)
        User codes from 0 to n_users - 1.
    n_users : int
    name : str

    Examples
    --------
    >>> total_per_user([5.0, 7.0, 1.0], [0, 0, 2], n_users=4).values
    array([12.,  0.,  1.,  0.])
    """
    check_value("total_per_user", "n_users", n_users, Annotated[int, at_least(0)])
    who, amounts = codes(name, "user", user, 0, n_users - 1), numbers(name, "amount", amount)
    same_length(name, amount=amounts, user=who)
    return Measured(name, sum_per_query(who, amounts, n_users), np.arange(n_users))


def lift(treatment: Measured, control: Measured, level: float = 0.95) -> Comparison:
    """Return (treatment - control) / control of two independent groups, with interval and p-value.

    The variance of the ratio of means is the delta method's, se_t^2 / c^2 + t^2 se_c^2 / c^4, with Welch's degrees
    of freedom. The groups must share no user. NaN where the control's mean is 0 or a group has fewer than two users.
    Deng, Knoblich and Lu (2018), https://arxiv.org/abs/1803.06336.

    Parameters
    ----------
    treatment, control : Measured
        Such as revenue per user of each arm.
    level : float
        Of the interval, strictly between 0 and 1.

    Examples
    --------
    >>> a, b = Measured("revenue", np.array([2.0, 4.0])), Measured("revenue", np.array([1.0, 3.0]))
    >>> lift(a, b).difference
    0.5
    """
    check_level(level)
    top, bottom = treatment.mean, control.mean
    n = treatment.n + control.n
    if not bottom or np.isnan([top, bottom, treatment.standard_error, control.standard_error]).any():
        return Comparison(f"{treatment.name} lift", np.nan, np.nan, np.nan, np.nan, n, level)
    parts = np.array([treatment.standard_error / bottom, top * control.standard_error / bottom**2]) ** 2
    groups = np.array([treatment.n_clusters, control.n_clusters])
    # The smaller group's freedom where neither varies: the interval is a point then.
    freedom = float(divided(parts.sum() ** 2, (parts**2 / (groups - 1)).sum(), float(groups.min() - 1)))
    return tested(f"{treatment.name} lift", top / bottom - 1, float(np.sqrt(parts.sum())), freedom, n, level)


def return_on_investment(revenue: float, cost: float) -> float:
    """Return (revenue - cost) / cost (ROI); NaN where the cost is 0.

    Examples
    --------
    >>> return_on_investment(150.0, 100.0)
    0.5
    """
    check_value("return_on_investment", "cost", cost, Annotated[float, at_least(0)])
    return (revenue - cost) / cost if cost else np.nan
