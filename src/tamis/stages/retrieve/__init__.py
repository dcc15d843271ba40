"""Retrievers: each proposes up to k items of the whole catalogue per request; one file per retriever."""

from tamis.stages.retrieve.ease import Ease
from tamis.stages.retrieve.fresh import Fresh
from tamis.stages.retrieve.item_to_item import ItemToItem
from tamis.stages.retrieve.matching import Matching
from tamis.stages.retrieve.matrix_factorization import MatrixFactorization
from tamis.stages.retrieve.pairwise_ranking import PairwiseRanking
from tamis.stages.retrieve.popular import Popular
from tamis.stages.retrieve.random import Random
from tamis.stages.retrieve.rated_highest import RatedHighest
from tamis.stages.retrieve.similar_content import SimilarContent
from tamis.stages.retrieve.similar_factors import SimilarFactors
from tamis.stages.retrieve.trending import Trending
from tamis.stages.retrieve.user_to_user import UserToUser

__all__ = [
    "Ease",
    "Fresh",
    "ItemToItem",
    "Matching",
    "MatrixFactorization",
    "PairwiseRanking",
    "Popular",
    "Random",
    "RatedHighest",
    "SimilarContent",
    "SimilarFactors",
    "Trending",
    "UserToUser",
]
