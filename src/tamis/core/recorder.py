"""What a runner owns around every stage: time it, count rows, keep what was dropped and why, step over failures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from tamis.core.stages import Kept, stage_name
from tamis.core.words import Candidates, StageTrace

T = TypeVar("T")


class Recorder:
    """Run stages one after another and record each.

    Parameters
    ----------
    names : mapping of identity to name
        What stages are called; others by `stage_name`.
    strict : bool
        True: a failing stage raises. False: its fallback stands and its name goes to `degraded`.
    """

    def __init__(self, names: Mapping[int, str], strict: bool) -> None:
        self.names, self.strict = names, strict
        self.trace: list[StageTrace] = []
        self.degraded: list[str] = []
        self.ms = 0.0

    def name(self, stage: object) -> str:
        """Return what a stage is called."""
        return self.names.get(id(stage), stage_name(stage))

    def attempt(self, stage: object, verb: Callable[..., T], *given: Any, otherwise: T) -> T:
        """Return `verb(*given)`, timed; where it fails, `otherwise`."""
        start = time.perf_counter()
        try:
            made = verb(*given)
        except Exception:
            if self.strict:
                raise
            self.degraded.append(self.name(stage))
            made = otherwise
        self.ms = (time.perf_counter() - start) * 1e3
        return made

    def note(self, stage: object, kind: str, rows_in: int, rows_out: int, gone: Candidates, why: Any = "") -> None:
        """Record the last attempt's rows in and out and the rows that are gone."""
        reason = np.broadcast_to(np.asarray(why, np.str_), (len(gone),))
        name = stage if isinstance(stage, str) else self.name(stage)
        self.trace.append(StageTrace(name, kind, rows_in, rows_out, self.ms, gone.query, gone.item, reason))

    def drop(self, stage: object, kind: str, candidates: Candidates, kept: Kept) -> Candidates:
        """Return the kept rows and record the others with their reasons."""
        gone = ~kept.mask
        why = kept.reason if isinstance(kept.reason, str) else kept.reason[gone]
        left = candidates.rows(kept.mask)
        self.note(stage, kind, len(candidates), len(left), candidates.rows(gone), why)
        return left
