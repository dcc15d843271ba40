"""Floor 4: what learns, one file per model; imported on use, since LightGBM and SciPy are heavy."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tamis.models.bpr import PairwiseFactors
    from tamis.models.constant_rate import ConstantRate
    from tamis.models.ease import Ease
    from tamis.models.gradient_boosting import GradientBoosting, Objective
    from tamis.models.histogram_binning import HistogramBinning
    from tamis.models.ials import ImplicitFactors
    from tamis.models.isotonic import Isotonic
    from tamis.models.item_neighbours import ItemNeighbours
    from tamis.models.lambda_mart import LambdaMART
    from tamis.models.linear import LinearRegression
    from tamis.models.logistic import LogisticRegression
    from tamis.models.platt import Platt
    from tamis.models.rating_factors import RatingFactors
    from tamis.models.sort_by import SortBy
    from tamis.models.temperature import Temperature
    from tamis.models.text_vectors import TextVectors
    from tamis.models.tree_growth import TreeGrowth
    from tamis.models.user_neighbours import UserNeighbours
    from tamis.models.weighted_sum import WeightedSum

_HOMES = {
    "ConstantRate": "constant_rate",
    "Ease": "ease",
    "GradientBoosting": "gradient_boosting",
    "HistogramBinning": "histogram_binning",
    "ImplicitFactors": "ials",
    "Isotonic": "isotonic",
    "ItemNeighbours": "item_neighbours",
    "LambdaMART": "lambda_mart",
    "LinearRegression": "linear",
    "LogisticRegression": "logistic",
    "Objective": "gradient_boosting",
    "PairwiseFactors": "bpr",
    "Platt": "platt",
    "RatingFactors": "rating_factors",
    "SortBy": "sort_by",
    "Temperature": "temperature",
    "TextVectors": "text_vectors",
    "TreeGrowth": "tree_growth",
    "UserNeighbours": "user_neighbours",
    "WeightedSum": "weighted_sum",
}

__all__ = [
    "ConstantRate",
    "Ease",
    "GradientBoosting",
    "HistogramBinning",
    "ImplicitFactors",
    "Isotonic",
    "ItemNeighbours",
    "LambdaMART",
    "LinearRegression",
    "LogisticRegression",
    "Objective",
    "PairwiseFactors",
    "Platt",
    "RatingFactors",
    "SortBy",
    "Temperature",
    "TextVectors",
    "TreeGrowth",
    "UserNeighbours",
    "WeightedSum",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"tamis.models.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'tamis.models' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
