"""The one seeded world of the ledger: six tastes, skewed popularity, items that age, tags and words that tell taste.

`tamis.data.worlds.two_tastes` draws the events; they are thinned by the age of the item at that moment, so that what is
new and what is rising can be told from what was popular once, and stars are added that depend on taste and item.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

import tamis as tm
from tamis.core.clock import DAY
from tamis.core.ragged import top_k_rows
from tamis.core.words import Candidates, Queries, Rows
from tamis.data.moments import Truth, with_truth
from tamis.data.worlds import World, two_tastes
from tamis.evaluation.answering import answer_all
from tamis.evaluation.measure import ranked
from tamis.features.item_at_hand import Closeness, Overlap
from tamis.metrics import RankedLists
from tamis.models import ConstantRate, LogisticRegression
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import ItemToItem, Popular, Trending
from tamis.testing import Declared, declare
from tamis.training.rows import RowPlan, TrainingRows, build_rows

SEED, USERS, ITEMS, TASTES, PER_USER, DAYS, SHARE, K = 0, 400, 240, 6, 90, 120.0, 0.75, 10


def tables(seed: int) -> World[Any]:
    """Return the world's tables with attributes and stars."""
    world = two_tastes(
        USERS, ITEMS, per_user=PER_USER, n_tastes=TASTES, overlap=0.3, steepness=0.6, days=DAYS, seed=seed
    )
    random = np.random.default_rng([seed, 17])
    item, user = (_rows(world.events[name]) for name in ("item_id", "user_id"))
    at = world.events["at"].astype("int64")
    released = at[0] + (random.uniform(-0.5, 0.95, ITEMS) * DAYS * DAY).astype(np.int64)
    age = (at - released[item]) / DAY
    keep = random.random(len(at)) < np.where(age < 0, 0.0, 0.1 + 0.9 * np.exp2(-np.maximum(age, 0) / 20))
    taste, own = np.arange(ITEMS) % TASTES, world.truth.taste_of[user] == item % TASTES
    better = random.normal(0, 0.5, ITEMS)
    stars = 3.0 + 0.8 * own + better[item] + random.normal(0, 0.6, len(item))
    second = np.where(random.random(ITEMS) < 0.5, taste, random.integers(0, TASTES, ITEMS))
    items = {
        **world.items,
        "genres": np.char.add(np.char.mod("g%d|", taste), np.char.mod("g%d", second)),
        "title": _titles(random, taste),
        "price": 10.0 + 5.0 * taste + random.normal(0, 4, ITEMS),
        "released": released.astype("datetime64[us]"),
    }
    events = {name: column[keep] for name, column in {**world.events, "stars": np.clip(stars, 1, 5)}.items()}
    return World(world.users, items, events, world.truth)


def _rows(ids: np.ndarray) -> np.ndarray:
    return np.char.lstrip(ids, "ui").astype(np.int64)


def _titles(random: np.random.Generator, taste: np.ndarray) -> np.ndarray:
    words = np.where(random.random((len(taste), 3)) < 0.5, taste[:, None] * 10, TASTES * 10)
    named = np.char.mod("word%d", words + random.integers(0, 10, words.shape))
    return np.array([" ".join(row) for row in named])


@dataclass
class LedgerWorld:
    """The world declared, cut in time, and what scenarios share; made on use and kept.

    `draw` is the seed that parts with a seed get; the world itself is always the same.
    """

    draw: int = 0

    @functools.cached_property
    def declared(self) -> Declared:
        made = declare(tables(SEED), value="stars")
        made.items.kinds.update(genres=tm.Tags("|"), title=tm.Text())
        return made

    @property
    def log(self) -> tm.Events:
        return self.declared.events

    @property
    def items(self) -> tm.Entity:
        return self.declared.items

    @functools.cached_property
    def cut(self) -> int:
        return self.declared.dataset.time_at_share(self.log, SHARE)

    @functools.cached_property
    def known(self) -> tm.Dataset:
        """What happened before the cut."""
        return self.declared.dataset.before(self.cut)

    @functools.cached_property
    def asked(self) -> tuple[Queries, Truth]:
        """Everybody once, at the cut; the truth is what they turn to afterwards for the first time."""
        data, moments = self.declared.dataset, tm.Moments(ask="cut")
        queries = moments.queries(data, self.log, self.cut, data.until)
        return with_truth(queries, moments.truth(data, self.log, queries, data.until))

    @functools.cached_property
    def train(self) -> csr_matrix:
        """Interactions before the cut, of the people who are asked, by query."""
        return self.known.events(self.log).matrix()[self.asked[0].user]

    def lists(self, page: Candidates) -> RankedLists:
        """Return pages joined with the truth."""
        queries, truth = self.asked
        return ranked(page, truth, queries)

    def lists_of(self, scores: np.ndarray) -> RankedLists:
        """Return the best unseen items of dense scores, one row a query, joined with the truth."""
        scores = np.array(scores, np.float64)
        scores[self.train.nonzero()] = -np.inf
        query, item = top_k_rows(scores, K)
        return self.lists(Candidates(query, item.astype(np.int32), len(scores)))

    def page(self, source: Any, rerank: tuple[Any, ...] = (), filter: tuple[Any, ...] | None = None) -> Candidates:
        """Return the pages of a funnel of one source, fitted on what was before the cut."""
        funnel = self.funnel([source], rerank=rerank, filter=(NotSeen(self.log),) if filter is None else filter)
        return answer_all(funnel.fit(self.known), self.asked[0], "ledger").page

    def funnel(
        self, sources: list[Any], judge: Any = None, rerank: tuple[Any, ...] = (), filter: Any = ()
    ) -> tm.Funnel:
        """Return a funnel over the world's events."""
        return tm.Funnel(
            "ledger",
            objective=tm.Maximize(self.log, why="the world draws events by taste"),
            retrieve=sources,
            filter=filter,
            judge=judge,
            rerank=rerank,
            show=K,
            propose=60,
        )

    @functools.cached_property
    def judged(self) -> tuple[TrainingRows, Rows, np.ndarray]:
        """Training rows from before the cut, the rows of everybody's candidates at the cut, and their labels."""
        log, items, people = self.log, self.items, self.declared.users
        features = [
            items.price,
            items.price.bucketize(6),
            items.genres.one_hot(),
            Closeness(items.price, log),
            Overlap(items.genres, log),
            log.count(per=items, within="14d"),
            log.count(per=(people, items.genres)),
            log.sum(per=(people, items.genres)),
            log.mean(per=items),
            log.time_since(per=items),
        ]
        sources = [ItemToItem(log), Popular(log), Trending(log)]
        funnel = self.funnel(sources, tm.Judge(ConstantRate(), features), filter=(NotSeen(log),))
        plan = RowPlan(windows=(0.5, 0.75), moments=tm.Moments(ask="cut"), negatives=50)
        made = build_rows(funnel, self.known, plan)
        funnel.fit(self.known)
        queries, truth = self.asked
        pool = funnel.answer(queries, strict=True, judged=False).candidates
        assert funnel.judge is not None
        return made, funnel.judge.rows(queries, pool), truth.label(pool, ITEMS)

    @functools.cached_property
    def logistic(self) -> np.ndarray:
        """Probabilities of a logistic regression on the test rows."""
        made, test, _ = self.judged
        return LogisticRegression().fit(made.rows, made.labels["outcome"], weight=made.weight).predict(test)
