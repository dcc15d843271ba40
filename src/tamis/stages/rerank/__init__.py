"""Rerankers: what the page as a whole should look like, after each candidate was judged by itself."""

from tamis.stages.rerank.at_most import AtMost
from tamis.stages.rerank.decay import Decay
from tamis.stages.rerank.diversify import Diversify
from tamis.stages.rerank.dpp import DPP
from tamis.stages.rerank.explore import Explore
from tamis.stages.rerank.fresh_first import FreshFirst
from tamis.stages.rerank.pin import Pin
from tamis.stages.rerank.quota import Quota
from tamis.stages.rerank.softmax_explore import SoftmaxExplore

__all__ = [  # noqa: RUF022 - plain order of letters
    "AtMost",
    "DPP",
    "Decay",
    "Diversify",
    "Explore",
    "FreshFirst",
    "Pin",
    "Quota",
    "SoftmaxExplore",
]
