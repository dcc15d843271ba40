"""The runner of a funnel: one batch through every stage in order, recorded; see `tamis.shapes.Funnel`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tamis.core.ragged import order_by_score, position
from tamis.core.recorder import Recorder
from tamis.core.stages import Filter, Kept, LateFilter, Order, meets
from tamis.core.words import Candidates, Queries, fuse_sources, merge_sources

VALUE = "judge.value"
"""The column by which candidates are sorted before reranking."""


class FunnelRun(Recorder):
    """One pass of a batch through a funnel."""

    def __init__(self, funnel: Any, queries: Queries, strict: bool) -> None:
        super().__init__(funnel.names_of, strict)
        self.funnel, self.queries = funnel, queries

    def understood(self) -> Queries:
        """Return the queries after every understander."""
        for stage in self.funnel.understand:
            self.queries = self.attempt(stage, stage.understand, self.queries, otherwise=self.queries)
            self.note(stage, "understand", len(self.queries), len(self.queries), Candidates.empty(0))
        return self.queries

    def retrieved(self, queries: Queries) -> Candidates:
        """Return the merged proposals of every source."""
        named: dict[str, Candidates] = {}
        nothing = Candidates.empty(len(queries))
        for stage in self.funnel.retrieve:
            verb = stage.proposals if hasattr(stage, "proposals") else stage.retrieve
            found = self.attempt(stage, verb, queries, self.funnel.propose, otherwise=nothing)
            if found is not nothing:
                named[self.name(stage)] = found
            self.note(stage, "retrieve", len(queries), len(found), Candidates.empty(0))
        return merge_sources(named, len(queries), queries.past.n_items)

    def filtered(self, candidates: Candidates) -> Candidates:
        """Return the candidates that every filter kept."""
        for stage in self.funnel.filter:
            if meets(stage, Filter):
                open_ = not getattr(stage, "safety", False)
                failed = Kept(np.full(len(candidates), open_), "the filter failed")
                kept = self.attempt(stage, stage.keep, self.queries, candidates, otherwise=failed)
                candidates = self.drop(stage, "filter", candidates, kept)
        return candidates

    def judged(self, candidates: Candidates) -> Candidates:
        """Return the candidates with a value, best first; without a judge, or where it fails, the fusion of sources."""
        judge = self.funnel.judge
        fused = candidates.with_column("judge", "value", fuse_sources(candidates))
        made = fused if judge is None else self.attempt(judge, judge.judge, self.queries, candidates, otherwise=fused)
        self.note("fusion" if judge is None else "judge", "judge", len(candidates), len(made), Candidates.empty(0))
        return made.rows(order_by_score(made.query, made[VALUE], made.item))

    def reranked(self, candidates: Candidates) -> Candidates:
        """Return the candidates in the order of the last reranker."""
        for stage in self.funnel.rerank:
            same = Order(np.arange(len(candidates)))
            order = self.attempt(stage, stage.rerank, self.queries, candidates, self.funnel.show, otherwise=same)
            gone = np.ones(len(candidates), bool)
            gone[order.rows] = False
            ordered = candidates.rows(order.rows)
            for column, values in order.columns.items():
                ordered = ordered.with_column(self.name(stage), column, values)
            self.note(stage, "rerank", len(candidates), len(ordered), candidates.rows(gone), order.reason)
            candidates = ordered
        return candidates

    def shown(self, candidates: Candidates) -> Candidates:
        """Return the page: late filters see what is chosen, and what they veto is replaced from the reserve."""
        late = [s for s in self.funnel.filter if meets(s, LateFilter)]
        if not late:
            return candidates.rows(position(candidates.query) < self.funnel.show)
        chosen = np.zeros(len(candidates), bool)
        waiting = np.ones(len(candidates), bool)
        while waiting.any():
            free = self.funnel.show - np.bincount(candidates.query[chosen], minlength=candidates.n_queries)
            index = np.flatnonzero(waiting)
            index = index[position(candidates.query[index]) < free[candidates.query[index]]]
            if len(index) == 0:
                break
            waiting[index] = False
            for stage in late:
                batch = candidates.rows(index)
                open_ = not getattr(stage, "safety", False)
                failed = Kept(np.full(len(batch), open_), "the filter failed")
                kept = self.attempt(
                    stage, stage.keep_late, self.queries, batch, candidates.rows(chosen), otherwise=failed
                )
                self.drop(stage, "late filter", batch, kept)
                index = index[kept.mask]
            chosen[index] = True
        return candidates.rows(chosen)
