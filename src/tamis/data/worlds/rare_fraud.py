"""Card payments of which a few in a thousand are fraud, each with its true probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, below
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.rng import generator
from tamis.data.worlds.world import START, Floats, World, as_time, check_sizes, ids, times

_HOUR = 3_600_000_000


@dataclass(frozen=True)
class FraudRisk:
    """The true probability of fraud of each event.

    Parameters
    ----------
    probability : array of shape (n_events,)
        In the order of the events.
    """

    probability: Floats

    def expected_cost(self, stopped: NDArray[np.bool_], *, missed: float, alarm: float) -> float:
        """Return the expected cost of stopping some payments: `alarm` per honest one stopped, `missed` per fraud let by.

        Examples
        --------
        >>> FraudRisk(np.array([0.1, 0.6])).expected_cost(np.array([False, True]), missed=10, alarm=5)
        3.0
        """
        if stopped.shape != self.probability.shape:
            raise DataError(
                "`stopped` has another shape",
                where="FraudRisk",
                allowed=str(self.probability.shape),
                got=stopped.shape,
            )
        return float(np.where(stopped, (1 - self.probability) * alarm, self.probability * missed).sum())

    def best(self, *, missed: float, alarm: float) -> NDArray[np.bool_]:
        """Return the payments to stop at the least expected cost: those with probability above alarm / (alarm + missed)."""
        return np.asarray(self.probability * missed > (1 - self.probability) * alarm)


def rare_fraud(
    n_users: int = 400,
    n_items: int = 60,
    *,
    n_events: int = 20_000,
    rate: float = 0.01,
    days: float = 60.0,
    seed: int = 0,
) -> World[FraudRisk]:
    """Return payments of cards (users) to merchants (items), with `amount`, `abroad` and the label `fraud` (0 or 1).

    The log-odds of fraud rise with the logarithm of the amount, abroad, at night (0 to 6 o'clock UTC) and with a risk
    of the merchant that no column tells; their level is set so that the mean probability is `rate`.

    Parameters
    ----------
    n_users, n_items, n_events : int
    rate : float
        Strictly between 0 and 1.
    days : float
    seed : int

    Examples
    --------
    >>> round(float(rare_fraud(rate=0.02).truth.probability.mean()), 6)
    0.02
    """
    check_sizes("rare_fraud", n_users=n_users, n_items=n_items, n_events=n_events)
    check_value("rare_fraud", "rate", rate, Annotated[float, above(0), below(1)])
    random = generator(seed, 5)
    at = times(random, n_events, days)
    merchant = random.integers(0, n_items, n_events)
    amount = np.round(np.exp(random.normal(3.5, 1.0, n_events)), 2)
    abroad = random.random(n_events) < 0.08
    night = (at - START) // _HOUR % 24 < 6
    risk = random.normal(0.0, 0.8, n_items)
    raw = 0.9 * (np.log(amount) - 3.5) + 2.2 * abroad + 1.0 * night + risk[merchant]
    probability = _at_rate(raw, rate)
    return World(
        {"user_id": ids("u", n_users, n_users)},
        {"item_id": ids("i", n_items, n_items)},
        {
            "user_id": ids("u", random.integers(0, n_users, n_events), n_users),
            "item_id": ids("i", merchant, n_items),
            "at": as_time(at),
            "amount": amount,
            "abroad": abroad,
            "fraud": (random.random(n_events) < probability).astype(np.int64),
        },
        FraudRisk(probability),
    )


def _at_rate(raw: Floats, rate: float) -> Floats:
    # sigmoid(raw + level) with the level that makes the mean `rate`; the mean rises with the level, so halve
    low, high = -60.0 - float(raw.max()), 60.0 - float(raw.min())
    for _ in range(80):
        level = (low + high) / 2
        if (1.0 / (1.0 + np.exp(-np.clip(raw + level, -700, 700)))).mean() < rate:
            low = level
        else:
            high = level
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(raw + high, -700, 700))))
