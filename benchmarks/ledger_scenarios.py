"""What the ledger measures: one scenario per part, each a function of the world giving metric values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.ledger_world import ITEMS, K, LedgerWorld
from tamis import models
from tamis.core.ragged import order_by_score
from tamis.core.words import Candidates, Rows
from tamis.metrics import (
    RankedLists,
    intra_list_tag_diversity,
    log_loss,
    mean_age,
    ndcg,
    r_squared,
    root_mean_squared_error,
)
from tamis.stages import filter as filters
from tamis.stages import rerank, retrieve

Values = dict[str, float]
Scenario = Callable[[LedgerWorld], Values]

NDCG, DIVERSITY, LOSS = f"nDCG@{K}", f"tag diversity@{K}", "log loss"
AGE, SHARE, ERROR, EXPLAINED = f"mean age@{K}, days", f"share of group@{K}", "root mean squared error", "R squared"
LOWER = frozenset({LOSS, AGE, ERROR})
"""Metrics of which less is better."""


def _ranked(lists: RankedLists) -> Values:
    return {NDCG: ndcg(lists, K).mean}


def source(make: Callable[[LedgerWorld], Any]) -> Scenario:
    """A retriever alone under NotSeen, everybody asked once at the cut."""
    return lambda world: _ranked(world.lists(world.page(make(world))))


def scorer(make: Callable[[LedgerWorld], Any]) -> Scenario:
    """A model that scores histories, on the interactions before the cut."""
    return lambda world: _ranked(world.lists_of(make(world).fit(world.train).score(world.train)))


def ratings(world: LedgerWorld) -> Values:
    """Rating prediction: stars after the cut, of pairs that were not rated before."""
    model = models.RatingFactors(factors=8, epochs=15, seed=world.draw).fit(
        world.known.events(world.log).matrix(values=True)
    )
    every = world.declared.dataset.events(world.log)
    later = every.at >= world.cut
    user, item, stars = every.user[later], every.item[later], every.value[later]
    new = np.asarray(world.known.events(world.log).matrix()[user, item]).ravel() == 0
    return {ERROR: root_mean_squared_error(stars[new], model.predict(user[new], item[new]))}


def titles(world: LedgerWorld) -> Values:
    """Text vectors of titles; a history's profile is the sum of its items' vectors."""
    text = world.declared.dataset.attribute(world.items.title).of(np.arange(ITEMS))
    vectors = models.TextVectors().fit(text).transform(text)
    return _ranked(world.lists_of(((world.train @ vectors) @ vectors.T).toarray()))


def _columns(rows: Rows, names: tuple[str, ...]) -> Rows:
    return Rows(rows.x[:, [rows.names.index(name) for name in names]], names, rows.query)


def _order(world: LedgerWorld, score: np.ndarray) -> Values:
    rows = world.judged[1]
    assert rows.candidates is not None
    best = order_by_score(rows.query, score, rows.candidates.item)
    return _ranked(world.lists(Candidates(rows.query[best], rows.candidates.item[best], rows.candidates.n_queries)))


def predictor(make: Callable[[LedgerWorld], Any], *more: str) -> Scenario:
    """A predictor on the judge's rows: the order it gives at the cut, and log loss or R squared."""

    def run(world: LedgerWorld) -> Values:
        made, test, _ = world.judged
        return _judged(
            world, make(world).fit(made.rows, made.labels["outcome"], weight=made.weight).predict(test), *more
        )

    return run


def _judged(world: LedgerWorld, predicted: np.ndarray, *more: str) -> Values:
    label = world.judged[2]
    values = _order(world, predicted)
    if LOSS in more:
        values[LOSS] = log_loss(label > 0, predicted).mean
    if EXPLAINED in more:
        values[EXPLAINED] = r_squared(label, predicted)
    return values


_TOO_SURE = 2.5


class _Uncalibrated:
    def fit(self, score: np.ndarray, label: np.ndarray) -> _Uncalibrated:
        return self

    def calibrate(self, score: np.ndarray) -> np.ndarray:
        return score


def calibrator(model: Any, *, of_odds: bool = False) -> Scenario:
    """A calibrator on a model that is too sure: learned from half of the people, measured on the other half."""

    def run(world: LedgerWorld) -> Values:
        _, test, label = world.judged
        log_odds = _TOO_SURE * np.log(world.logistic / (1 - world.logistic))
        score = log_odds if of_odds else 1 / (1 + np.exp(-log_odds))
        good, first = (label > 0).astype(np.float64), test.query % 2 == 0
        fitted = model.fit(score[first], good[first])
        return {LOSS: log_loss(good[~first], fitted.calibrate(score[~first])).mean}

    return run


def feature(pick: Callable[[str], bool]) -> Scenario:
    """A feature alone: the order that a small forest of its columns gives the candidates at the cut."""

    def run(world: LedgerWorld) -> Values:
        made, test, _ = world.judged
        names = tuple(name for name in test.names if pick(name))
        forest = models.LambdaMART(trees=20, learning_rate=0.1, threads=1, seed=world.draw)
        fitted = forest.fit(_columns(made.rows, names), made.labels["outcome"], weight=made.weight)
        return _order(world, fitted.predict(_columns(test, names)))

    return run


def reranker(make: Callable[[LedgerWorld], Any], *more: str) -> Scenario:
    """A reranker behind item-to-item: what it gains in its own metric and what it costs."""

    def run(world: LedgerWorld) -> Values:
        stage = make(world)
        page = world.page(retrieve.ItemToItem(world.log), () if stage is None else (stage,))
        lists = world.lists(page)
        values = _ranked(lists)
        data = world.declared.dataset
        if DIVERSITY in more:
            item, tag = data.attribute(world.items.genres).of(np.arange(ITEMS))
            values[DIVERSITY] = intra_list_tag_diversity(lists, item, tag, K).mean
        if AGE in more:
            born = data.attribute(world.items.released).of(np.arange(ITEMS)).astype(np.int64)
            values[AGE] = mean_age(lists, born, world.asked[0].at, K).mean
        if SHARE in more:
            values[SHARE] = float((page.item % 6 == 0).mean())
        return values

    return run


def filtered(make: Callable[[LedgerWorld], Any]) -> Scenario:
    """A filter over popular items: what it lets through is what people turn to next, or not."""
    return lambda world: _ranked(world.lists(world.page(retrieve.Popular(world.log), filter=(make(world),))))


SCENARIOS: dict[str, Scenario] = {
    "retrieve.Random": source(lambda w: retrieve.Random(seed=w.draw)),
    "retrieve.Popular": source(lambda w: retrieve.Popular(w.log)),
    "retrieve.Ease": source(lambda w: retrieve.Ease(w.log)),
    "retrieve.Fresh": source(lambda w: retrieve.Fresh(w.items.released)),
    "retrieve.ItemToItem": source(lambda w: retrieve.ItemToItem(w.log)),
    "retrieve.Matching": source(lambda w: retrieve.Matching(w.items.genres, w.log)),
    "retrieve.MatrixFactorization": source(
        lambda w: retrieve.MatrixFactorization(w.log, model=models.ImplicitFactors(factors=16, seed=w.draw))
    ),
    "retrieve.PairwiseRanking": source(
        lambda w: retrieve.PairwiseRanking(w.log, model=models.PairwiseFactors(factors=16, epochs=20, seed=w.draw))
    ),
    "retrieve.RatedHighest": source(lambda w: retrieve.RatedHighest(w.log, factors=8, seed=w.draw)),
    "retrieve.SimilarContent": source(lambda w: retrieve.SimilarContent(w.items.title, w.log)),
    "retrieve.SimilarFactors": source(
        lambda w: retrieve.SimilarFactors(w.log, model=models.RatingFactors(factors=8, seed=w.draw))
    ),
    "retrieve.Trending": source(lambda w: retrieve.Trending(w.log)),
    "retrieve.UserToUser": source(lambda w: retrieve.UserToUser(w.log)),
    "models.Ease": scorer(lambda w: models.Ease()),
    "models.ImplicitFactors": scorer(lambda w: models.ImplicitFactors(factors=16, seed=w.draw)),
    "models.ItemNeighbours": scorer(lambda w: models.ItemNeighbours()),
    "models.PairwiseFactors": scorer(lambda w: models.PairwiseFactors(factors=16, epochs=20, seed=w.draw)),
    "models.UserNeighbours": scorer(lambda w: models.UserNeighbours()),
    "models.RatingFactors": ratings,
    "models.TextVectors": titles,
    "models.ConstantRate": predictor(lambda w: models.ConstantRate(), LOSS),
    "models.WeightedSum": predictor(
        lambda w: models.WeightedSum({"item-to-item.score": 1.0, "events.count(per=items, 14d)": 0.02})
    ),
    "models.SortBy": predictor(lambda w: models.SortBy("item-to-item.score")),
    "models.LinearRegression": predictor(lambda w: models.LinearRegression(), EXPLAINED),
    "models.LogisticRegression": lambda w: _judged(w, w.logistic, LOSS),
    "models.GradientBoosting": predictor(lambda w: models.GradientBoosting(trees=30, threads=1, seed=w.draw), LOSS),
    "models.LambdaMART": predictor(lambda w: models.LambdaMART(trees=40, threads=1, seed=w.draw)),
    "calibration: none": calibrator(_Uncalibrated()),
    "models.HistogramBinning": calibrator(models.HistogramBinning()),
    "models.Isotonic": calibrator(models.Isotonic()),
    "models.Platt": calibrator(models.Platt(), of_odds=True),
    "models.Temperature": calibrator(models.Temperature()),
    "features.Attribute": feature(lambda name: name == "items.price"),
    "features.Bucketize": feature(lambda name: name == "items.price.bucket"),
    "features.Closeness": feature(lambda name: name == "items.price.closeness"),
    "features.Overlap": feature(lambda name: name == "items.genres.overlap"),
    "features.OneHot": feature(lambda name: name.startswith("items.genres=")),
    "features.Count": feature(lambda name: ".count(" in name),
    "features.Sum": feature(lambda name: ".sum(" in name),
    "features.Mean": feature(lambda name: ".mean(" in name),
    "features.TimeSince": feature(lambda name: ".time_since(" in name),
    "filter.Interests": filtered(lambda w: filters.Interests(w.log, per=w.items.genres, times=5)),
    "filter.NotSeen": filtered(lambda w: filters.NotSeen(w.log)),
    "rerank: none": reranker(lambda w: None, DIVERSITY, AGE, SHARE),
    "rerank.AtMost": reranker(lambda w: rerank.AtMost(3, per=w.items.genres), DIVERSITY),
    "rerank.DPP": reranker(lambda w: rerank.DPP(w.items.genres), DIVERSITY),
    "rerank.Decay": reranker(lambda w: rerank.Decay(per=w.items.genres), DIVERSITY),
    "rerank.Diversify": reranker(lambda w: rerank.Diversify(w.items.genres), DIVERSITY),
    "rerank.Explore": reranker(lambda w: rerank.Explore(0.1, seed=w.draw)),
    "rerank.FreshFirst": reranker(lambda w: rerank.FreshFirst(w.items.released, boost=0.5, half_life="60d"), AGE),
    "rerank.Quota": reranker(lambda w: rerank.Quota(w.items.genres, "g0", share=0.3), SHARE),
    "rerank.SoftmaxExplore": reranker(lambda w: rerank.SoftmaxExplore(0.1, seed=w.draw)),
}
