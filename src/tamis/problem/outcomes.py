"""The catalogue of outcomes a system can be trained for: how each is labelled, how it goes wrong, what watches it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import Condition, at_least
from tamis.core.errors import DataError


class Outcome(Enum):
    """The kinds of good outcome that a discovery system is built for."""

    RELEVANCE = "relevance"
    CLICKS = "clicks"
    COMPLETIONS = "completions"
    TIME_SPENT = "time spent"
    PURCHASES = "purchases"
    LIKES = "likes"
    SHARES = "shares"
    CONNECTIONS = "connections"
    REVENUE = "revenue"


@dataclass(frozen=True)
class LabelRule:
    """How logged events become the number that a model learns.

    Parameters
    ----------
    values_by_kind : mapping of event kind to Condition or None
        The kinds that count; a condition must hold for the event's value, None accepts any value.
    amount : bool
        False gives 1 or 0 (it happened or not); True gives the event's value (seconds, money).

    Examples
    --------
    >>> rule = LabelRule({"rating": at_least(4), "like": None})
    >>> rule.label(np.array(["rating", "rating", "like", "hide"]), np.array([5.0, 2.0, np.nan, 1.0]))
    array([1., 0., 1., 0.])
    """

    values_by_kind: Mapping[str, Condition | None]
    amount: bool = False

    def label(self, kind: NDArray[np.str_], value: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the label of each event, shape (n,).

        A kind that is not listed gives 0. A value of NaN meets no condition, so it gives 0; where the label is an
        amount it stays NaN, because an unknown amount is not an amount of zero. No events give an empty array.

        Parameters
        ----------
        kind : array of shape (n,), str
        value : array of shape (n,), float

        Raises
        ------
        DataError
            Where the two differ in length.
        """
        if len(kind) != len(value):
            raise DataError("`kind` and `value` differ in length", where="LabelRule", got=(len(kind), len(value)))
        counts = np.zeros(len(kind), np.bool_)
        for name, condition in self.values_by_kind.items():
            met = np.ones(len(kind), np.bool_) if condition is None else np.asarray(condition.holds(value), np.bool_)
            counts |= (np.asarray(kind) == name) & met
        return np.where(counts, np.asarray(value, np.float64) if self.amount else 1.0, 0.0)

    def __str__(self) -> str:
        parts = [name if c is None else f"{name} of {c}" for name, c in self.values_by_kind.items()]
        return ("the amount of " if self.amount else "1 for ") + " or ".join(parts) + ", else 0"


@dataclass(frozen=True)
class OutcomeGuide:
    """What is known about training for one kind of outcome.

    Parameters
    ----------
    outcome : Outcome
    label : LabelRule
        The usual label; kinds are those of the event log.
    flaw : str
        What a system learns to do when this is all it is paid for.
    watched_by : str
        The counter metric that shows the flaw; give it a Guardrail.
    offline, online : tuple of str
        The metrics to read before and after release.
    words : tuple of str
        Singular words in the names of events that speak of this outcome.
    """

    outcome: Outcome
    label: LabelRule
    flaw: str
    watched_by: str
    offline: tuple[str, ...]
    online: tuple[str, ...]
    words: tuple[str, ...]


_GUIDES = (
    OutcomeGuide(
        Outcome.RELEVANCE,
        LabelRule({"rating": at_least(4), "like": None, "watched_share": at_least(0.5)}),
        "a proxy built from reactions: the few who react are unlike the silent many",
        "satisfaction survey of a random sample",
        ("ndcg", "map", "precision at k"),
        ("satisfaction survey", "hide rate", "session success rate"),
        ("relevant", "relevance", "rating", "rated", "loved", "reaction", "engaged", "engagement"),
    ),
    OutcomeGuide(
        Outcome.CLICKS,
        LabelRule({"click": None}),
        "clickbait: a promising title wins over a good item",
        "bounce rate",
        ("roc auc", "log loss", "normalised cross entropy"),
        ("click-through rate", "bounce rate", "dwell time"),
        ("click", "clicked", "tap", "opened"),
    ),
    OutcomeGuide(
        Outcome.COMPLETIONS,
        LabelRule({"watched_share": at_least(0.9), "complete": None}),
        "short-item bias: a short item is finished more often, whatever it is worth",
        "mean length of the items shown",
        ("roc auc", "precision at k"),
        ("completion rate", "total time spent"),
        ("complete", "completed", "completion", "finished"),
    ),
    OutcomeGuide(
        Outcome.TIME_SPENT,
        LabelRule({"dwell": None, "watch": None}, amount=True),
        "long items, idle playback and habit win: hours are not satisfaction",
        "satisfaction survey per hour spent",
        ("mean absolute error", "ndcg"),
        ("time spent per session", "days active per week", "satisfaction survey"),
        ("time", "dwell", "hour", "minute", "second", "watch", "watched", "watching", "listened", "played"),
    ),
    OutcomeGuide(
        Outcome.PURCHASES,
        LabelRule({"purchase": None}),
        "rare and late; favours what would have been bought anyway and ignores returns",
        "return rate",
        ("normalised cross entropy", "recall at k", "ndcg"),
        ("conversion rate", "purchases per user", "return rate"),
        ("purchase", "purchased", "bought", "order", "ordered", "booking", "cart", "checkout"),
    ),
    OutcomeGuide(
        Outcome.LIKES,
        LabelRule({"like": None}),
        "popularity bias, and passive users have no voice: their silence reads as dislike",
        "share of users who saw nothing they reacted to",
        ("roc auc", "ndcg"),
        ("like rate", "hide rate"),
        ("like", "liked", "favourite", "favorite", "upvote", "heart"),
    ),
    OutcomeGuide(
        Outcome.SHARES,
        LabelRule({"share": None}),
        "virality: outrage and rumours are passed on more than what helps",
        "report rate",
        ("roc auc", "ndcg"),
        ("share rate", "report rate", "harmful impressions"),
        ("share", "shared", "repost", "reposted", "retweet", "forwarded"),
    ),
    OutcomeGuide(
        Outcome.CONNECTIONS,
        LabelRule({"connect": None, "follow": None}),
        "empty connections: accepted once and never spoken to; the well connected get more",
        "interactions with new connections within 30 days",
        ("roc auc", "map", "recall at k"),
        ("requests sent", "requests accepted", "block rate"),
        ("connect", "connection", "friend", "friendship", "follow", "follower", "followed", "invitation", "accepted"),
    ),
    OutcomeGuide(
        Outcome.REVENUE,
        LabelRule({"purchase": None}, amount=True),
        "dear items and this week's money win over trust and next year's",
        "users lost per month",
        ("mean absolute error", "normalised cross entropy", "ndcg"),
        ("revenue per user", "return on investment", "hide rate"),
        ("revenue", "income", "margin", "profit", "spend", "sale"),
    ),
)

OUTCOME_GUIDES: Mapping[Outcome, OutcomeGuide] = MappingProxyType({g.outcome: g for g in _GUIDES})
"""The catalogue by outcome; RELEVANCE comes first because it is the default."""

_OUTCOME_OF_WORD = {word: g.outcome for g in _GUIDES for word in g.words}


def outcome_named(name: str) -> Outcome | None:
    """Return the kind of outcome that a name of events speaks of, or None where no word is known.

    The first known word decides; a plural counts as its singular.

    Examples
    --------
    >>> outcome_named("recent-purchases"), outcome_named("xyz")
    (<Outcome.PURCHASES: 'purchases'>, None)
    """
    for word in re.split(r"[^a-z]+", name.lower()):
        for form in (word, word.removesuffix("s")):
            if form in _OUTCOME_OF_WORD:
                return _OUTCOME_OF_WORD[form]
    return None
