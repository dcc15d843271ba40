"""How to build every part for the contract suite: one entry per class that needs options, on one small shop."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np

from tamis.core.conditions import at_least, one_of
from tamis.data.declarations import Tags, Text
from tamis.data.worlds import World, checkerboard
from tamis.models.bpr import PairwiseFactors
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.ials import ImplicitFactors
from tamis.models.lambda_mart import LambdaMART
from tamis.models.rating_factors import RatingFactors
from tamis.testing import declare, stages_found

PACKAGES = ("tamis.stages", "tamis.models", "tamis.features")
N_USERS, N_ITEMS = 24, 14


def shop():
    """A checkerboard with every kind of attribute, ratings from 1 to 5, and events shown, click, hide."""
    world = checkerboard(N_USERS, N_ITEMS, per_user=6)
    row, person, n = np.arange(N_ITEMS), np.arange(N_USERS), len(world)
    start = world.events["at"].min()
    gap = row % 7 == 6
    items = {
        **world.items,
        "genres": np.where(gap, "", np.char.mod("g%d|", row // 5) + np.char.mod("h%d", row % 3)),
        "brand": np.char.mod("b%d", row // 3),
        "title": np.where(gap, "", np.char.mod("the red story %d", row // 2)),
        "price": np.where(gap, np.nan, 5.0 + row),
        "stock": row % 4.0,
        "minimum_age": np.where(row % 5 == 4, 18.0, 0.0),
        "released": start + row * np.timedelta64(5, "D"),
        "over": start + (row + 8) * np.timedelta64(9, "D"),
        "place": np.array(["lisbon", "porto"])[row % 2],
        "mac": row % 3 > 0,
        "linux": row % 4 == 0,
    }
    users = {
        **world.users,
        "age": np.where(person % 6 == 5, np.nan, 10.0 + person),
        "place": np.array(["porto", "lisbon"])[person // 2 % 2],
    }
    kind = np.array(["click", "shown", "shown", "hide"])[np.arange(n) * 7 % 11 % 4]
    events = {**world.events, "kind": kind, "rating": 1.0 + (np.arange(n) * 13 % 17 % 5)}
    made = declare(World(users, items, events, world.truth), value="rating")
    made.items.kinds.update(genres=Tags("|"), title=Text())
    return SimpleNamespace(
        users=made.users,
        items=made.items,
        log=made.events,
        dataset=made.dataset,
        clicks=made.events.where(kind="click"),
        shown=made.events.where(kind="shown"),
        hides=made.events.where(kind="hide"),
    )


def quick_trees(cls):
    """A forest of few trees on one thread, so that the suite is quick on a busy machine."""
    return cls(trees=30, patience=10, threads=1)


FOUND = {cls.__name__: cls for package in PACKAGES for cls in stages_found(package)}


def _(name):
    return FOUND[name]


PARTS = {
    # retrieve
    "Ease": lambda s: [_("Ease")(s.log), _("Ease")(s.log, last=1, repeat=True)],
    "Fresh": lambda s: [_("Fresh")(s.log), _("Fresh")(s.items.released, within="30d")],
    "ItemToItem": lambda s: [_("ItemToItem")(s.log), _("ItemToItem")(s.log, last=2, repeat=True)],
    "Matching": lambda s: [
        _("Matching")(s.items.genres, s.log),
        _("Matching")(s.items.year, s.log, condition=at_least(1995)),
        _("Matching")(s.items.genres, s.log, condition=one_of("g1")),
    ],
    "MatrixFactorization": lambda s: [_("MatrixFactorization")(s.log, model=ImplicitFactors(factors=6, iterations=4))],
    "PairwiseRanking": lambda s: [_("PairwiseRanking")(s.log, model=PairwiseFactors(factors=6, epochs=2))],
    "Popular": lambda s: [_("Popular")(s.log), _("Popular")(s.clicks, within="10d", refresh="1d")],
    "RatedHighest": lambda s: [_("RatedHighest")(s.log)],
    "SimilarContent": lambda s: [_("SimilarContent")(s.items.genres, s.log), _("SimilarContent")(s.items.title, s.log)],
    "SimilarFactors": lambda s: [_("SimilarFactors")(s.log, model=RatingFactors(factors=4, epochs=2))],
    "Trending": lambda s: [_("Trending")(s.log), _("Trending")(s.log, half_life="3d", compared_to="30d")],
    "UserToUser": lambda s: [_("UserToUser")(s.log)],
    # filter
    "AgeLimit": lambda s: [_("AgeLimit")(s.items.minimum_age, s.users.age)],
    "Available": lambda s: [_("Available")(start=s.items.released, end=s.items.over)],
    "Blocked": lambda s: [_("Blocked")(s.hides), _("Blocked")(s.hides, sharing=s.items.brand, within="30d")],
    "Duplicates": lambda s: [_("Duplicates")(s.items.title), _("Duplicates")(s.items.brand)],
    "Exclude": lambda s: [_("Exclude")(["i03", "no such item"])],
    "Fatigue": lambda s: [_("Fatigue")(s.shown, s.clicks, times=1)],
    "FrequencyCap": lambda s: [_("FrequencyCap")(s.shown, 1, "30d")],
    "InStock": lambda s: [_("InStock")(s.items.stock)],
    "Interests": lambda s: [_("Interests")(s.clicks, per=s.items.genres)],
    "Matches": lambda s: [_("Matches")(s.items.place, s.users.place)],
    "NotSeen": lambda s: [_("NotSeen")(s.log)],
    "Region": lambda s: [_("Region")(s.items.place, s.users.place)],
    "Supports": lambda s: [_("Supports")({"lisbon": s.items.mac, "porto": s.items.linux}, s.users.place)],
    "Where": lambda s: [_("Where")(s.items.price, at_least(9)), _("Where")(s.items.genres, "g1")],
    # rerank
    "AtMost": lambda s: [_("AtMost")(1, per=s.items.genres), _("AtMost")(2, per=s.items.brand, drop=True)],
    "DPP": lambda s: [_("DPP")(s.items.genres)],
    "Decay": lambda s: [_("Decay")(per=s.items.brand)],
    "Diversify": lambda s: [_("Diversify")(s.items.genres)],
    "FreshFirst": lambda s: [_("FreshFirst")(s.items.released), _("FreshFirst")(s.log, boost=1.0, half_life="60d")],
    "Pin": lambda s: [_("Pin")({"i03": 1, "i08": 2, "no such item": 1})],
    "Quota": lambda s: [_("Quota")(s.items.place, "porto", share=0.5), _("Quota")(s.items.genres, "g1", count=2)],
    # models
    "GradientBoosting": lambda s: [quick_trees(GradientBoosting)],
    "LambdaMART": lambda s: [quick_trees(LambdaMART)],
    "SortBy": lambda s: [_("SortBy")("price"), _("SortBy")("popular.rank", best="smallest")],
    "WeightedSum": lambda s: [_("WeightedSum")({"price": 1, "popular.rank": -0.5})],
    # features
    "Attribute": lambda s: [s.items.price, s.items.released, s.items.brand, s.users.age],
    "Bucketize": lambda s: [s.items.price.bucketize(3)],
    "Closeness": lambda s: [s.items.price.closeness(s.log)],
    "Count": lambda s: [s.log.count(per=s.items), s.clicks.count(per=(s.users, s.items.genres), within="20d")],
    "Mean": lambda s: [s.log.mean(per=s.items.brand), s.log.mean(per=s.users, smooth=3)],
    "OneHot": lambda s: [s.items.genres.one_hot(), s.items.brand.one_hot(2)],
    "Overlap": lambda s: [s.items.genres.overlap(s.clicks), s.items.brand.overlap(s.log)],
    "Sum": lambda s: [s.log.sum(per=(s.users, s.items)), s.log.sum(per=s.items, within="10d")],
    "TimeSince": lambda s: [s.log.time_since(per=s.users), s.clicks.time_since(per=(s.users, s.items.brand))],
}


def parts_of(name, built):
    """Return the parts to check of a class: by its entry, or called without options where it needs none."""
    if name in PARTS:
        return PARTS[name](built)
    needed = [f.name for f in dataclasses.fields(FOUND[name]) if f.default is f.default_factory is dataclasses.MISSING]
    assert not needed, (
        f"{name} ({FOUND[name].__module__}) has no entry: add one to PARTS in tests/contracts/parts.py "
        f"that gives its options {', '.join(needed)}"
    )
    return [FOUND[name]()]
