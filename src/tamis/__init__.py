"""Tamis turns your tables into a discovery system: what a system file says, `import tamis as tm`.

Everything is loaded on use, so that `import tamis` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tamis.core.conditions import above, at_least, at_most, below, between, one_of
    from tamis.core.errors import TamisError
    from tamis.data.dataset import Dataset
    from tamis.data.declarations import Category, Column, Number, Tags, Text, Time
    from tamis.data.moments import Moments
    from tamis.data.tables import Table
    from tamis.features.declarations import Entity, Events
    from tamis.problem import Guardrail, Maximize, Times, Weighted
    from tamis.shapes import Decision, Funnel, Judge
    from tamis.training.backtest import Backtest
    from tamis.training.rows import RowPlan

_HOMES = {
    "Backtest": "tamis.training.backtest",
    "Category": "tamis.data.declarations",
    "Column": "tamis.data.declarations",
    "Dataset": "tamis.data.dataset",
    "Decision": "tamis.shapes",
    "Entity": "tamis.features.declarations",
    "Events": "tamis.features.declarations",
    "Funnel": "tamis.shapes",
    "Guardrail": "tamis.problem",
    "Judge": "tamis.shapes",
    "Maximize": "tamis.problem",
    "Moments": "tamis.data.moments",
    "Number": "tamis.data.declarations",
    "RowPlan": "tamis.training.rows",
    "Table": "tamis.data.tables",
    "Tags": "tamis.data.declarations",
    "TamisError": "tamis.core.errors",
    "Text": "tamis.data.declarations",
    "Time": "tamis.data.declarations",
    "Times": "tamis.problem",
    "Weighted": "tamis.problem",
    "above": "tamis.core.conditions",
    "at_least": "tamis.core.conditions",
    "at_most": "tamis.core.conditions",
    "below": "tamis.core.conditions",
    "between": "tamis.core.conditions",
    "one_of": "tamis.core.conditions",
}

__all__ = [
    "Backtest",
    "Category",
    "Column",
    "Dataset",
    "Decision",
    "Entity",
    "Events",
    "Funnel",
    "Guardrail",
    "Judge",
    "Maximize",
    "Moments",
    "Number",
    "RowPlan",
    "Table",
    "Tags",
    "TamisError",
    "Text",
    "Time",
    "Times",
    "Weighted",
    "above",
    "at_least",
    "at_most",
    "below",
    "between",
    "one_of",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    from tamis.core.errors import nearest

    close = nearest(name, __all__)
    raise AttributeError(f"tamis has no {name!r}" + (f". Did you mean {close!r}?" if close else ""))


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
