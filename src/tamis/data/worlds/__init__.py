"""Known-answer worlds: seeded tables whose best possible answer is known, so that nothing is tested against itself.

Sizes are small by default; arrays of truth are dense (users or tastes by items).
"""

from tamis.data.worlds.biased_log import LoggedClicks, biased_log
from tamis.data.worlds.checkerboard import checkerboard
from tamis.data.worlds.cold import ColdStart, cold
from tamis.data.worlds.cosmetics import Cosmetics, CosmeticsTruth, cosmetics
from tamis.data.worlds.drifted import Drift, drifted
from tamis.data.worlds.games import Games, games
from tamis.data.worlds.preferences import Preferences
from tamis.data.worlds.rare_fraud import FraudRisk, rare_fraud
from tamis.data.worlds.ratings import RatingModel, ratings
from tamis.data.worlds.two_tastes import two_tastes
from tamis.data.worlds.world import World

__all__ = [
    "ColdStart",
    "Cosmetics",
    "CosmeticsTruth",
    "Drift",
    "FraudRisk",
    "Games",
    "LoggedClicks",
    "Preferences",
    "RatingModel",
    "World",
    "biased_log",
    "checkerboard",
    "cold",
    "cosmetics",
    "drifted",
    "games",
    "rare_fraud",
    "ratings",
    "two_tastes",
]
